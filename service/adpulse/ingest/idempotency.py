"""Exactly once: the two tables that remember what was taken, Idempotency-Keys and event ids.

Everything here runs inside the transaction that writes the events, so that what is remembered and what is stored
are committed together or not at all. Batches without a key or an id never come here.

Keys are claimed before ids, and each in ascending order: so two transactions that claim the same ones wait for one
another in one direction only, and never in a circle.
"""

from collections.abc import Iterable
from typing import Any

import asyncpg

from adpulse.database.connections import Connection
from adpulse.ingest import copy_format

# With fewer ids, a second statement costs what it saves.
FEWEST = 500
# How far the first four bytes of ids may lie apart that are close enough. In version 7, one is 65.5 s: 37 hours.
NEIGHBOURS = 2_048

_ANY_SET_ASIDE = "SELECT EXISTS (SELECT FROM pg_inherits WHERE inhparent = 'event_ids_past'::regclass)"


def valid_key(key: str) -> bool:
    """Return True if `key` is a valid Idempotency-Key: 1 to 128 printable ASCII characters."""
    return 1 <= len(key) <= 128 and key.isascii() and key.isprintable()


async def prepare(connection: Connection) -> None:
    """Make ids 16 plain bytes on this connection, which is how they are in a row: no UUID objects in between."""
    # asyncpg looks the type up; in a transaction, because a pooler may change the server between two messages.
    async with connection.transaction():
        await connection.set_type_codec("uuid", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary")


async def claim_keys(
    connection: Connection, claims: dict[str, tuple[bytes, str]]
) -> dict[str, tuple[bytes, str] | None]:
    """Take keys, each for a body with this hash, with the answer (JSON) that it gets unless keep_answers says other.

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
    await _wait_for_the_first(connection)
    repeats = list(claims.keys() - {record["key"] for record in taken})
    kept = await connection.fetch(
        "SELECT key, body_hash, answer FROM idempotency_keys WHERE key = ANY($1)",
        repeats,
    )
    first: dict[str, Any] = {record["key"]: (record["body_hash"], record["answer"]) for record in kept}
    return {key: first.get(key) for key in repeats}


async def _wait_for_the_first(connection: Connection) -> None:
    """Let this transaction's commit wait for a synchronous standby, which it would not if it wrote nothing.

    What is repeated may be here and not there: a commit whose wait for the standby was broken off by our own deadline
    stands. A client that asks again must not be told that it is stored before the standby has it, too. This record lies
    after that commit in the log, so waiting for one is waiting for both. Without a synchronous standby nobody waits.
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


class Raced(Exception):
    """Another transaction has taken one of these event ids meanwhile; this one has ended, with nothing stored."""


async def claim_ids(connection: Connection, ids: set[bytes], *, one_by_one: bool = False) -> set[bytes]:
    """Take event ids; return those that are new. Raise Raced, unless `one_by_one`."""
    ordered = sorted(ids)
    copied = not one_by_one and _lie_together(ordered)
    new = await (_copy_ids if copied else _insert_ids)(connection, ordered)
    # Only now: who has claimed an id holds the table, so none is set aside that these statements would not see.
    if new and await connection.fetchval(_ANY_SET_ASIDE):
        past = await connection.fetch("SELECT past_event_ids($1::text::uuid[])", _array(sorted(new)))
        new -= {record[0] for record in past}
    if len(new) < len(ids):
        await _wait_for_the_first(connection)
    return new


async def _insert_ids(connection: Connection, ordered: list[bytes]) -> set[bytes]:
    records = await connection.fetch(
        "INSERT INTO event_ids SELECT unnest($1::text::uuid[]) ON CONFLICT DO NOTHING RETURNING event_id",
        _array(ordered),
    )
    return {record[0] for record in records}


async def _copy_ids(connection: Connection, ordered: list[bytes]) -> set[bytes]:
    """Look for ids first, and COPY those that are new: half of the work where ids lie together in the index.

    Looking for ids that lie anywhere costs as much as inserting them (docs/decisions/0034).
    """
    records = await connection.fetch("SELECT known_event_ids($1::text::uuid[])", _array(ordered))
    known = {record[0] for record in records}
    new = [event_id for event_id in ordered if event_id not in known] if known else ordered
    if new:
        try:
            await connection.copy_to_table(
                "event_ids",
                source=memoryview(copy_format.stream_ids(new)),  # type: ignore[arg-type]  # it takes any buffer
                columns=["event_id"],
                format="binary",
            )
        except asyncpg.UniqueViolationError:
            raise Raced from None
    return set(new)


def _array(ids: list[bytes]) -> str:
    """Return an array of UUIDs as text. As a parameter of type uuid[], each would take a call."""
    return f"{{{b''.join(ids).hex(',', 16)}}}"


def _lie_together(ordered: list[bytes]) -> bool:
    """Return True if nine of ten ids are neighbours in an index, as those of version 7 of one day are."""
    if len(ordered) < FEWEST:
        return False
    # At ten places. Strangers may all come after the others, or before.
    places = [int.from_bytes(ordered[(len(ordered) - 1) * part // 10][:4], "big") for part in range(11)]
    return any(last - first <= NEIGHBOURS for first, last in zip(places, places[9:], strict=False))


async def free_ids(connection: Connection, ids: Iterable[bytes]) -> None:
    """Give claimed ids back: their events could not be stored."""
    await connection.execute("DELETE FROM event_ids WHERE event_id = ANY($1::uuid[])", list(ids))
