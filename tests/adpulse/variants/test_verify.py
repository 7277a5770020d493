"""The audit must find what is wrong, and only that."""

import random
import re
from datetime import UTC, datetime, timedelta

import pytest

from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.maintenance import loop
from adpulse.variants import catalogue, rollups, verify
from adpulse.variants.catalogue import Variant
from adpulse.variants.findings import Findings
from tests.servers import CLUSTERS, NewDatabase

START = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)
_EVENTS = """
INSERT INTO events (ts, campaign_id, user_id, event_type, cost_micros, revenue_micros, metadata)
SELECT
  $1::timestamptz + n * interval '17 minutes', 'C' || n % 3, 'U', (enum_range(NULL::event_type))[1 + n % 3],
  -- One in fifty is so large that its money is kept apart (rollup_large).
  CASE WHEN n % 50 = 7 THEN n * 10::bigint ^ 12 ELSE n END, 2 * n, jsonb_build_object('geo', 'G' || n % 2)
FROM generate_series(0, 170) AS n
"""


async def fill(connection: Connection) -> None:
    """Store three campaigns, an event of each type every 17 minutes for two days, compacted."""
    await connection.execute(_EVENTS, START)
    await loop.run_round(connection, await catalogue.active(connection))


async def fill_deltas(connection: Connection) -> None:
    """Store events of today, whose sums by dimension are not merged into the roll-ups."""
    await connection.execute("CREATE OR REPLACE FUNCTION rollup_dim_busy() RETURNS int LANGUAGE sql IMMUTABLE RETURN 1")
    await connection.execute(_EVENTS.replace("170", "9"), datetime.now(UTC))
    await loop.run_round(connection, await catalogue.active(connection))
    assert await connection.fetchval("SELECT count(*) FROM rollup_dim_delta") > 20


async def audited(connection: Connection) -> verify.Audit:
    """Verify the design in force."""
    return await verify.verify(connection, await catalogue.active(connection))


@pytest.mark.parametrize("name", CLUSTERS or ["btree_gin", "matview", "rollup", "rollup_dims"])
async def test_right_reports_are_exact(new_database: NewDatabase, name: str) -> None:
    """Nothing is wrong, and something was looked at: compacted, not yet compacted, corrected."""
    connection = await connections.connect(await new_database(name))
    await fill(connection)
    for change in ["SELECT 1", "DELETE FROM events WHERE campaign_id = 'C1'", "UPDATE events SET cost_micros = 5"]:
        await connection.execute(change)
        result = await audited(connection)
        assert (result.wrong, result.accuracy, result.mismatches, result.left_out) == (0, 1.0, [], [])
        assert result.exact
        assert result.cells > 500
    await connection.close()


async def test_nothing_is_not_exact(connection: Connection) -> None:
    """Without events and roll-ups no cell is compared, and that is no accuracy of 100 %."""
    result = await audited(connection)
    assert result == verify.Audit(0, 0, [])
    assert not result.exact
    assert result.accuracy is None


# ── What an audit by reports alone would miss ────────────────────────────────────────────────────────────────

