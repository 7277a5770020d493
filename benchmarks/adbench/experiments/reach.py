"""`adbench run reach`: unique users counted from events, and estimated from a sketch in plain SQL.

Hypothesis: the k smallest hashes of each campaign and day (KMV: Bar-Yossef et al., Counting Distinct Elements in a Data
Stream, 2002; estimator (k - 1) ÷ the k-th smallest of hashes in (0, 1], Beyer et al., On Synopses for Distinct-Value
Estimation, 2007) are within 2 % of the count with k = 4,096, whose standard error is 1 ÷ √(k - 2) = 1.6 %, and answer a
month of the largest campaign many times as fast; the price is bytes for each event and a pass over them.

Both answer the same questions in turn, over one connection, warm. The count is the service's own report.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from adbench.harness import databases
from adbench.harness.progress import bar, step
from adbench.records import model, statistics
from adbench.records.model import Check, Measurement, Result
from adbench.workload.dataset import Dataset
from adbench.workload.report_mix import ask
from adbench.workload.report_shapes import LARGEST, MIDDLE
from adbench.workload.seed import seed
from adpulse.database.connections import Connection, connect
from adpulse.database.embedded import database
from adpulse.reports.reporter import Reporter, open_readers
from adpulse.settings import Settings
from adpulse.variants import catalogue

DATABASE = "adpulse_reach"
K = 4_096
ERROR = 0.02  # what an estimate may be off by
WARMUP = 2
QUESTIONS = tuple((campaign, days) for campaign in (LARGEST, MIDDLE) for days in (1, 7, 30))

# A campaign's day with fewer than K users keeps all of them, and is exact.
_BUILD = f"""
CREATE TABLE reach_sketch AS
SELECT campaign_id, day, array_agg(hash ORDER BY hash) AS hashes
FROM (
  SELECT campaign_id, day, hash, row_number() OVER (PARTITION BY campaign_id, day ORDER BY hash) AS place
  FROM (
    SELECT DISTINCT campaign_id, date_trunc('day', ts, 'UTC') AS day, hashtextextended(user_id, 0) AS hash
    FROM events
  ) AS users
) AS ranked
WHERE place <= {K}
GROUP BY campaign_id, day
"""

# The k smallest of a union are among the k smallest of its parts. hashtextextended gives all of a bigint: shifted and
# divided, (0, 1].
_ESTIMATE = f"""
SELECT
  CASE
    WHEN count(*) < {K} THEN count(*)
    ELSE {K - 1} / ((max(hash)::numeric + 2::numeric ^ 63 + 1) / 2::numeric ^ 64)
  END
