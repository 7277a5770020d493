"""Partitions that change under a writer lose nothing, and neither do those who write meanwhile."""

import asyncio
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from adpulse.database.connections import Connection
from adpulse.ingest import partitions
from adpulse.ingest.batch import Batch
from adpulse.ingest.copy_format import stream
from tests.adpulse.ingest.conftest import IDS, Start, batch, users
from tests.adpulse.ingest.parts import NOW, PART, TODAY, Copies, counted
from tests.patience import PATIENCE_S
from tests.sessions import waiting

# What may happen to a partition between the look at it and the COPY.
SPOILT = {
    "dropped": f"DROP TABLE {PART}",
    "detached": f"ALTER TABLE events DETACH PARTITION {PART}",
    "renamed": f"ALTER TABLE {PART} RENAME TO elsewhere",
    "not ours": f"REVOKE INSERT ON {PART} FROM adpulse_ingest",
    "a view": f"DROP TABLE {PART}; CREATE VIEW {PART} AS SELECT * FROM events",
    "a table of the same name": f"DROP TABLE {PART}; CREATE TABLE {PART} (LIKE events INCLUDING ALL)",
    "under another table": f"""
        ALTER TABLE events DETACH PARTITION {PART};
        CREATE TABLE kept (LIKE events) PARTITION BY RANGE (ts);
        ALTER TABLE kept ATTACH PARTITION {PART} DEFAULT""",
    "in another schema": f"CREATE SCHEMA past; ALTER TABLE {PART} SET SCHEMA past",
    "moved": f"""
        ALTER TABLE events RENAME TO old_events; ALTER TABLE {PART} RENAME TO old_part;
        CREATE TABLE events (LIKE old_events INCLUDING DEFAULTS) PARTITION BY RANGE (ts);
        CREATE TABLE {PART} PARTITION OF events FOR VALUES FROM ('{TODAY}') TO ('{TODAY + timedelta(days=1)}');
        GRANT SELECT, INSERT ON events, {PART} TO adpulse_ingest""",
}
GROUPS: dict[str, tuple[Batch, Any]] = {
    "plain": (batch(NOW, NOW), ()),
    "keyed": (batch(NOW, NOW), ("key", b"hash")),
    "ids": (batch(NOW | {"event_id": IDS[0]}, NOW | {"event_id": IDS[1]}), ()),
}


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("change", SPOILT)
async def test_changes_of_a_partition_before_the_copy_lose_nothing(
    start: Start,
    connection: Connection,
    other: Connection,
    copies: Copies,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
    group: str,
) -> None:
    """Acknowledged events are in `events`, once; half of the changes commit while the COPY waits for their lock."""
    writer = await start()
    copy = partitions.copy_into
    waits = change in ("dropped", "renamed", "a table of the same name", "moved")

    async def spoilt(writing: Connection, day: date, data: memoryview) -> bool:
        transaction = other.transaction()
        await transaction.start()
        await other.execute(SPOILT[change])
        if not waits:
            await transaction.commit()
            return await copy(writing, day, data)
        task = asyncio.create_task(copy(writing, day, data))
        while not await waiting(connection):
            await asyncio.sleep(0.01)
        await transaction.commit()
        return await task

    monkeypatch.setattr(partitions, "copy_into", spoilt)
    rows, key = GROUPS[group]
    async with asyncio.timeout(PATIENCE_S):
        answer = await writer.submit(rows, *key)
    assert (answer.accepted, answer.duplicates, answer.rejected_count) == (2, 0, 0)
    assert copies == [(TODAY, change == "moved")]
    assert await users(connection) == ["U", "U"]
    monkeypatch.setattr(partitions, "copy_into", copy)
    async with asyncio.timeout(PATIENCE_S):  # and the next one does not ask for it again
        await writer.submit(batch(NOW))
    assert copies[1:] == [(TODAY, True)] * (change == "moved")
    assert await users(connection) == ["U"] * 3


async def test_a_partition_cannot_be_removed_before_the_commit(
    connection: Connection, other: Connection, copies: Copies
) -> None:
    """The check holds until the end of the transaction: a drop or a detach waits for it."""
    async with connection.transaction():
        assert await partitions.copy_into(connection, TODAY, memoryview(stream([batch(NOW).rows])))
        for statement in (f"ALTER TABLE events DETACH PARTITION {PART}", f"DROP TABLE {PART}"):
            with pytest.raises(asyncpg.LockNotAvailableError):
                await other.execute(f"SET lock_timeout = '50ms'; {statement}")
    assert await users(connection) == ["U"]


async def test_a_row_that_the_database_refuses_costs_only_itself(
    start: Start, connection: Connection, copies: Copies
) -> None:
    """A row that the database refuses costs only itself, also when the partition alone refuses it."""
    await connection.execute(f"ALTER TABLE {PART} ADD CHECK (user_id <> 'poison')")
    writer = await start()
    answer = await writer.submit(batch(NOW, NOW | {"user_id": "poison"}, NOW))
    assert (answer.accepted, [each["code"] for each in answer.rejected]) == (2, ["unstorable"])
    assert await counted(connection) == (2, 2)
    assert copies == [(TODAY, False)]


async def test_writers_and_upkeep_do_not_wait_for_one_another_for_ever(
    start: Start, connection: Connection, copies: Copies
) -> None:
    """Upkeep goes on while events of several days come in, and each that was accepted is counted."""
    writer = await start()
    days = [TODAY - timedelta(days=n) for n in range(3)]
    await connection.execute("SELECT prepare_days($1, $2)", days[-1], days[0])

    async def send(day: date) -> int:
        count = 0
        for _ in range(30):
            answer = await writer.submit(batch(*[{"ts": f"{day}T00:00:00Z"}] * 20))
            count += answer.accepted
        return count

    async def tend() -> None:
        for _ in range(20):
            await connection.execute("SELECT tend_partitions()")
            await asyncio.sleep(0.01)

    async with asyncio.timeout(PATIENCE_S):
        *sent, _ = await asyncio.gather(*(send(day) for day in days), tend())
    raw, deltas = await counted(connection)
    assert raw == deltas == sum(sent) == 1_800