_AT = "timestamptz '2026-03-29 09:21Z'"  # a minute inside a whole hour
FAULTS = {
    "a minute inside a whole hour": f"INSERT INTO rollup_minute VALUES ('C9', {_AT}, 1, 0, 0, 0, 0)",
    "a minute where no event is": "INSERT INTO rollup_minute VALUES ('C1', '2021-01-01 00:30Z', 1, 0, 0, 0, 0)",
    "an hour where no event is": "INSERT INTO rollup_hour VALUES ('C1', '2031-01-01 00:00Z', 0, 0, 0, 7, 0)",
    "a day where no event is": "INSERT INTO rollup_day VALUES ('C1', '2031-01-01 00:00Z', 0, 0, 0, 7, 0)",
    "a day of all campaigns": "UPDATE rollup_day SET clicks = clicks + 1 WHERE campaign_id = ''",
    "a delta of all campaigns that is left over": f"INSERT INTO rollup_delta_all (minute, impressions, clicks, "
    f"conversions, cost_micros, revenue_micros) VALUES ({_AT}, 1, 0, 0, 0, 0)",
    "a delta of all campaigns behind the mark": f"INSERT INTO rollup_delta_all VALUES ('3', {_AT}, 1, 0, 0, 0, 0)",
    "an hour that is none": "UPDATE rollup_hour SET hour = hour + interval '1 second' WHERE campaign_id = 'C1'",
    "a minute of no finite time": "INSERT INTO rollup_minute VALUES ('C1', 'infinity', 1, 0, 0, 0, 0)",
    "a minute before Christ": "INSERT INTO rollup_minute VALUES ('C1', '0044-03-15 12:00Z BC', 1, 0, 0, 0, 0)",
    "a sum of all campaigns": "UPDATE rollup_hour SET clicks = clicks + 1 WHERE campaign_id = ''",
    "sums that cannot be added": "UPDATE rollup_hour SET cost_micros = 9223372036854775807",
    "a delta that is left over": f"INSERT INTO rollup_delta (campaign_id, minute, impressions, clicks, conversions, "
    f"cost_micros, revenue_micros) VALUES ('C1', {_AT}, 1, 0, 0, 0, 0)",
    "a delta behind the mark": f"INSERT INTO rollup_delta VALUES ('3', 'C1', {_AT}, 1, 0, 0, 0, 0)",
    "a mark that is too late": "BEGIN; INSERT INTO events (ts, campaign_id, user_id, event_type) VALUES "
    f"({_AT}, 'C1', 'U', 'click'); COMMIT; UPDATE rollup_mark SET before = pg_snapshot_xmax(pg_current_snapshot())",
    "roll-ups without events": "ALTER TABLE events DISABLE TRIGGER USER; DELETE FROM events",
    "events without roll-ups": "TRUNCATE rollup_delta, rollup_minute, rollup_hour",
    "everything twice, as pg_restore --data-only leaves it": "UPDATE rollup_minute SET clicks = 2 * clicks, "
    "impressions = 2 * impressions, conversions = 2 * conversions; UPDATE rollup_hour SET clicks = 2 * clicks, "
    "impressions = 2 * impressions, conversions = 2 * conversions",
}


@pytest.mark.skipif(bool(CLUSTERS), reason="their roll-ups have other tables, or none")
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_a_fault_is_found(connection: Connection, fault: str) -> None:
    """Every difference between roll-ups and raw events is found, at any time and in either direction."""
    await fill(connection)
    await connection.execute(fault)
    result = await audited(connection)
    assert not result.exact
    assert 0 <= (result.accuracy or 0) < 1
    assert result.wrong >= len(result.mismatches) > 0
    assert all(str(mismatch) for mismatch in result.mismatches)


@pytest.mark.parametrize("moment", ["infinity", "-infinity", "0044-03-15 12:00Z BC", "20000-12-31Z"])
async def test_moments_beyond_the_calendar_are_compared(connection: Connection, moment: str) -> None:
    """PostgreSQL stores events of moments that Python does not have: they are right, until they are not."""
    await fill(connection)
    before = (await audited(connection)).cells
    await connection.execute(
        f"INSERT INTO events (ts, campaign_id, user_id, event_type) VALUES ('{moment}', 'C1', 'U', 'click')"
    )
    result = await audited(connection)
    assert result.exact
    if (await catalogue.active(connection)).rollups:
        assert result.cells > before
        await connection.execute("SET adpulse.moves = 'to days'")  # what maintain.sql says
        await connection.execute(f"DELETE FROM rollup_delta WHERE minute = '{moment}'")
        assert not (await audited(connection)).exact


async def test_parts_that_are_not_compared_are_named(connection: Connection) -> None:
    """Roll-ups of days whose raw events retention has dropped have nothing to be compared with."""
    await fill(connection)
    before = (await audited(connection)).cells
    await connection.execute("DELETE FROM events WHERE ts < '2026-03-29Z'")
    await connection.execute("INSERT INTO raw_horizon (kept_from) VALUES ('2026-03-29Z')")
    result = await audited(connection)
    assert result.exact
    assert result.cells < before
    if (await catalogue.active(connection)).rollups:
        assert len(result.left_out) == 1
        assert "1 day before 2026-03-29" in result.left_out[0]


# ── Every single corruption ──────────────────────────────────────────────────────────────────────────────────

