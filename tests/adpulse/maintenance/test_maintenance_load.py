"""Compaction under load: with several maintainers, crashes and long readers, every report is exact at every moment."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from adpulse.database.connections import Connection
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue, verify
from tests.adpulse.maintenance.batches import BATCH, COLUMNS, EPOCH, batch, clicks, connections
from tests.patience import PATIENCE_S, until
from tests.servers import NewDatabase
from tests.services import Serve
from tests.sessions import lock_holders, waiting

ROLLUPS = pytest.mark.parametrize("name", ["matview", "rollup", "rollup_dims"])


@ROLLUPS
async def test_reports_stay_exact_while_writers_and_maintainers_race(new_database: NewDatabase, name: str) -> None:
    """A report has every batch that was committed before it began, none in part, while any session compacts.

    Without the advisory lock two maintainers may run the same round: they wait for each other and lose nothing.
    """
    variant = catalogue.find(name)
    url = await new_database(name)
    committed, started, writing = 0, 0, True

    async def write(connection: Connection, first: int) -> None:
        nonlocal committed, started
        for number in range(first, first + 25):
            started += BATCH
            await connection.copy_records_to_table("events", records=batch(number), columns=COLUMNS)
            committed += BATCH

    async def maintain(connection: Connection) -> None:
        while writing:
            await run_round(connection, variant)
            await asyncio.sleep(0.01)

    async def read(connection: Connection, **chosen: Any) -> int:
        reports = 0
        while writing:
            least = committed
            seen = await clicks(connection, name, **chosen)
            assert least <= seen <= started
            assert chosen or seen % BATCH == 0
            reports += 1
        return reports

    async with connections(url, 6) as (one, two, three, four, five, six), asyncio.TaskGroup() as group:
        readers = [group.create_task(read(five)), group.create_task(read(six, group="geo"))]
        # REFRESH … CONCURRENTLY takes one at a time by itself.
        for keeper in (three, four):
            group.create_task(maintain(keeper))
        writers = [group.create_task(write(one, 0)), group.create_task(write(two, 25))]
        await asyncio.wait(writers)
        writing = False
    assert all(reader.result() for reader in readers)
    async with connections(url, 1) as (connection,):
        await run_round(connection, variant)
        assert await clicks(connection, name) == committed == 50 * BATCH
        assert (await verify.verify(connection, variant)).exact


@pytest.mark.parametrize("name", ["rollup", "rollup_dims"])
async def test_a_crash_in_the_middle_loses_nothing(new_database: NewDatabase, name: str) -> None:
    """A maintainer that dies after moving the deltas and before its commit has moved nothing."""
    variant = catalogue.find(name)
    async with connections(await new_database(name), 2) as (victim, other):
        # Here no partition is to be made: that would lock out the reports that look on from another session.
        await other.execute("SELECT prepare_days($1, $2)", EPOCH.date(), EPOCH.date() + timedelta(days=3))
        await victim.copy_records_to_table("events", records=batch(1), columns=COLUMNS)
        transaction = victim.transaction()
        await transaction.start()
        await run_round(victim, variant)
        assert await victim.fetchval("SELECT count(*) FROM rollup_delta") == 0
        assert await clicks(other, name) == BATCH
        victim.terminate()  # as when its process is killed: the socket closes without a word
        assert await clicks(other, name) == BATCH
        await run_round(other, variant)
        assert await other.fetchval("SELECT count(*) FROM rollup_delta") == 0
        assert await clicks(other, name) == BATCH
        assert (await verify.verify(other, variant)).exact


@pytest.mark.parametrize("name", ["rollup", "rollup_dims"])
async def test_two_sessions_do_not_both_find_a_day_new(new_database: NewDatabase, name: str) -> None:
    """A second round waits for the commit of the first, and then adds to the rows that the first has made."""
    variant = catalogue.find(name)
    async with connections(await new_database(name), 3) as (first, second, other):
        await other.execute("SELECT prepare_days($1, $2)", EPOCH.date(), EPOCH.date() + timedelta(days=3))
        await other.copy_records_to_table("events", records=batch(1), columns=COLUMNS)
        async with first.transaction():
            await run_round(first, variant)
            await other.copy_records_to_table("events", records=batch(1), columns=COLUMNS)
            later = asyncio.create_task(run_round(second, variant))
            async with asyncio.timeout(PATIENCE_S):
                while not await waiting(other):
                    assert not later.done()
                    await asyncio.sleep(0.01)
        await later
        assert await other.fetchval("SELECT count(*) FROM rollup_delta") == 0
        assert await clicks(other, name) == 2 * BATCH
        assert (await verify.verify(other, variant)).exact


@pytest.mark.parametrize("name", ["rollup", "rollup_dims"])
async def test_a_long_writer_and_a_long_reader_change_no_answer(new_database: NewDatabase, name: str) -> None:
    """Deltas of a transaction that began before a round and commits after it are found; an old snapshot stays whole."""
    variant = catalogue.find(name)
    async with connections(await new_database(name), 3) as (writer, reader, keeper):
        await keeper.copy_records_to_table("events", records=batch(1), columns=COLUMNS)
        async with reader.transaction(isolation="repeatable_read"):
            assert await clicks(reader, name) == BATCH
            async with writer.transaction():
                await writer.copy_records_to_table("events", records=batch(2), columns=COLUMNS)
                await keeper.copy_records_to_table("events", records=batch(3), columns=COLUMNS)
                await run_round(keeper, variant)
                assert await clicks(writer, name) == 3 * BATCH
                assert await clicks(keeper, name) == 2 * BATCH
            assert await clicks(keeper, name) == 3 * BATCH
            await run_round(keeper, variant)
            assert await clicks(keeper, name) == 3 * BATCH
            assert await clicks(reader, name) == BATCH


@pytest.mark.parametrize("name", ["rollup", "rollup_dims"])
async def test_a_mark_from_another_server_is_not_believed(new_database: NewDatabase, name: str) -> None:
    """After a restore from a dump transaction numbers start low again; the mark of the old cluster must hide nothing,
    neither while its number is in the future nor later. The same for numbers that were set back (pg_resetwal).
    """
    async with connections(await new_database(name), 1) as (connection,):
        await connection.copy_records_to_table("events", records=batch(1), columns=COLUMNS)
        own = await connection.fetchval("SELECT system_identifier FROM pg_control_system()")
        present = await connection.fetchval("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
        mark = (
            "INSERT INTO rollup_mark (before, system_identifier) VALUES ($1::text::xid8, $2) "
            "ON CONFLICT (only_row) DO UPDATE "
            "SET before = excluded.before, system_identifier = excluded.system_identifier"
        )
        for before, cluster in (("9000000000000", own), ("9000000000000", own + 1), (present, own + 1)):
            await connection.execute(mark, before, cluster)
            assert await connection.fetchval("SELECT rollup_delta_start()::text") == "0"
            assert await clicks(connection, name) == BATCH
        await connection.execute(mark, present, own)
        assert await connection.fetchval("SELECT rollup_delta_start()::text") == present
        await connection.execute(mark, present, own + 1)
        assert await clicks(connection, name) == BATCH
        await run_round(connection, catalogue.find(name))
        assert await clicks(connection, name) == BATCH
        assert await connection.fetchval("SELECT count(*) FROM rollup_delta") == 0


async def test_dead_rows_do_not_pile_up(new_database: NewDatabase) -> None:
    """After any number of rounds, a VACUUM can take away every dead row, and the cells remain."""
    variant = catalogue.find("rollup")
    told: list[str] = []
    async with connections(await new_database("rollup"), 1) as (connection,):
        connection.add_log_listener(lambda _, message: told.append(message.message))
        for _ in range(3):
            for number in range(10):
                await connection.copy_records_to_table("events", records=batch(number), columns=COLUMNS)
                await run_round(connection, variant)
            for table in ("rollup_delta", "rollup_minute", "rollup_hour"):
                cells = await connection.fetchval(f"SELECT count(*) FROM {table}")
                expected = f"{cells} remain, 0 are dead but not yet removable"
                told.clear()
                # A session that holds a snapshot for a moment, such as autovacuum, keeps dead rows for that moment.
                async with asyncio.timeout(PATIENCE_S):
                    while not any(expected in text for text in told):
                        await connection.execute(f"VACUUM (VERBOSE) {table}")
                        await asyncio.sleep(0.05)
            assert await connection.fetchval("SELECT count(*) FROM rollup_delta") == 0


async def test_upkeep_that_fails_does_not_stop_compaction(new_database: NewDatabase) -> None:
    """A table in the way of a partition is somebody's mistake; deltas must be moved all the same."""
    variant = catalogue.find("rollup")
    async with connections(await new_database("rollup"), 1) as (connection,):
        await connection.execute("ALTER FUNCTION tend_partitions() RENAME TO gone")
        await connection.copy_records_to_table("events", records=batch(1), columns=COLUMNS)
        with pytest.raises(asyncpg.UndefinedFunctionError):
            await run_round(connection, variant)
        assert await connection.fetchval("SELECT count(*) FROM rollup_delta") == 0


async def test_of_two_services_one_maintains_and_the_other_takes_over(serve: Serve, url: str) -> None:
    """The advisory lock lets one work; when its session ends, the next one goes on."""
    for _ in range(2):
        await serve(url, maintenance_s=0.05)
    async with connections(url, 1) as (connection,):

        async def holder() -> int:
            found = await until(lambda: lock_holders(connection))
            assert len(found) == 1
            return found[0]

        first = await holder()
        await connection.execute("SELECT pg_terminate_backend($1)", first)
        await until(holder, lambda found: found != first)
        await connection.copy_records_to_table("events", records=batch(1), columns=COLUMNS)
        await until(lambda: connection.fetchval("SELECT count(*) = 0 FROM rollup_delta"))
        assert await clicks(connection, "rollup") == BATCH
