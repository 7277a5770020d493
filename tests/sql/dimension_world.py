"""Writers, upkeep and a reader of 08_rollup_dims, and events as its reports must show them."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
from hypothesis import strategies as st

from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.maintenance.loop import run_round, run_rounds
from adpulse.variants import catalogue, state
from adpulse.variants.verify import verify
from tests.servers import NewDatabase

ROLLUP_DIMS = catalogue.find("rollup_dims")
COLUMNS = ("ts", "campaign_id", "user_id", "event_type", "cost_micros", "revenue_micros", "metadata")
KINDS = ("impression", "click", "conversion")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

# Few values and few events are many here, so that a test meets each limit.
SMALL = """
CREATE OR REPLACE FUNCTION rollup_dim_most() RETURNS int LANGUAGE sql IMMUTABLE RETURN 4;
CREATE OR REPLACE FUNCTION rollup_dim_few() RETURNS int LANGUAGE sql IMMUTABLE RETURN 3;
CREATE OR REPLACE FUNCTION rollup_dim_many() RETURNS int LANGUAGE sql IMMUTABLE RETURN 4;
CREATE OR REPLACE FUNCTION rollup_dim_thin() RETURNS int LANGUAGE sql IMMUTABLE RETURN 2;
CREATE OR REPLACE FUNCTION rollup_dim_round() RETURNS int LANGUAGE sql IMMUTABLE RETURN 4;
CREATE OR REPLACE FUNCTION rollup_dim_busy() RETURNS int LANGUAGE sql IMMUTABLE RETURN 2;
CREATE OR REPLACE FUNCTION rollup_dim_together() RETURNS int LANGUAGE sql IMMUTABLE RETURN 2;
"""

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)

# In dense history, each hour has quarters.
EVERY_HOUR = """
CREATE OR REPLACE FUNCTION rollup_dim_midnights() RETURNS int[] LANGUAGE sql IMMUTABLE
  RETURN ARRAY[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23];