_SUMS = ("impressions", "clicks", "conversions", "cost_micros", "revenue_micros")


async def corrupt(connection: Connection, table: str, rng: random.Random) -> str:
    """Corrupt one row, one sum or one range of a table at random; return what was done."""
    columns = [
        record[0]
        for record in await connection.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0", table
        )
    ]
    time = next((name for name in ("minute", "hour", "day") if name in columns), None)
    sums = [name for name in columns if name in _SUMS]
    # A row that says something: rows of zeros say the same as no row.
    worth = "(place, value) IN (SELECT place, value FROM rollup_dim_day)" if table == "rollup_value" else "true"
    worth = f"({' OR '.join(f'{name} <> 0' for name in sums)})" if sums else worth
    rows = await connection.fetch(f"SELECT ctid::text FROM {table} WHERE {worth} ORDER BY ctid")
    one = f"{table}.ctid = '{rng.choice(rows)[0]}'"
    copied = ", ".join("campaign_id || '!'" if name == "campaign_id" else name for name in columns)
    interval = rng.choice(["1 minute", "7 seconds", "-1 day", "400 days", "1 hour"])
    choices = {"delete": f"DELETE FROM {table} WHERE {one}"}
    if sums:
        name = rng.choice(sums)
        change = rng.choice([1, -1, 10**6])
        choices |= {
            "cell": f"UPDATE {table} SET {name} = {name} + {change} WHERE {one}",
            "add": f"INSERT INTO {table} ({', '.join(columns)}) SELECT {copied} FROM {table} WHERE {one}",
            "all": f"DELETE FROM {table}",
        }
    if "campaign_id" in columns:
        choices |= {"campaign": f"UPDATE {table} SET campaign_id = campaign_id || '?' WHERE {one}"}
    if time and sums:
        beyond = f"UPDATE {table} SET {time} = {time} + interval '1000 days' + interval '{interval}'"
        choices |= {"shift": f"{beyond} WHERE {one}", "shift all": beyond}
    if "xid" in columns:
        choices |= {"duplicate": f"INSERT INTO {table} SELECT * FROM {table} WHERE {one}"}
    if "value" in columns and sums:
        choices |= {"value": f"UPDATE {table} SET value = '\"elsewhere\"' WHERE {one}"}
    what = rng.choice(sorted(choices))
    await connection.execute("SET LOCAL adpulse.moves = 'to days'")  # past the guard of rollup_delta
    done = await connection.execute(choices[what])
    assert not done.endswith(" 0"), (done, choices[what])
    return f"{what} of {table}: {choices[what]}"


async def corrupt_events(connection: Connection, rng: random.Random) -> str:
    """Change events past the triggers, as a session with session_replication_role = replica does."""
    await connection.execute("SET LOCAL session_replication_role = replica")
    chosen = "ctid = (SELECT ctid FROM events ORDER BY md5(ctid::text || $1::text) LIMIT 1)"
    choices = [
        f"DELETE FROM events WHERE {chosen}",
        f"UPDATE events SET cost_micros = cost_micros + 1 WHERE {chosen}",
        f"UPDATE events SET ts = ts + interval '{rng.choice(['1 minute', '-3 days', '2000 days'])}' WHERE {chosen}",
        f"UPDATE events SET campaign_id = 'elsewhere' WHERE {chosen}",
        f"INSERT INTO events (ts, campaign_id, user_id, event_type, revenue_micros) "
        f"SELECT ts, campaign_id, user_id, event_type, revenue_micros FROM events WHERE {chosen}",
    ]
    statement = rng.choice(choices)
    assert not (await connection.execute(statement, str(rng.random()))).endswith(" 0")
    await connection.execute("SET LOCAL session_replication_role = origin")
    return statement


async def _compared(connection: Connection, variant: Variant) -> Findings:
    """Compare all roll-ups with raw events, as verify does, without the reports."""
    findings = Findings()
    found = await rollups.days(connection, variant)
    for day in found.days:
        await rollups.compare(connection, variant, rollups.day_window(day), findings)
    return findings


