"""Checks after every cycle, when everything runs again and nothing is under way."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from adbench.checks import http_recount
from adbench.checks.http_recount import Question
from adbench.faults.system import hostile
from adbench.faults.system.cluster import until
from adbench.faults.system.service import SETTINGS
from adbench.faults.traffic.journal import Journal, Stored, compare
from adbench.faults.world import ROLLUPS, World
from adbench.harness.patience import PATIENCE_S
from adpulse.database.connections import Connection
from adpulse.terminal import counted
from adpulse.variants import verify

_STORED = """
SELECT
  split_part(user_id, '-', 1)::bigint AS batch,
  count(*) AS rows,
  count(DISTINCT user_id) AS places,
  max(split_part(user_id, '-', 2)::int) AS last,
  count(*) FILTER (WHERE event_type = 'impression') AS impressions,
  count(*) FILTER (WHERE event_type = 'click') AS clicks,
  count(*) FILTER (WHERE event_type = 'conversion') AS conversions,
  sum(cost_micros)::bigint AS cost,
  sum(revenue_micros)::bigint AS revenue
FROM events
GROUP BY 1
"""

_SUMS = "impressions, clicks, conversions, cost_micros, revenue_micros"
_ADDED = ", ".join(f"sum({name})::bigint AS {name}" for name in _SUMS.split(", "))

# Both ways: what one side has and the other has not, in either direction. Sums of zero say the same as no row.
_BOTH_WAYS = f"""
WITH
  raw AS (
    SELECT
      campaign_id,
      date_bin('1 minute', ts, 'epoch') AS minute,
      count(*) FILTER (WHERE event_type = 'impression') AS impressions,
      count(*) FILTER (WHERE event_type = 'click') AS clicks,
      count(*) FILTER (WHERE event_type = 'conversion') AS conversions,
      sum(cost_micros)::bigint AS cost_micros,
      sum(revenue_micros)::bigint AS revenue_micros
    FROM events
    GROUP BY 1, 2
  ),
  kept AS (
    SELECT campaign_id, minute, {_ADDED}
    FROM (
      SELECT campaign_id, minute, {_SUMS} FROM rollup_minute WHERE campaign_id <> ''
      UNION ALL
      SELECT campaign_id, minute, {_SUMS} FROM rollup_delta
    ) AS parts
    GROUP BY 1, 2
    HAVING sum(impressions) + sum(clicks) + sum(conversions) > 0
  ),
  minutes AS (SELECT campaign_id, minute, {_SUMS} FROM rollup_minute),
  hours AS (SELECT campaign_id, hour, {_SUMS} FROM rollup_hour),
  days AS (SELECT campaign_id, day, {_SUMS} FROM rollup_day),
  of_all AS (SELECT * FROM minutes WHERE campaign_id = ''),
  summed_campaigns AS (SELECT '', minute, {_ADDED} FROM minutes WHERE campaign_id <> '' GROUP BY minute),
  summed_hours AS (SELECT campaign_id, date_bin('1 hour', minute, 'epoch'), {_ADDED} FROM minutes GROUP BY 1, 2),
  summed_days AS (SELECT campaign_id, date_bin('1 day', minute, 'epoch'), {_ADDED} FROM minutes GROUP BY 1, 2)
