"""Rounds of the upkeep of dimensions: bounded, cheap, and read no more than necessary."""

from datetime import timedelta

from adpulse.database import connections
from adpulse.maintenance.loop import run_round
from adpulse.variants.verify import verify
from tests.servers import NewDatabase
from tests.sql.dimension_world import COLUMNS, DAY, HOUR, NOW, ROLLUP_DIMS, SMALL, ask, sent


async def test_a_round_is_bounded(new_database: NewDatabase) -> None:
    """Upkeep that has fallen behind goes on in parts, a whole transaction each; reports are exact after every part."""
    connection = await connections.connect(await new_database("rollup_dims"))
    await connection.execute(SMALL)
    for _ in range(5):
        rows = [sent((NOW, "A", "click", 7, geo)) for geo in ("IN", "US", "IN")]
        await connection.copy_records_to_table("events", records=rows, columns=COLUMNS)
    behind = []
    while True:
        more = await run_round(connection, ROLLUP_DIMS)
        assert (await ask(connection, "geo"))[0] == {
            (None, "IN"): (0, 10, 0, 70, 30),
            (None, "US"): (0, 5, 0, 35, 15),
        }
        behind.append(
            await connection.fetchval(
                "SELECT count(*) FROM events, rollup_dim_mark "
                "WHERE NOT pg_visible_in_snapshot(written_xid::text::xid8, snapshot)"
            )
        )
        if not more:
            break
    assert behind == [9, 3, 0], "two transactions a part, which make four events and more"
    assert await connection.fetchval("SELECT count(*) FROM rollup_dim_tail") == 0
    await connection.close()


async def test_a_cut_leaves_out_what_still_runs(new_database: NewDatabase) -> None:
    """A transaction that began before the end of a part, and commits after it, is added by a later round."""
    url = await new_database("rollup_dims")
    connection, slow = await connections.connect(url), await connections.connect(url)
    await connection.execute(SMALL)
    rows = [sent((NOW, "A", "click", 7, "IN"))] * 3
    async with slow.transaction():
        await slow.copy_records_to_table("events", records=rows, columns=COLUMNS)
        for _ in range(5):
            await connection.copy_records_to_table("events", records=rows, columns=COLUMNS)
        assert await run_round(connection, ROLLUP_DIMS), "it was cut"
    for _ in range(4):
        assert (await ask(connection, "geo"))[0] == {(None, "IN"): (0, 18, 0, 126, 54)}
        await run_round(connection, ROLLUP_DIMS)
    assert await connection.fetchval("SELECT count(*) FROM rollup_dim_tail") == 0
    for each in (connection, slow):
        await each.close()


async def test_minutes_are_kept_for_two_days(new_database: NewDatabase) -> None:
    """Late events fill an hour that was thin, and reports cut it in zones of half hours. Later, thin ones let go."""
    connection = await connections.connect(await new_database("rollup_dims"))
    await connection.execute(SMALL)
    old, recent = NOW - timedelta(hours=50), NOW - timedelta(hours=40)
    async with connection.transaction():
        await connection.execute("UPDATE rollup_dim_mark SET closed_to = $1", old)
        await connection.execute("SELECT rollup_dim_stamp()")
    minute = timedelta(minutes=5)
    rows = [sent((at + minute, "A", "click", 7, "IN")) for at in (old, recent)]
    await connection.copy_records_to_table("events", records=rows, columns=COLUMNS)
    for late in range(3):
        await run_round(connection, ROLLUP_DIMS)
        for campaign in ("", "A"):
            kept = await connection.fetch("SELECT minute FROM rollup_dim_minute WHERE campaign_id = $1", campaign)
            assert {row["minute"] for row in kept} == {recent + minute} | ({recent + 2 * minute} if late else set()), (
                campaign
            )
        for granularity in ("minute", "hour"):
            found, _ = await ask(connection, "geo", granularity=granularity, zone="Asia/Kolkata")
            assert sum(sums[1] for sums in found.values()) == 2 + late
        row = sent((recent + 2 * minute, "A", "click", 7, "IN"))
        await connection.copy_records_to_table("events", records=[row], columns=COLUMNS)
    await connection.close()