"""

# Now, a closed hour, days that are over, one without a partition, and tomorrow.
TIMES = [
    NOW + minutes * timedelta(minutes=1) + hours
    for minutes in (0, 20, 41)
    for hours in (timedelta(), -HOUR, -2 * HOUR, -5 * HOUR, -DAY, -2 * DAY, -2 * DAY - HOUR, -9 * DAY, DAY)
]

EVENT = st.tuples(
    st.sampled_from(TIMES),
    st.sampled_from(["A", "B"]),
    st.sampled_from(KINDS),
    st.sampled_from([0, 7, 2**40 + 1, 2**62]),
    st.sampled_from(["IN", "US", "(other)", "", "DE", "FR", "null", "x" * 201, 3, "3", None]),
)
WRITER = st.sampled_from([0, 1, 2])
STEP = st.one_of(
    st.tuples(st.just("insert"), WRITER, st.lists(EVENT, min_size=1, max_size=6)),
    st.tuples(st.just("straight"), WRITER, st.lists(EVENT, min_size=1, max_size=3)),
    st.tuples(st.sampled_from(["begin", "commit", "abort"]), WRITER),
    st.tuples(st.just("retime"), WRITER, st.sampled_from(TIMES), st.sampled_from(TIMES)),
    st.tuples(st.just("rename"), WRITER, st.sampled_from(["IN", "US"]), st.sampled_from(["IN", "FR", "ZZ"])),
    st.tuples(st.just("delete"), WRITER, st.sampled_from(["A", "B"]), st.sampled_from(TIMES)),
    st.tuples(st.just("truncate"), WRITER),
    st.tuples(st.just("round")),
    st.tuples(st.just("totals")),
    st.tuples(st.just("dimensions")),
    st.tuples(st.just("forget"), st.sampled_from(TIMES)),
    st.tuples(st.just("declare"), st.sampled_from([["geo"], ["geo", "device"], ["device", "geo"]])),
)


def local_day(at: datetime, zone: str) -> datetime:
    """Return when the day of that zone began."""
    return at.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def sent(event: Any) -> tuple[Any, ...]:
    at, campaign, kind, cost, geo = event
    metadata = {"device": "d" + kind[0]} | ({} if geo is None else {"geo": geo})
    return (at, campaign, "U", kind, cost, cost // 2, json.dumps(metadata))


async def ask(
    connection: Connection,
    group: str | None = None,
    filters: Any = None,
    campaigns: list[str] | None = None,
    window: tuple[datetime, datetime] = (NOW - 12 * DAY, NOW + 3 * DAY),
    granularity: str | None = None,
    zone: str = "UTC",
) -> tuple[dict[Any, tuple[int, ...]], bool]:
    """Return (bucket, group or Ellipsis for "(other)") -> sums, and True if raw events were read for want of those."""
    rows = await connection.fetch(
        ROLLUP_DIMS.exact_report,
        campaigns,
        *window,
        granularity,
        zone,
        group,
        None if filters is None else json.dumps(filters),
    )
    found = {
        (row["bucket"], ... if row["note"] == "other" else row["grp"]): tuple(int(value) for value in tuple(row)[2:7])
        for row in rows
        if row["note"] != "raw"
    }
    assert len(found) == sum(row["note"] != "raw" for row in rows)
    return found, any(row["note"] == "raw" for row in rows)


async def stored(connection: Connection, key: str) -> list[tuple[Any, ...]]:
    """Return every event as (ts, campaign, its group or Ellipsis, five sums), by the rule for shared rows."""
    known = {
        row["name"]
        for row in await connection.fetch(
            "SELECT value::jsonb #>> '{}' AS name FROM rollup_value JOIN rollup_dimension USING (place) "
            "WHERE key = $1 AND NOT dropped",
            key,
        )
    }
    most = await connection.fetchval("SELECT rollup_dim_most()")

    def named(text: str | None) -> Any:
        if text in known or (len(known) < most and len(text or "") <= 200):
            return text
        return ...

    return [
        (
            row["ts"],
            row["campaign_id"],
            named(row["name"]),
            (*(int(row["event_type"] == kind) for kind in KINDS), row["cost_micros"], row["revenue_micros"]),
        )
        for row in await connection.fetch("SELECT *, metadata ->> $1 AS name FROM events", key)
    ]


def added_up(cells: Any) -> dict[Any, tuple[int, ...]]:
    sums: dict[Any, list[int]] = defaultdict(lambda: [0] * 5)
    for key, values in cells:
        for place, value in enumerate(values):
            sums[key][place] += value
    return {key: tuple(values) for key, values in sums.items()}


async def check(connection: Connection, key: str = "geo") -> None:
    """Check that reports of many shapes say what the events of the same snapshot say, and rows what filters find."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute("LOCK TABLE events IN ACCESS SHARE MODE")
        events = await stored(connection, key)
        declared = await connection.fetchval(
            "SELECT count(*) FROM rollup_dimension WHERE key = $1 AND NOT dropped", key
        )
        if not declared:
            return
        for campaigns in (None, ["A"], ["A", "B"]):
            ours = [event for event in events if campaigns is None or event[1] in campaigns]
            found, _ = await ask(connection, key, campaigns=campaigns)
            assert found == added_up(((None, name), sums) for _, _, name, sums in ours)
        for group, row in (await ask(connection, key))[0].items():
            condition = {"other": True} if group[1] is ... else group[1]
            alone, _ = await ask(connection, filters={key: condition})
            assert alone == {(None, None): row}, condition
            if isinstance(condition, str):
                rest, _ = await ask(connection, key, filters={key: {"not": [condition]}})
                assert rest == {name: sums for name, sums in (await ask(connection, key))[0].items() if name != group}
            by_campaign, _ = await ask(connection, "campaign_id", filters={key: condition})
            assert by_campaign == added_up(((None, event[1]), event[3]) for event in events if event[2] == group[1])
        for window in (
            (NOW - 5 * HOUR + 25 * timedelta(minutes=1), NOW + HOUR),
            (NOW - 2 * DAY - 10 * HOUR, NOW - DAY),
        ):
            for campaigns in (None, ["B"]):
                found, _ = await ask(connection, key, window=window, campaigns=campaigns)
                assert found == added_up(
                    ((None, name), sums)
                    for at, campaign, name, sums in events
                    if window[0] <= at < window[1] and campaign in (campaigns or [campaign])
                )
        for granularity in ("hour", "day"):
            found, _ = await ask(connection, key, granularity=granularity, campaigns=["A"])
            assert found == added_up(
                ((at.replace(minute=0) if granularity == "hour" else at.replace(hour=0, minute=0), name), sums)
                for at, campaign, name, sums in events
                if campaign == "A"
            )
        # Days of these zones begin at half past, and a quarter past, an hour of UTC.
        for zone in ("Asia/Kolkata", "Asia/Kathmandu"):
            for campaigns in (None, ["A"]):
                found, _ = await ask(connection, key, granularity="day", zone=zone, campaigns=campaigns)
                assert found == added_up(
                    ((local_day(at, zone), name), sums)
                    for at, campaign, name, sums in events
                    if campaign in (campaigns or [campaign])
                )


