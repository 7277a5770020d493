"""Rows into `events`: many by one COPY, and one by one where the database refuses some of them."""

from collections.abc import Sequence
from datetime import date

import asyncpg

from adpulse.database.connections import Connection
from adpulse.event.values import COLUMNS
from adpulse.ingest import copy_format, partitions

# Errors of a row, as against those of the database: classes 22 (data), 23 (constraints), 54 (program limits, such as
# too long for an index) and P0 (raised by a trigger of the owner).
POISON = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
    asyncpg.PLPGSQLError,
)

# Citus raises this for every error of a node in a COPY. For an INSERT it raises the error of the node.
CONCEALED = asyncpg.InternalServerError

INSERT = f"INSERT INTO events ({', '.join(COLUMNS)}) VALUES ({', '.join(f'${n + 1}' for n in range(len(COLUMNS)))})"


class NoPartition(Exception):
    """The table with the name of the day's partition does not belong to `events` any more; nothing was stored."""


async def copy(connection: Connection, groups: Sequence[list[bytes]], day: date | None = None) -> None:
    """Write rows by COPY, into the partition of `day` if it has one. Raise NoPartition if it has none any more.

    COPY is a transaction by itself: without keys and ids there is no BEGIN and no COMMIT.
    """
    if not any(groups):
        return

    # Send one piece, and not an iterator: asyncpg makes a task for each piece, which costs as much as 50 events.
    data = memoryview(copy_format.stream(groups))
    if day is not None:
        if not await partitions.copy_into(connection, day, data):
            raise NoPartition
        return
    await connection.copy_to_table(
        "events",
        source=data,  # type: ignore[arg-type]  # asyncpg takes any buffer, its stubs do not know
        columns=COLUMNS,
        format="binary",
    )


async def salvage(connection: Connection, rows: list[bytes], places: Sequence[int]) -> list[int]:
    """Store the rows at these places that can be, halving around those that cannot; return the places of these."""
    try:
        async with connection.transaction():  # a savepoint
            if len(places) == 1:
                await _insert(connection, rows[places[0]])
            else:
                await copy(connection, [[rows[place] for place in places]])
    except (*POISON, CONCEALED) as error:
        if len(places) == 1:
            if isinstance(error, POISON):
                return list(places)
            raise  # the row may not be the reason
        half = len(places) // 2
        first = await salvage(connection, rows, places[:half])
        return first + await salvage(connection, rows, places[half:])
    return []


async def _insert(connection: Connection, row: bytes) -> None:
    *values, metadata, event_id = copy_format.unpack(row)
    await connection.execute(INSERT, *values, metadata.decode(), event_id and event_id.bytes)  # see event_ids.prepare