async def test_a_round_of_any_size_is_hashed(new_database: NewDatabase) -> None:
    """The planner would sort more than fit into its memory, which takes several times as long."""
    connection = await connections.connect(await new_database("rollup_dims"))
    await connection.execute("LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0")
    await connection.execute("SET auto_explain.log_nested_statements = on; SET auto_explain.log_level = notice")
    said: list[str] = []
    connection.add_log_listener(lambda _, message: said.append(message.message))
    # As if there were millions: what the planner believes of a table of some pages.
    rows = [sent((NOW + number * timedelta(milliseconds=1), f"C{number}", "click", 7, "IN")) for number in range(3_000)]
    await connection.copy_records_to_table("events", records=rows, columns=COLUMNS)
    part = f"events_p{NOW:%Y%m%d}"
    await connection.execute(f"ANALYZE {part}")
    await connection.execute("UPDATE pg_class SET reltuples = 1e7 WHERE oid = $1::regclass", part)
    await connection.execute("SELECT rollup_dims()")
    (plan,) = [text.partition("plan:")[2] for text in said if "GROUPING SETS" in text and "plan:" in text]
    assert "HashAggregate" in plan
    assert not {"GroupAggregate", "MixedAggregate"} & set(plan.split())
    await connection.close()


async def test_vacuum_leaves_today_alone(new_database: NewDatabase) -> None:
    """It would keep upkeep from the index of new events for as long as it takes. It may come when the day is over."""
    connection = await connections.connect(await new_database("rollup_dims"))
    option = "SELECT relname FROM pg_class WHERE reloptions @> ARRAY['autovacuum_vacuum_insert_threshold=-1']"
    new = NOW + DAY  # a day that is not over before the run is
    await connection.copy_records_to_table("events", records=[sent((new, "A", "click", 7, "IN"))], columns=COLUMNS)
    await run_round(connection, ROLLUP_DIMS)
    assert [row["relname"] for row in await connection.fetch(option)] == [f"events_p{new:%Y%m%d}"]
    old = f"events_p{NOW - 3 * DAY:%Y%m%d}"
    await connection.execute("SELECT prepare_days($1, $1)", (NOW - 3 * DAY).date())
    await connection.execute(f"ALTER TABLE {old} SET (autovacuum_vacuum_insert_threshold = -1)")
    await connection.execute("UPDATE rollup_dim_mark SET closed_to = closed_to - interval '1 hour'")
    await connection.execute("SELECT rollup_dim_stamp()")
    await run_round(connection, ROLLUP_DIMS)
    assert old not in [row["relname"] for row in await connection.fetch(option)]
    await connection.close()


async def test_minutes_of_a_thin_hour_are_not_kept(new_database: NewDatabase) -> None:
    """They would be a row an event. Such an hour is read by the event, also after late events; others by the minute."""
    connection = await connections.connect(await new_database("rollup_dims"))
    await connection.execute(SMALL)
    thin, dense, both = NOW - 3 * DAY, NOW - 3 * DAY + HOUR, (NOW - 3 * DAY, NOW - 3 * DAY + 2 * HOUR)
    await connection.execute("SELECT prepare_days($1, $2)", thin.date(), dense.date())
    for events in ([thin] * 2 + [dense] * 3, [thin]):
        rows = [sent((at + timedelta(minutes=5), "A", "click", 7, "IN")) for at in events]
        await connection.copy_records_to_table("events", records=rows, columns=COLUMNS)
        await run_round(connection, ROLLUP_DIMS)
    kept = await connection.fetch("SELECT DISTINCT minute FROM rollup_dim_minute WHERE campaign_id = ''")
    assert [row["minute"] for row in kept] == [dense + timedelta(minutes=5)]
    for granularity, after in (("minute", timedelta(minutes=5)), ("hour", timedelta())):
        assert (await ask(connection, "geo", window=both, granularity=granularity))[0] == {
            (thin + after, "IN"): (0, 3, 0, 21, 9),
            (dense + after, "IN"): (0, 3, 0, 21, 9),
        }
    assert (await verify(connection, ROLLUP_DIMS)).wrong == 0
    await connection.close()