FROM (
  SELECT DISTINCT hash
  FROM reach_sketch, unnest(hashes) AS hash
  WHERE campaign_id = $1 AND day >= $2 AND day < $3
  ORDER BY hash
  LIMIT {K}
) AS smallest
"""


@dataclass(frozen=True)
class Plan:
    """The data, which ends at a midnight, so that days are whole, and the times that each question is asked."""

    data: Dataset
    rounds: int


def run(plan: Plan, settings: Settings, console: Console) -> tuple[Result, Path]:
    """Measures, writes the result and returns it with its path.

    Raises scratch.ScratchError when the server does not let us have a database of our own.
    """
    with database(settings) as server:
        result = asyncio.run(_measure(plan, server, settings, console))
    return result, model.write(result, settings.data_dir.resolve() / "results")


async def _measure(plan: Plan, server: str, settings: Settings, console: Console) -> Result:
    began, data = datetime.now(UTC), plan.data
    url = await databases.recreate(server, DATABASE)
    await seed(url, data, settings.variant, console)
    connection = await connect(url)
    # Counting takes as long as it takes: how long is what is asked.
    readers = await open_readers(url, 1, "adpulse reach", settings.model_copy(update={"report_timeout_ms": 600_000}))
    try:
        with step(console, "building the sketch"):
            measured = await _build(connection, data)
        total = len(QUESTIONS) * (plan.rounds + WARMUP)
        with bar(console, "counting and estimating in turn", total, "questions") as advance_to:
            for number, (campaign, days) in enumerate(QUESTIONS):
                found = await _compare(plan, settings, Reporter(readers, settings), connection, campaign, days)
                measured += found
                advance_to((number + 1) * (plan.rounds + WARMUP))
        postgres, variant = await model.postgres(connection), await catalogue.active(connection)
    finally:
        await readers.close()
        await connection.close()
    return model.of_run(
        what="reach",
        started_at=began,
        postgres=postgres,
        data=data,
        variant=variant.name,
        parameters={"k": K, "rounds": plan.rounds, "warmup": WARMUP},
        measurements=measured,
        checks=_checks(measured),
    )


async def _build(connection: Connection, data: Dataset) -> list[Measurement]:
    began = time.perf_counter()
    await connection.execute(_BUILD)
    took = time.perf_counter() - began
    await connection.execute("CREATE INDEX reach_sketch_campaign_id_day_idx ON reach_sketch (campaign_id, day)")
    await connection.execute("VACUUM (ANALYZE) reach_sketch")
    size = await connection.fetchval("SELECT pg_total_relation_size('reach_sketch')")
    return [
        Measurement(name="sketch.build", value=took / data.events * 1e6, unit="s/million events"),
        Measurement(name="sketch.size", value=size / data.events, unit="bytes/event"),
    ]


async def _compare(
    plan: Plan, settings: Settings, reporter: Reporter, connection: Connection, campaign: str, days: int
) -> list[Measurement]:
    start = plan.data.end - timedelta(days=days)
    text = f"campaign_id={campaign}&start={start:%Y-%m-%d}&end={plan.data.end:%Y-%m-%d}&metrics=unique_users"
    query = ask(plan.data, text, settings)
    times: dict[str, list[float]] = {"counted": [], "estimated": []}
    for number in range(-WARMUP, plan.rounds):
        began = time.perf_counter()
        counted = (await reporter.report(query)).totals.unique_users or 0
        between = time.perf_counter()
        estimated = float(await connection.fetchval(_ESTIMATE, campaign, start, plan.data.end))
        if number >= 0:
            times["counted"].append((between - began) * 1_000)
            times["estimated"].append((time.perf_counter() - between) * 1_000)
    labels = {"campaign": campaign, "days": str(days)}
    error = estimated / counted - 1 if counted else 0.0
    value, low, high = statistics.ratio(zip(times["estimated"], times["counted"], strict=True), plan.data.seed)
    return [
        Measurement(name="reach.users", value=counted, unit="users", labels=labels),
        Measurement(name="reach.error", value=error, unit="ratio", labels=labels),
        Measurement(name="reach.speedup", value=value, low=low, high=high, unit="ratio", labels=labels),
        *(_latency(how, taken, labels, plan.data.seed) for how, taken in times.items()),
    ]


def _latency(how: str, taken: list[float], labels: dict[str, str], seed: int) -> Measurement:
    value, low, high = statistics.median(taken, seed)
    return Measurement(name="reach.latency", value=value, low=low, high=high, unit="ms", labels={**labels, "by": how})


def _checks(measured: list[Measurement]) -> list[Check]:
    worst = max((each for each in measured if each.name == "reach.error"), key=lambda each: abs(each.value))
    least = min((each for each in measured if each.name == "reach.speedup"), key=lambda each: each.value)
    return [
        Check(
            name=f"every estimate is within {ERROR:.0%} of the count",
            passed=abs(worst.value) <= ERROR,
            detail=f"{worst.value:+.2%} at most, for {worst.labels['campaign']} over {worst.labels['days']} days",
            aim=True,
        ),
        Check(
            name="estimating is faster",
            passed=least.value > 1,
            detail=f"{least.value:.2f}x at least, for {least.labels['campaign']} over {least.labels['days']} days",
            aim=True,
        ),
    ]


def table(result: Result) -> Table:
    """The outcome for people."""
    build, size = result.value("sketch.build"), result.value("sketch.size")
    title = f"a sketch of {K:,} hashes a campaign and day: {size:.1f} bytes an event, {build:.2f} s a million events"
    shown = Table(title=title, title_style="")
    for column in ("campaign", "days", "users", "counted, ms", "estimated, ms", "times as fast", "error"):
        shown.add_column(column, justify="right")
    for campaign, days in QUESTIONS:
        labels = {"campaign": campaign, "days": str(days)}
        shown.add_row(
            campaign,
            str(days),
            f"{result.value('reach.users', **labels):,.0f}",
            *(f"{result.value('reach.latency', **labels, by=by):,.2f}" for by in ("counted", "estimated")),
            f"{result.value('reach.speedup', **labels):,.1f}",
            f"{result.value('reach.error', **labels):+.2%}",
        )
    for check in result.checks:
        shown.add_row("[green]✓[/]" if check.passed else "[yellow]·[/]", "", check.name, check.detail)
    return shown
