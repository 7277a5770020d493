"""Retention drops old days, says so in reports, and believes no clock alone: migrations 0002, 0010 and 0026."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.maintenance.loop import run_round
from adpulse.reports.query import QueryError
from adpulse.reports.query_string import parse
from adpulse.reports.readers import open_readers
from adpulse.reports.reporter import Reporter
from adpulse.settings import Settings
from adpulse.variants import catalogue, migrate
from tests.patience import until
from tests.servers import NewDatabase
from tests.services import Serve
from tests.sql.partitions import TODAY, add, at, partitions


async def retire(connection: Connection, first_kept: date) -> None:
    while await connection.fetchval("SELECT retire_days($1)", first_kept):
        pass


async def totals(connection: Connection, name: str, start: date, **chosen: Any) -> int:
    arguments = (None, at(start, 0), at(TODAY), None, None, chosen.get("group"), chosen.get("filters"))
    rows = await connection.fetch(catalogue.find(name).report, *arguments)
    return sum(row["impressions"] for row in rows)


@pytest.mark.parametrize("name", ["heap", "matview", "partitioned", "rollup", "rollup_dims"])
async def test_dropped_days_answer_from_roll_ups_or_not_at_all(new_database: NewDatabase, name: str) -> None:
    """No report over dropped days passes as small: roll-ups answer as before, raw events say where they begin."""
    connection = await connections.connect(await new_database(name))
    days = [TODAY - timedelta(days=n) for n in (500, 40, 30, 20)]
    await add(connection, *days)
    for _ in days:
        await run_round(connection, catalogue.find(name))
    await retire(connection, days[2])
    kept = await connection.fetch("SELECT DISTINCT (ts AT TIME ZONE 'UTC')::date FROM events")
    assert {row[0] for row in kept} == set(days[2:])

    questions: list[dict[str, Any]] = [{}, {"group": "campaign_id"}, {"group": "geo"}, {"filters": '{"geo": "IN"}'}]
    questions += [{"group": "event_type"}, {"filters": '{"geo": "IN", "device": "tv"}'}]
    rolled_up = {"rollup": 2, "rollup_dims": 4}.get(name, 0)
    for number, chosen in enumerate(questions):
        if number < rolled_up:
            assert await totals(connection, name, days[0], **chosen) == 4
            continue
        with pytest.raises(asyncpg.PostgresError, match="raw events are kept from") as caught:
            await totals(connection, name, days[0], **chosen)
        assert caught.value.sqlstate == "AP001"
    assert await totals(connection, name, days[2], group="event_type") == 2
    await connection.close()


async def test_retention_keeps_namesakes_in_other_tables(new_database: NewDatabase) -> None:
    """Rows of different chunks or child tables can have the same ctid; only the old ones are deleted."""
    connection = await connections.connect(await new_database("heap"))
    old, kept = TODAY - timedelta(days=40), TODAY - timedelta(days=20)
    await add(connection, kept)
    await connection.execute("CREATE TABLE heirs () INHERITS (events)")
    await connection.execute("INSERT INTO heirs SELECT * FROM ONLY events")
    await connection.execute("TRUNCATE ONLY events")
    await add(connection, old)
    assert len(await connection.fetch("SELECT DISTINCT ctid FROM events")) == 1
    await retire(connection, old + timedelta(days=1))
    rows = await connection.fetch("SELECT (ts AT TIME ZONE 'UTC')::date FROM events")
    assert {row[0] for row in rows} == {kept}
    await connection.close()


async def test_a_report_over_dropped_days_is_a_422_that_names_the_horizon(new_database: NewDatabase) -> None:
    """The client learns from when on it may ask."""
    url = await new_database("rollup")
    connection = await connections.connect(url)
    days = [TODAY - timedelta(days=n) for n in (40, 20)]
    await connection.execute("SELECT prepare_days(day, day) FROM unnest($1::date[]) AS day", days)
    await add(connection, *days)
    await retire(connection, days[1])
    await connection.close()
    settings = Settings()
    readers = await open_readers(url, 1, "test", settings)
    reporter = Reporter(readers, settings)
    now = datetime.now(UTC)
    answer = await reporter.report(parse([("start", "-60d")], now, settings))
    assert answer.totals[0] == 2
    with pytest.raises(QueryError, match=f"raw events are kept from {days[0] + timedelta(days=1)}T00:00:00Z") as caught:
        await reporter.report(parse([("start", "-60d"), ("group_by", "geo")], now, settings))
    assert caught.value.field == "start"
    await readers.close()


async def test_nothing_dropped_means_no_horizon(connection: Connection) -> None:
    """Retention over empty partitions does not forbid old windows: nothing is missing there."""
    await connection.execute("SELECT prepare_days($1, $2)", TODAY - timedelta(days=50), TODAY - timedelta(days=48))
    await retire(connection, TODAY - timedelta(days=30))
    assert min(await partitions(connection)) >= TODAY - timedelta(days=30)
    assert await connection.fetchval("SELECT kept_from FROM raw_horizon") is None
    name = (await catalogue.active(connection)).name
    assert await totals(connection, name, TODAY - timedelta(days=60), group="geo") == 0


async def test_retention_gives_way_to_users_of_the_table(new_database: NewDatabase) -> None:
    """Dropping a partition needs the table alone; it tries for 100 ms and leaves it to the next round."""
    url = await new_database()
    writer, keeper = await connections.connect(url), await connections.connect(url)
    day = TODAY - timedelta(days=9)
    await keeper.execute("SELECT prepare_days($1, $1)", day)
    async with writer.transaction():
        await add(writer, TODAY)
        assert await keeper.fetchval("SELECT retire_days($1)", TODAY) is False
        assert day in await partitions(keeper)
    await retire(keeper, TODAY)
    assert day not in await partitions(keeper)
    await writer.close()
    await keeper.close()


async def test_the_service_retires_old_days(serve: Serve, url: str) -> None:
    """ADPULSE_RETENTION_DAYS is all it takes; roll-ups stay."""
    connection = await connections.connect(url)
    await add(connection, *(TODAY - timedelta(days=days) for days in (40, 3, 0)))
    client = await serve(url, retention_days=30, maintenance_s=0.05)
    await until(lambda: connection.fetchval("SELECT count(*) <> 3 FROM events"))
    reply = (await client.get(f"/report?start=-60d&end={(TODAY + timedelta(days=1)).isoformat()}")).json()
    assert reply["totals"]["impressions"] == 3
    reply = await client.get("/report?start=-60d&group_by=geo")
    assert reply.status_code == 422
    assert "raw events are kept from" in reply.json()["detail"]
    await connection.close()


async def test_a_move_after_retention_is_refused_until_the_loss_is_accepted(new_database: NewDatabase) -> None:
    """Roll-ups of dropped days cannot be built again: switching must not lose them without a word."""
    connection = await connections.connect(await new_database("rollup"))
    days = [TODAY - timedelta(days=n) for n in (40, 20)]
    await add(connection, *days)
    await retire(connection, days[1])
    with pytest.raises(SchemaError, match=r"have been dropped .* DELETE FROM raw_horizon"):
        await migrate.migrate(connection, "rollup_dims")
    assert await totals(connection, "rollup", days[0]) == 2
    await connection.execute("DELETE FROM raw_horizon")
    await migrate.migrate(connection, "rollup_dims")
    assert await totals(connection, "rollup_dims", days[0]) == 1
    await connection.close()


@pytest.mark.parametrize("wrong", ["service", "heartbeat", "events", "all"])
async def test_retention_believes_no_clock_alone(new_database: NewDatabase, wrong: str) -> None:
    """A clock that events, the heartbeat or the other clock contradict drops nothing, and a warning says why."""
    connection = await connections.connect(await new_database("rollup"))
    said: list[str] = []
    connection.add_log_listener(lambda _, message: said.append(message.message))
    # With `all`, a jump by 40 days of the service, the database and what the service stamps.
    await add(connection, TODAY - timedelta(days=40), *[TODAY - timedelta(days=3)] * (wrong != "all"))
    now = datetime.now(UTC)
    ask = "SELECT first_day_kept(30, $1)"
    if wrong != "events":
        await connection.execute(
            "INSERT INTO events (ts, event_type, campaign_id, user_id) VALUES (now(), 'click', 'C', 'U')"
        )
    if wrong not in ("events", "all"):
        assert await connection.fetchval(ask, now) in (TODAY - timedelta(days=30), TODAY - timedelta(days=29))
    if wrong == "heartbeat":
        await connection.execute("UPDATE heartbeat SET beat_at = now() + interval '400 days'")
    clock = now + timedelta(days=400) if wrong == "service" else now
    first = await connection.fetchval(ask, clock)
    assert first is None
    assert await connection.fetchval("SELECT retire_days($1)", first) is False
    assert await connection.fetchval("SELECT count(*) FROM events") == (2 if wrong in ("events", "all") else 3)
    await asyncio.sleep(0)
    assert any(text.startswith("retention waits: ") for text in said)
    await connection.close()