class World:
    """Three writers, one that maintains, one that reads."""

    def __init__(self, *sessions: Connection) -> None:
        *self.writers, self.keeper, self.reader = sessions
        self.open: dict[int, Any] = {}

    async def do(self, step: Any) -> None:
        """Do a step. One that has to wait for another's lock is not done, and ends its transaction."""
        kind, *rest = step
        if kind in ("round", "totals", "dimensions", "forget", "declare"):
            with suppress(asyncpg.LockNotAvailableError):
                await self.keep(kind, rest)
            return
        number, *rest = rest
        try:
            await self.write(self.writers[number], number, kind, rest)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            if transaction := self.open.pop(number, None):
                await transaction.rollback()

    async def keep(self, kind: str, rest: list[Any]) -> None:
        statements = ROLLUP_DIMS.maintenance[1]  # type: ignore[index]  # it has upkeep
        if kind == "round":
            await run_round(self.keeper, ROLLUP_DIMS)
        elif kind == "totals":
            await self.keeper.execute(next(each for each in statements if "INTO rollup_minute" in each))
        elif kind == "dimensions":
            await self.keeper.execute(statements[-1])
        elif kind == "forget":
            await self.keeper.execute(
                "SELECT rollup_dim_forget(ARRAY(SELECT place FROM rollup_dimension), $1, $1)", rest[0].date()
            )
        else:
            async with self.keeper.transaction():
                await state.declare(self.keeper, rest[0])

    async def write(self, writer: Connection, number: int, kind: str, rest: list[Any]) -> None:
        if kind == "begin" and number not in self.open:
            self.open[number] = writer.transaction()
            await self.open[number].start()
        elif kind in ("commit", "abort") and (transaction := self.open.pop(number, None)):
            await (transaction.commit() if kind == "commit" else transaction.rollback())
        elif kind == "insert":
            await writer.copy_records_to_table("events", records=[sent(event) for event in rest[0]], columns=COLUMNS)
        elif kind == "straight":
            for event in rest[0]:
                part = f"events_p{event[0]:%Y%m%d}"
                if await writer.fetchval("SELECT to_regclass($1)", part):
                    await writer.copy_records_to_table(part, records=[sent(event)], columns=COLUMNS)
        elif kind == "retime":
            await writer.execute("UPDATE events SET ts = $2 WHERE ts = $1", *rest)
        elif kind == "rename":
            await writer.execute(
                "UPDATE events SET metadata = metadata || jsonb_build_object('geo', $2::text) "
                "WHERE metadata ->> 'geo' = $1",
                *rest,
            )
        elif kind == "delete":
            await writer.execute("DELETE FROM events WHERE campaign_id = $1 AND ts = $2", *rest)
        elif kind == "truncate" and number not in self.open:  # or nobody could read until it ends
            await writer.execute("TRUNCATE events")


@asynccontextmanager
async def world(new_database: NewDatabase) -> AsyncIterator[World]:
    url = await new_database("rollup_dims")
    sessions = [await connections.connect(url) for _ in range(5)]
    try:
        await sessions[0].execute(SMALL + EVERY_HOUR)
        # Two hours are open, and closed in the first round.
        async with sessions[0].transaction():
            await sessions[0].execute("UPDATE rollup_dim_mark SET closed_to = closed_to - interval '1 day'")
            await sessions[0].execute("SELECT rollup_dim_stamp()")
        await sessions[0].execute(
            "INSERT INTO rollup_dim_detail SELECT 60, date_bin('1 day', closed_to, 'epoch') FROM rollup_dim_mark "
            "ON CONFLICT DO NOTHING"
        )
        for session in sessions[:4]:
            await session.execute("SET lock_timeout = '20ms'; SET plan_cache_mode = force_custom_plan")
        yield World(*sessions)
    finally:
        for session in sessions:
            await session.close()


async def finish(here: World) -> None:
    """End what is open and let upkeep do all that there is to do; then reports and roll-ups are exact."""
    for transaction in here.open.values():
        await transaction.commit()
    await check(here.reader)
    await run_rounds(here.keeper, ROLLUP_DIMS)
    while await here.keeper.fetchval("SELECT EXISTS (SELECT FROM rollup_dim_pending)"):
        await here.keeper.execute("SELECT rollup_dims()")
    await check(here.reader)
    _, raw = await ask(
        here.reader,
        "device"
        if await here.reader.fetchval("SELECT count(*) FROM declared_dimension WHERE key = 'geo'") == 0
        else "geo",
    )
    assert not raw, "everything was built"
    audit = await verify(here.reader, ROLLUP_DIMS)
    assert audit.wrong == 0, audit.mismatches
