"""Each event id counts once: the ids of a group are claimed in the transaction that writes its events.

Ids are claimed in ascending order, and after the keys: so two transactions that claim the same ones wait for one
another in one direction only, and never in a circle.
"""

from collections.abc import Iterable, Sequence
from itertools import chain, compress, islice
from operator import eq, ne

import asyncpg

from adpulse.database.connections import Connection
from adpulse.ingest import copy_format
from adpulse.ingest.batch import Batch
from adpulse.ingest.idempotency import wait_for_the_first

# With fewer ids, a second statement costs as much as it saves, and one that fails costs more.
FEWEST = 500
# The largest distance between the first four bytes of ids that count as close. In version 7, one is 65.5 s: 37 hours.
NEIGHBOURS = 2_048
# After a repeat, ids are looked up before they are written for this many groups.
WARY_GROUPS = 100

# The errors of a COPY of ids when one is taken; the second comes from Citus, for every error of a node.
_TAKEN = (asyncpg.UniqueViolationError, asyncpg.InternalServerError)

_ANY_SET_ASIDE = "SELECT EXISTS (SELECT FROM pg_inherits WHERE inhparent = 'event_ids_past'::regclass)"


async def prepare(connection: Connection) -> None:
    """Make ids 16 plain bytes on this connection, which is how they are in a row: no UUID objects in between."""
    # asyncpg looks the type up; in a transaction, because a pooler may change the server between two messages.
    async with connection.transaction():
        await connection.set_type_codec("uuid", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary")


class Raced(Exception):
    """One of these ids was taken before, or meanwhile by another transaction. This one is over, with nothing stored."""


class EventIds:
    """The way in which ids are claimed, by what came before. One for all connections of a writer.

    As long as senders repeat nothing, ids are written without a look at those that are there: the first repeat costs
    its group a second transaction, and the groups that follow the look.
    """

    def __init__(self) -> None:
        self._wary = 0  # groups

    async def claim(
        self, connection: Connection, batches: Sequence[Batch], *, one_by_one: bool = False
    ) -> list[list[int]]:
        """Take the ids of batches; return for each batch the places of rows with an id from before, here or earlier.

        Raise Raced, unless `one_by_one`.
        """
        ordered = sorted(filter(None, chain.from_iterable(batch.ids or () for batch in batches)))
        if not ordered:
            return [[] for _ in batches]
        again = set(compress(ordered, map(eq, ordered, islice(ordered, 1, None))))
        if again:
            ordered = [*compress(ordered, map(ne, ordered, islice(ordered, 1, None))), ordered[-1]]
        known = await self._claim(connection, ordered, one_by_one)
        if known:
            self._wary = WARY_GROUPS
            await wait_for_the_first(connection)
        return _repeats(batches, again | known, known)

    async def _claim(self, connection: Connection, ordered: list[bytes], one_by_one: bool) -> set[bytes]:
        """Take distinct ids, in ascending order; return those that were taken before."""
        known: set[bytes] = set()
        wary, self._wary = self._wary > 0, max(0, self._wary - 1)
        if one_by_one or len(ordered) < FEWEST or (wary and not lie_together(ordered)):
            known = await _insert(connection, ordered)
        else:
            if wary:
                known = await _look_for(connection, ordered)
            try:
                await _copy(connection, _others(ordered, known))
            except _TAKEN:
                self._wary = WARY_GROUPS
                raise Raced from None
        # Look after the claim, which locks the table: no id can be set aside that this look would miss.
        if len(known) < len(ordered) and await connection.fetchval(_ANY_SET_ASIDE):
            new = _array(_others(ordered, known))
            known |= {record[0] for record in await connection.fetch("SELECT past_event_ids($1::text::uuid[])", new)}
        return known


def lie_together(ordered: Sequence[bytes]) -> bool:
    """Return True if nine of ten ids are neighbours in an index, as those of version 7 of one day are."""
    # Look at ten places, because ids that are not close may all come after the others, or before.
    places = [int.from_bytes(ordered[(len(ordered) - 1) * part // 10][:4], "big") for part in range(11)]
    return any(last - first <= NEIGHBOURS for first, last in zip(places, places[9:], strict=False))


async def free(connection: Connection, ids: Iterable[bytes]) -> None:
    """Give claimed ids back: their events could not be stored."""
    await connection.execute("DELETE FROM event_ids WHERE event_id = ANY($1::uuid[])", list(ids))


async def _insert(connection: Connection, ordered: list[bytes]) -> set[bytes]:
    """Take the ids that are new; return the others."""
    records = await connection.fetch(
        "INSERT INTO event_ids SELECT unnest($1::text::uuid[]) ON CONFLICT DO NOTHING RETURNING event_id",
        _array(ordered),
    )
    if len(records) == len(ordered):
        return set()
    return set(ordered) - {record[0] for record in records}


async def _look_for(connection: Connection, ordered: list[bytes]) -> set[bytes]:
    """Return the ids that were taken before. For neighbours: others cost as much as inserting (docs/decisions/0034)."""
    records = await connection.fetch("SELECT known_event_ids($1::text::uuid[])", _array(ordered))
    return {record[0] for record in records}


async def _copy(connection: Connection, ordered: list[bytes]) -> None:
    if ordered:
        await connection.copy_to_table(
            "event_ids",
            source=memoryview(copy_format.stream_ids(ordered)),  # type: ignore[arg-type]  # it takes any buffer
            columns=["event_id"],
            format="binary",
        )


def _array(ids: list[bytes]) -> str:
    """Return an array of UUIDs as text. As a parameter of type uuid[], each would take a call."""
    return f"{{{b''.join(ids).hex(',', 16)}}}"


def _others(ordered: list[bytes], known: set[bytes]) -> list[bytes]:
    return [event_id for event_id in ordered if event_id not in known] if known else ordered


def _repeats(batches: Sequence[Batch], doubtful: set[bytes], known: set[bytes]) -> list[list[int]]:
    """Return for each batch the places of known ids, and of all but the first of a doubtful id that is not known."""
    found: list[list[int]] = [[] for _ in batches]
    if not doubtful:
        return found
    seen = set(known)
    for batch, places in zip(batches, found, strict=True):
        ids = batch.ids or ()
        for place in compress(range(len(ids)), map(doubtful.__contains__, ids)):
            if (event_id := ids[place]) in seen:
                places.append(place)
            elif event_id is not None:
                seen.add(event_id)
    return found
