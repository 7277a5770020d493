"""Statements that name a partition, and not `events`: reports equal raw events however the partition came to be."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from adpulse.archive import export, restore
from adpulse.database import connections, migrations
from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue, migrate, online, verify
from tests.servers import CLUSTERS, NewDatabase

pytestmark = pytest.mark.skipif(bool(CLUSTERS), reason="on a cluster, triggers are on shards")

TODAY = datetime.now(UTC).date()
DAY = TODAY - timedelta(days=20)
COLUMNS = ("ts", "event_type", "campaign_id", "user_id", "cost_micros", "metadata")
PART = f"events_p{DAY:%Y%m%d}"


def rows(day: date, number: int = 3) -> list[tuple[Any, ...]]:
    at = datetime.combine(day, time(12, 30), UTC)
    return [(at + timedelta(minutes=n), "click", f"C{n % 2}", "U1", 5 + n, '{"geo": "IN"}') for n in range(number)]


async def round_of(connection: Connection) -> None:
    await run_round(connection, await catalogue.active(connection))


# ── How a partition came to be ───────────────────────────────────────────────────────────────────────────────


async def _ahead(connection: Connection, tmp_path: Path) -> str:
    await connection.execute("SELECT prepare_days($1, $1)", DAY)
    return PART


async def _at_the_start(connection: Connection, tmp_path: Path) -> str:
    return f"events_p{TODAY:%Y%m%d}"


async def _default(connection: Connection, tmp_path: Path) -> str:
    return "events_default"


async def _strayed(connection: Connection, tmp_path: Path) -> str:
    await connection.copy_records_to_table("events", records=rows(DAY), columns=COLUMNS)
    await round_of(connection)
    return PART


async def _restored(connection: Connection, tmp_path: Path) -> str:
    await _strayed(connection, tmp_path)
    if not (await catalogue.active(connection)).archives:
        return PART
    await export.archive(connection, DAY + timedelta(days=1), tmp_path)
    await restore.restore(connection, tmp_path)
    return PART


async def _moved(connection: Connection, tmp_path: Path) -> str:
    await _strayed(connection, tmp_path)
    name = (await catalogue.active(connection)).name
    await migrate.migrate(connection, "heap")
    await migrate.migrate(connection, name)
    return PART


async def _upgraded(connection: Connection, tmp_path: Path) -> str:
    """Take the triggers of partitions away, as before the migration."""
    await _strayed(connection, tmp_path)
    for part, trigger in await connection.fetch(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger JOIN pg_inherits ON inhrelid = tgrelid"
    ):
        await connection.execute(f"DROP TRIGGER {trigger} ON {part}")
    await connection.execute(
        "DROP FUNCTION cover_partitions, day_is_taken; DROP FUNCTION IF EXISTS rollup_emptying CASCADE"
    )
    text = next(text for _, name, text in migrations.migrations() if name.endswith("partition_triggers.sql"))
    await connection.execute(text)
    await round_of(connection)
    return PART


async def _attached(connection: Connection, tmp_path: Path) -> str:
    lower = datetime.combine(DAY, time(), UTC)
    await connection.execute(
        "CREATE TABLE mine (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED)"
    )
    await connection.execute(
        f"ALTER TABLE events ATTACH PARTITION mine FOR VALUES FROM ('{lower}') TO ('{lower + timedelta(days=1)}')"
    )
    for _ in range(2):
        await round_of(connection)
    return "mine"


ORIGINS: dict[str, Callable[[Connection, Path], Awaitable[str]]] = {
    "ahead": _ahead,
    "at the start": _at_the_start,
    "default": _default,
    "strayed": _strayed,
    "restored": _restored,
    "moved": _moved,
    "upgraded": _upgraded,
    "attached": _attached,
}


# ── What is done to it ───────────────────────────────────────────────────────────────────────────────────────


async def _statements(connection: Connection, table: str, day: date) -> None:
    """Run INSERT, COPY, UPDATE, DELETE and TRUNCATE, and look at each."""
    columns, made = ", ".join(COLUMNS), rows(day)
    await connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ($1, $2, $3, $4, $5, $6)", made)
    await looked_at(connection, "INSERT")
    await connection.copy_records_to_table(table, records=made, columns=COLUMNS)
    await looked_at(connection, "COPY")
    await round_of(connection)
    await connection.execute(
        f"UPDATE {table} SET cost_micros = cost_micros + 7, campaign_id = 'C9' WHERE user_id = 'U1'"
    )
    await looked_at(connection, "UPDATE")
    await connection.execute(f"DELETE FROM {table} WHERE cost_micros % 2 = 0")
    await looked_at(connection, "DELETE")
    await connection.copy_records_to_table(table, records=made, columns=COLUMNS)
    await connection.execute(f"TRUNCATE {table}")
    await looked_at(connection, "TRUNCATE")
    await connection.copy_records_to_table(table, records=made, columns=COLUMNS)
    await looked_at(connection, "COPY after TRUNCATE")


async def looked_at(connection: Connection, what: str) -> None:
    """Assert that every stored sum and every report equals raw events."""
    audit = await verify.verify(connection, await catalogue.active(connection))
    assert audit.wrong == 0, (what, audit.mismatches[:3])


@pytest.mark.parametrize("named", ["partition", "parent"])
@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("name", ["partitioned", "rollup", "rollup_dims"])
async def test_writes_to_partitions_are_in_the_roll_ups_once(
    new_database: NewDatabase, tmp_path: Path, name: str, origin: str, named: str
) -> None:
    """Roll-ups have what was written straight into a partition, once; and what was taken out of it, no more."""
    connection = await connections.connect(await new_database(name))
    table = await ORIGINS[origin](connection, tmp_path)
    await looked_at(connection, origin)
    # A day of long ago stays in the default partition.
    day = {"at the start": TODAY, "default": TODAY - timedelta(days=500)}.get(origin, DAY)
    await _statements(connection, table if named == "partition" else "events", day)
    await connection.close()


# ── Beside a move ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_move_takes_along_what_is_written_into_partitions(new_database: NewDatabase) -> None:
    """Each committed row is there after a move: of partitions that were there, and of one that appears meanwhile."""
    url = await new_database("rollup")
    mover, writer, keeper = [await connections.connect(url) for _ in range(3)]
    await writer.execute("SELECT prepare_days($1, $1)", DAY)
    written = 0
    moving = asyncio.create_task(migrate.migrate(mover, "rollup_dims"))
    days = [DAY, TODAY, TODAY + timedelta(days=1), DAY - timedelta(days=1)]
    while not moving.done():
        for day in days:
            try:
                # Names are looked up anew: the design may have been replaced, and then the day may have no partition.
                table = await writer.fetchval(
                    "SELECT coalesce(to_regclass($1), 'events_default')::text", f"events_p{day:%Y%m%d}"
                )
                await writer.copy_records_to_table(table, records=rows(day, 1), columns=COLUMNS)
                written += 1
            except (asyncpg.UndefinedTableError, asyncpg.CheckViolationError, asyncpg.InvalidTableDefinitionError):
                continue  # refused, and said: that row was not committed
        await asyncio.sleep(0.01)
    await moving
    assert written > 0
    assert await keeper.fetchval("SELECT count(*) FROM events") == written
    await looked_at(keeper, "moved")
    for each in (mover, writer, keeper):
        await each.close()


@pytest.mark.parametrize("change", ["attach", "detach"])
async def test_a_move_refuses_tables_that_come_or_go_by_hand(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """The rows of a table that is attached or detached meanwhile would be lost, or stay: nothing is changed."""
    url = await new_database("rollup")
    connection, other = await connections.connect(url), await connections.connect(url)
    await other.execute("SELECT prepare_days($1, $1)", DAY)
    tidy = online._tidy

    async def meanwhile(*arguments: Any) -> None:
        if change == "detach":
            await other.execute(f"ALTER TABLE events DETACH PARTITION {PART}")
        else:
            await _attached_empty(other)
        await tidy(*arguments)

    monkeypatch.setattr(online, "_tidy", meanwhile)
    with pytest.raises(SchemaError, match="attached to events, or detached, while they were being moved"):
        await migrate.migrate(connection, "btree")
    assert (await catalogue.active(connection)).name == "rollup"
    await connection.close()
    await other.close()


async def _attached_empty(connection: Connection) -> None:
    lower = datetime.combine(DAY - timedelta(days=5), time(), UTC)
    await connection.execute(
        "CREATE TABLE mine (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED)"
    )
    await connection.execute(
        f"ALTER TABLE events ATTACH PARTITION mine FOR VALUES FROM ('{lower}') TO ('{lower + timedelta(days=1)}')"
    )


# ── Detached tables ──────────────────────────────────────────────────────────────────────────────────────────


async def test_a_detached_table_counts_no_more(new_database: NewDatabase) -> None:
    """DETACH leaves its rows in the roll-ups; what is done to the table then changes no report. TRUNCATE before it
    takes them out.
    """
    connection = await connections.connect(await new_database("rollup"))
    await connection.execute("SELECT prepare_days($1, $1)", DAY)
    await connection.copy_records_to_table(PART, records=rows(DAY), columns=COLUMNS)
    await connection.execute(f"ALTER TABLE events DETACH PARTITION {PART}")
    for statement in (f"DELETE FROM {PART} WHERE cost_micros = 5", f"TRUNCATE {PART}"):
        await connection.execute(statement)
        found = await connection.fetchval(
            "SELECT sum(clicks) FROM (SELECT clicks FROM rollup_delta UNION ALL SELECT clicks FROM rollup_minute "
            "WHERE campaign_id = '') AS all_of_them"
        )
        assert found == 3
    await connection.close()


async def test_a_stray_day_behind_a_table_of_its_name_keeps_no_other_waiting(new_database: NewDatabase) -> None:
    """The day stays in the default partition, exact, and a warning names the table; later stray days get theirs."""
    connection = await connections.connect(await new_database("rollup"))
    said: list[str] = []
    connection.add_log_listener(lambda _, message: said.append(message.message))
    await connection.execute(f"CREATE TABLE {PART} (LIKE events)")
    later = DAY + timedelta(days=2)
    await connection.copy_records_to_table("events", records=[*rows(DAY), *rows(later)], columns=COLUMNS)
    await round_of(connection)
    await asyncio.sleep(0)
    assert any(f"the table {PART} is no partition of events" in text for text in said)
    assert await connection.fetchval(f"SELECT count(*) FROM events_p{later:%Y%m%d}") == 3
    assert await connection.fetchval("SELECT count(*) FROM events_default") == 3
    await looked_at(connection, "in the way")
    await connection.execute(f"ALTER TABLE {PART} RENAME TO mine")
    await round_of(connection)
    assert await connection.fetchval("SELECT count(*) FROM events_default") == 0
    await looked_at(connection, "out of the way")
    await connection.close()