@pytest.mark.skipif(bool(CLUSTERS), reason="their roll-ups have other tables, or none")
@pytest.mark.parametrize(("name", "times"), [("rollup", 70), ("rollup_dims", 90), ("matview", 40)])
async def test_every_corruption_is_found(new_database: NewDatabase, name: str, times: int) -> None:
    """200 in all: a sum, a row gone, added, doubled or moved, a range, in each table; and events past the triggers."""
    connection = await connections.connect(await new_database(name))
    variant = catalogue.find(name)
    if name == "rollup_dims":  # so that few events have minutes to corrupt
        await connection.execute(
            "CREATE OR REPLACE FUNCTION rollup_dim_thin() RETURNS int LANGUAGE sql IMMUTABLE RETURN 0"
        )
    await fill(connection)
    if name == "rollup_dims":
        await fill_deltas(connection)
    if name != "matview":  # whose raw minutes are right by themselves, until they are refreshed
        await connection.execute(_EVENTS.replace("170", "20"), START + timedelta(hours=11, minutes=3))
    assert (await _compared(connection, variant)).wrong == 0
    # A view cannot be changed but by its events. Others say what there is to compare.
    said = re.compile("events_by_minute|stale_minute|rollup_dim(ension|_mark|_pending|_detail|_change|_tail)")
    tables = [table for table in variant.tables if not said.fullmatch(table)]
    missed = []
    for seed in range(times):
        rng = random.Random(seed)
        table = rng.choice([*tables, "events"])
        transaction = connection.transaction()
        await transaction.start()
        done = await (corrupt_events(connection, rng) if table == "events" else corrupt(connection, table, rng))
        if (await _compared(connection, variant)).wrong == 0:
            missed.append((seed, done))
        await transaction.rollback()
    await connection.close()
    assert missed == []


# What tells reports by a dimension where to look, changed so that some of them are wrong.
_MISLED = (
    "UPDATE rollup_dim_mark SET snapshot = pg_current_snapshot(); SELECT rollup_dim_stamp()",
    "UPDATE rollup_dim_mark SET snapshot = '3:3:'; SELECT rollup_dim_stamp()",
    "UPDATE rollup_dim_mark SET closed_to = '2026-03-29 12:00Z'; SELECT rollup_dim_stamp()",
    "UPDATE rollup_dimension SET merged = 1000",
    "UPDATE rollup_dimension SET place = 9 WHERE key = 'geo'",
    "INSERT INTO rollup_dim_pending SELECT place, '2026-03-29 05:13Z', '2026-03-29 07:21Z' FROM rollup_dimension",
    "INSERT INTO rollup_dim_change SELECT -1, written_xid, ts, campaign_id, event_type, cost_micros, revenue_micros, "
    "metadata FROM events LIMIT 1",
    "DELETE FROM rollup_dim_change",
)


@pytest.mark.skipif(bool(CLUSTERS), reason="their roll-ups have other tables, or none")
async def test_states_that_mislead_reports_are_found(new_database: NewDatabase) -> None:
    """Marks, places, and what is noted of pending days and changed events: the audit does not believe them."""
    connection = await connections.connect(await new_database("rollup_dims"))
    variant = catalogue.find("rollup_dims")
    await fill(connection)
    await fill_deltas(connection)
    await connection.execute(_EVENTS.replace("170", "20"), START + timedelta(hours=11, minutes=3))
    await connection.execute("DELETE FROM events WHERE ts IN (SELECT ts FROM events ORDER BY ts LIMIT 5)")
    assert (await _compared(connection, variant)).wrong == 0
    for statement in _MISLED:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(statement)
        assert (await _compared(connection, variant)).wrong > 0, statement
        await transaction.rollback()
    await connection.close()


@pytest.mark.skipif(bool(CLUSTERS), reason="their roll-ups have other tables, or none")
async def test_a_lost_mark_of_a_stale_minute_is_found(new_database: NewDatabase) -> None:
    """Without its mark a minute would be read from a view that does not have its last events."""
    connection = await connections.connect(await new_database("matview"))
    await fill(connection)
    await connection.execute(_EVENTS.replace("170", "20"), START + timedelta(hours=11, minutes=3))
    assert (await audited(connection)).exact
    await connection.execute("DELETE FROM stale_minute WHERE minute = (SELECT min(minute) FROM stale_minute)")
    assert (await audited(connection)).wrong > 0
    await connection.close()