""" + "UNION ALL".join(
    f" SELECT '{difference}' AS difference, count(*) FROM (TABLE {these} EXCEPT TABLE {those}) AS found "
    for difference, these, those in (
        ("raw events that no minute has", "raw", "kept"),
        ("minutes that no raw event has", "kept", "raw"),
        ("minutes of all campaigns that are not their sum", "of_all", "summed_campaigns"),
        ("sums over campaigns that no minute of all has", "summed_campaigns", "of_all"),
        ("hours that are not the sum of their minutes", "hours", "summed_hours"),
        ("minutes that no hour has", "summed_hours", "hours"),
        ("days that are not the sum of their minutes", "days", "summed_days"),
        ("minutes that no day has", "summed_days", "days"),
    )
)

_NONE_WRITES = """
SELECT count(*) = 0 FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'adpulse writer' AND state <> 'idle'
"""

QUIET_S = 45  # shorter than a report may take here (60 s): what waits must still be waiting


@dataclass(frozen=True)
class Findings:
    """The violations, a line each, and how much was looked at."""

    violations: list[str]
    stored: dict[int, Stored]  # rows of each batch
    cells: int  # sums compared


async def check(world: World, journal: Journal) -> Findings:
    """Run all checks and return what they found. A violation raises nothing."""
    async with world.connected() as connection:
        wrong: list[str] = []
        if not await until(lambda: connection.fetchval(_NONE_WRITES), QUIET_S):
            wrong.append("writers: a transaction is never ended")
        stored = await stored_batches(connection)
        wrong += compare(journal.batches.values(), stored)
        audited = await verify.verify(connection, world.variant)
        wrong += [f"report: {mismatch}" for mismatch in audited.mismatches[:5]]
        if world.folder in ROLLUPS:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                rows = await connection.fetch(_BOTH_WAYS)
            wrong += [f"roll-ups: {row['count']} {row['difference']}" for row in rows if row["count"]]
        if strayed := await hostile.strayed(connection):
            wrong.append(f"schema: tables or functions, {strayed} in all, were made in the schema of the login")
        cells = audited.cells
        for service in world.services:
            told = await asyncio.to_thread(asyncio.run, _told(world, service.address))
            cells += told.cells
            if told.wrong:
                wrong.append(f"report: {counted(told.wrong, 'wrong sum')} over HTTP, first in {told.first_wrong}")
            if not await asyncio.to_thread(_adds_up, world, service.address):
                wrong.append("report: the groups of geo do not add up to the totals")
        wrong += await _slots(world)
        if circles := await world.new_deadlocks(connection):
            wrong.append(f"deadlock: {counted(circles, 'time')}")
    return Findings(wrong, stored, cells)


async def stored_batches(connection: Connection) -> dict[int, Stored]:
    """Return what is stored of every batch, by its number."""
    rows = await connection.fetch(_STORED)
    return {row[0]: Stored(row[1], row[2], row[3], tuple(row)[4:]) for row in rows}


async def _told(world: World, address: str) -> http_recount.Recount:
    """Compare reports, asked over HTTP, with a recount of the stored events."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    whole = (now - timedelta(days=402), now + timedelta(days=3))
    cut = (now - timedelta(minutes=87), now + timedelta(minutes=1))
    hour = now.replace(minute=0) - timedelta(hours=1)  # events lie on both sides of it
    questions = [
        Question(*whole),
        Question(hour - timedelta(days=1), hour),
        Question(*whole, group_by="campaign_id"),
        *(() if world.situation.overflown else (Question(*cut, group_by="geo"),)),
        Question(*cut, campaigns=("C1", "C2"), granularity="hour", timezone="Asia/Kolkata"),
    ]
    async with world.connected() as connection:
        return await http_recount.compare(connection, address, iter(questions), world.situation.headers)


def _adds_up(world: World, address: str) -> bool:
    """Return True if the groups of a dimension add up to the totals, with any of its values folded."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    question = Question(now - timedelta(days=402), now + timedelta(days=3), group_by="geo")
    totals, rows = http_recount.ask(address, question, world.situation.headers)
    return http_recount.added(rows.values()) == totals


async def _slots(world: World) -> list[str]:
    """Return a line when a report pool has lost a connection, or a report that waited was not answered.

    While a table is locked, as many reports wait in the database as the pools have connections. A pool that has lost
    one, to a session that is never given back, has fewer.
    """
    readers = int(SETTINGS["ADPULSE_READERS"])
    wrong = []
    asked: list[asyncio.Task[httpx.Response]] = []
    async with httpx.AsyncClient(timeout=PATIENCE_S, headers=world.situation.headers) as client:
        async with world.reports_locked() as waiting:

            async def all_wait() -> bool:
                return len(await waiting()) == len(asked)

            # Totals last: every report asks now and then, through the connections for totals, which design is active.
            # A design whose totals are planned each time has them from the same pool as all others.
            once = world.variant.statement(by_time=False, breakdown=False).planned_once
            for shape in ({"group_by": "campaign_id"}, {})[: 1 + once]:
                asked += [
                    asyncio.create_task(client.get(f"{service.address}/report", params={"start": "-2d", **shape}))
                    for service in world.services
                    for _ in range(readers)
                ]
                if not await until(all_wait, QUIET_S):
                    free = len(await waiting())
                    wrong.append(f"slots: {free} of {counted(len(asked), 'connection')} for reports are free")
                    break
        for reply in await asyncio.gather(*asked):
            if reply.status_code != 200:
                wrong.append(f"slots: a report that waited got {reply.status_code}: {reply.text[:300]}")
    return wrong
