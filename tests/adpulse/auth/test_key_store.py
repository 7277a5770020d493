"""The table of keys holds what the code holds, and is read without a long turn."""

import asyncio

from adpulse.auth import key_store, keys
from adpulse.database.connections import Connection


async def test_the_schema_holds_what_the_code_holds(connection: Connection) -> None:
    """The most campaigns of a key and its scopes are those of the table."""
    most = keys.make("n", list(keys.SCOPES[:2]), [str(n) for n in range(keys.MOST_CAMPAIGNS)], 0.5, 2.5)[1]
    await key_store.add(connection, most)
    await key_store.add(connection, keys.make("n", list(keys.SCOPES), None, None, None)[1])
    assert next(entry.key for entry in await key_store.entries(connection)) == most


FILL = """
INSERT INTO api_keys (key_id, sha256, name, scopes, revoked_at)
SELECT lpad(to_hex(n), 12, '0'), sha256(n::text::bytea), 'n', '{write}', CASE WHEN n > $1::int THEN now() END
FROM generate_series(1, $2::int) AS n
"""


async def test_only_keys_in_use_are_read_and_others_have_their_turns(connection: Connection) -> None:
    """Revoked keys cost a process nothing, however many; a reading of many lets the event loop go on."""
    await connection.execute(FILL, 3_000, 20_000)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    others = asyncio.create_task(count())
    await asyncio.sleep(0)
    found, ever = await key_store.in_use(connection)
    assert (len(found), ever) == (3_000, True)
    others.cancel()
    assert turns > 3
