"""Each Idempotency-Key counts once: the keys of a group are claimed in the transaction that writes its events.

So keys and events are committed together or not at all. Batches without a key never come here.

Keys are claimed in ascending order, before event ids: so two transactions that claim the same ones wait for one another
in one direction only, and never in a circle.
"""

from collections.abc import Iterable
from typing import Any

from adpulse.database.connections import Connection


def valid_key(key: str) -> bool:
    """Return True if `key` is a valid Idempotency-Key: 1 to 128 printable ASCII characters."""
    return 1 <= len(key) <= 128 and key.isascii() and key.isprintable()


async def claim_keys(
    connection: Connection, claims: dict[str, tuple[bytes, str]]
) -> dict[str, tuple[bytes, str] | None]:
    """Take keys. Each has the hash of its body, and the answer (JSON) that it gets unless keep_answers replaces it.

    Returns those that were taken before, with the hash and the answer of then; None for one that has just expired.

    A key that another transaction is taking makes this one wait for its end.
    """
    keys = sorted(claims)
    taken = await connection.fetch(
        "INSERT INTO idempotency_keys (key, body_hash, answer) "
        "SELECT key, body_hash, answer FROM unnest($1::text[], $2::bytea[], $3::jsonb[]) "
        "AS claims (key, body_hash, answer) "
        "ON CONFLICT DO NOTHING RETURNING key",
        keys,
        [claims[key][0] for key in keys],
        [claims[key][1] for key in keys],
    )
    if len(taken) == len(keys):
        return {}
    await wait_for_the_first(connection)
    repeats = list(claims.keys() - {record["key"] for record in taken})
    kept = await connection.fetch(
        "SELECT key, body_hash, answer FROM idempotency_keys WHERE key = ANY($1)",
        repeats,
    )
    first: dict[str, Any] = {record["key"]: (record["body_hash"], record["answer"]) for record in kept}
    return {key: first.get(key) for key in repeats}


async def wait_for_the_first(connection: Connection) -> None:
    """Let this transaction's commit wait for a synchronous standby, which it would not if it wrote nothing.

    The first commit may be here and not on the standby: it stands, although our own deadline broke off its wait. A
    client that repeats the request must not be told "stored" before the standby has it. This record comes after that
    commit in the log, so one wait is enough for both. Without a synchronous standby there is no wait.
    """
    await connection.execute(
        "SELECT pg_logical_emit_message(true, 'adpulse', 'repeat') "
        "WHERE current_setting('synchronous_standby_names') <> ''"
    )


async def keep_answers(connection: Connection, answers: dict[str, str]) -> None:
    """Replace the answer (JSON) under claimed keys."""
    await connection.execute(
        "UPDATE idempotency_keys SET answer = answers.answer "
        "FROM unnest($1::text[], $2::jsonb[]) AS answers (key, answer) "
        "WHERE idempotency_keys.key = answers.key",
        list(answers),
        list(answers.values()),
    )


async def free_keys(connection: Connection, keys: Iterable[str]) -> None:
    """Give claimed keys back: nothing was stored under them."""
    await connection.execute("DELETE FROM idempotency_keys WHERE key = ANY($1)", list(keys))
