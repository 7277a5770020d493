"""`adbench peers orm`: this service against the one that people write first (orm.py), in turn, with equal answers.

Hypothesis: with the same requests, the same number of processes and the same PostgreSQL, the service takes tens of
times the events a second of an INSERT an event, and several times those of an INSERT a request; and its reports do not
grow with their window, where those of the events themselves do.

Ours is first in one round and last in the next, and so what the machine does meanwhile hits all alike. A round gives
a ratio, ours ÷ theirs; the interval is that of the ratios' geometric mean.
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from adbench.checks.after_load import recounted
from adbench.experiments.closed_load import ClosedLoad, by_batch
from adbench.experiments.experiment import Experiment, Outcome, experiment
from adbench.experiments.peers import orm, sums
from adbench.harness import progress
from adbench.harness.databases import connected, recreate
from adbench.harness.http_client import HttpClient
from adbench.harness.service import started
from adbench.records import statistics, store, terminal
from adbench.records.model import Check, Measurement, Result
from adbench.workload.copy_loader import Encoder, copy
from adbench.workload.dataset import Dataset
from adbench.workload.report_shapes import BREAKDOWNS, TOTALS, Shape
from adbench.workload.request_bodies import Cell, live, write_bodies
from adbench.workload.seed import seed
from adpulse.terminal import counted

SHAPES = (*TOTALS, *BREAKDOWNS)
OURS = "adpulse"
WAYS = {OURS: "", "orm-each": "/each", "orm-batch": "/batch"}  # the start of their paths
USERS = {1: 32, 100: 16, 1_000: 4}  # clients that post, by the events of a request
WARMUP_S = 0.1  # counted too; k6 builds its users before that
ASKED, LEAST, ASK_S = 30, 5, 60  # rounds of reports; the least of them; seconds after which no more are begun
Times = dict[tuple[str, str], list[float]]  # a value a round, by who and shape
Rates = dict[tuple[str, int], list[float]]  # a value a round, by way and events of a request
Clients = dict[str, tuple[HttpClient, str]]  # by name: the connection, and the start of its paths


@dataclass(frozen=True)
class DuelPlan:
    """The events that both hold before, and `rounds` of `seconds` of load for each way and size of request."""

    data: Dataset
    rounds: int
    seconds: float
    workers: int = 2
    users: dict[int, int] = field(default_factory=lambda: dict(USERS))


@experiment("peers-orm", loads=True)
def run(plan: DuelPlan, experiment: Experiment) -> Outcome:
    """Load both, ask and feed them in turn, write the result and return it with its path."""
    here, folder, data, console = experiment.folder(), experiment.scratch, plan.data, experiment.console
    with progress.step(console, "preparing requests"):
        dense = live(experiment.began, data.seed)
        cells = {Cell(batch): users for batch, users in plan.users.items()}
        loads = [
            ClosedLoad(cell, write_bodies(dense, cell, here), users, plan.seconds, folder, WARMUP_S)
            for cell, users in cells.items()
        ]
    server = experiment.server()
    ours, theirs = (asyncio.run(recreate(server, f"adpulse_duel_{name}")) for name in ("ours", "theirs"))
    asyncio.run(seed(ours, data, experiment.variant, console))
    with progress.step(console, "loading the other one"):
        asyncio.run(fill(theirs, data))
    address = experiment.serving(ours, plan.workers)
    other, _ = experiment.enter(serving_orm(theirs, plan.workers, folder / "orm.log"))
    addresses = {way: (address if way == OURS else other) + start for way, start in WAYS.items()}
    with HttpClient(address) as client, HttpClient(other) as other_client:
        clients = {OURS: (client, ""), "orm": (other_client, WAYS["orm-batch"])}
        equal = [_equal(shape, data.end, clients) for shape in SHAPES]
        latency = _ask(data.end, clients, console)
    rates, accepted = _feed(plan.rounds, addresses, loads, console)
    return experiment.write(
        data=data,
        parameters=store.parameters(plan, warmup_seconds=WARMUP_S, users=by_batch(plan.users), sqlalchemy=orm.VERSION),
        measurements=_measurements(latency, rates, data.seed),
        checks=[*equal, *recounted(lambda: asyncio.run(_stored(data.events, accepted, {OURS: ours, "orm": theirs})))],
    )


def serving_orm(url: str, workers: int, log: Path) -> AbstractContextManager[tuple[str, int]]:
    """Return the other service's address and process id, on a database that `fill` has made."""
    program = [sys.executable, "-m", "uvicorn", "--factory", f"{orm.__name__}:{orm.create_app.__name__}"]
    options = ["--no-access-log", "--workers", str(workers)]
    return started([*program, *options], {"ADPULSE_DATABASE_URL": url}, log)


async def fill(url: str, data: Dataset) -> None:
    """Make the other service's table and put the data set into it, in the order in which ours has it."""
    await orm.create_tables(url)
    async with connected(url) as connection:
        await connection.execute(
            "CREATE UNLOGGED TABLE staged (ts timestamptz, cost_micros bigint, revenue_micros bigint, event_id uuid,"
            " event_type text, campaign_id text, user_id text, metadata jsonb)"
        )
        encoder = Encoder(data)
        for block in data:
            await copy(connection, encoder.encode(block), "staged")
        await connection.execute(
            "INSERT INTO events (ts, campaign_id, user_id, event_type, cost, revenue, metadata) SELECT"
            " ts, campaign_id, user_id, event_type, cost_micros / 1e6, revenue_micros / 1e6, metadata FROM staged"
        )
        await connection.execute("DROP TABLE staged")
        await connection.execute("VACUUM (ANALYZE)")


def _equal(shape: Shape, end: datetime, clients: Clients) -> Check:
    """Return the check that both give the same five sums for every row that is not empty, to the micro."""
    ours, theirs = (sums(client.get(start + shape.path(end))[1]) for client, start in clients.values())
    detail = counted(len(ours), "row") if ours == theirs else "they differ"
    return Check(name=f"equal answers: {shape.name}", passed=ours == theirs, detail=detail)


def _ask(end: datetime, clients: Clients, console: Console) -> Times:
    """Return milliseconds of each answer, both in turn for each shape."""
    times: Times = {(who, shape.name): [] for who in clients for shape in SHAPES}
    for number in progress.rounds(console, "asking both in turn", ASKED, least=LEAST, longest_s=ASK_S):
        for shape in SHAPES:
            for who in sorted(clients, reverse=bool(number % 2)):
                client, start = clients[who]
                taken = client.get(start + shape.path(end))[0]
                if number >= 0:
                    times[who, shape.name].append(taken * 1_000)
    return times


def _feed(
    rounds: int, addresses: dict[str, str], loads: list[ClosedLoad], console: Console
) -> tuple[Rates, dict[str, int]]:
    """Return events a second, a value a round; and how many each way has said that it stored."""
    rates: Rates = {(way, load.cell.batch): [] for load in loads for way in addresses}
    accepted = dict.fromkeys(addresses, 0)
    with progress.counter(console, "posting to all in turn", rounds * len(rates), "runs") as advance:
        for number in range(rounds):
            for load in loads:
                for way in sorted(addresses, reverse=bool(number % 2)):
                    found = load.send(addresses[way], number)
                    # Count from the first request on, because a slow one may outlast the measured time.
                    took_s = WARMUP_S + found.value("ingest_elapsed", "max") / 1_000
                    taken = round(found.value("events_accepted", "count"))
                    rates[way, load.cell.batch].append(taken / took_s)
                    accepted[way] += taken
                    advance(1)
    return rates, accepted


async def _stored(before: int, accepted: dict[str, int], urls: dict[str, str]) -> list[Check]:
    """Return the checks that both store every event that they accepted."""
    checks = []
    for who, url in urls.items():
        async with connected(url) as connection:
            stored = await connection.fetchval("SELECT count(*) FROM events")
        expected = before + sum(count for way, count in accepted.items() if way.startswith(who))
        name = f"every accepted event is stored once: {who}"
        checks.append(Check(name=name, passed=stored == expected, detail=f"{stored:,} of {expected:,}"))
    return checks


def _measurements(latency: Times, rate: Rates, seed: int) -> Iterator[Measurement]:
    """Yield the medians of each, and ours ÷ theirs of the same round."""
    for (who, shape), times in latency.items():
        yield Measurement.of("report.latency", statistics.median(times, seed), "ms", system=who, shape=shape)
        if who != OURS:
            ratio = statistics.ratio(zip(times, latency[OURS, shape], strict=True), seed)
            yield Measurement.of("report.ratio", ratio, "ratio", system=who, shape=shape)
    for (way, batch), rates in rate.items():
        yield Measurement.of("ingest.rate", statistics.median(rates, seed), "events/s", system=way, batch=str(batch))
        if way != OURS:
            ratio = statistics.ratio(zip(rates, rate[OURS, batch], strict=True), seed)
            yield Measurement.of("ingest.ratio", ratio, "ratio", system=way, batch=str(batch))


def table(result: Result) -> Table:
    """Return the outcome for people: ours and theirs, and ours ÷ theirs with its interval."""
    found = {(each.name, *each.labels.values()): each for each in result.measurements}
    title = f"{OURS} against an ORM, {result.data.events if result.data else 0:,} events"
    shown = terminal.table(title, ("measured", OURS, "the other", "ours ÷ theirs", "95 % interval"))
    for (name, system, *rest), ratio in found.items():
        if not name.endswith(".ratio"):
            continue
        kind = "report.latency" if name == "report.ratio" else "ingest.rate"
        ours, theirs = found[kind, OURS, *rest], found[kind, system, *rest]
        asked = f"report {rest[0]}" if name == "report.ratio" else f"{rest[0]} events a request, {system}"
        digits = ".1f" if ours.unit == "ms" else ",.0f"
        shown.add_row(
            asked,
            *(f"{each.value:{digits}} {each.unit}" for each in (ours, theirs)),
            f"{ratio.value:.3g}",
            f"{ratio.low:.3g} to {ratio.high:.3g}",
        )
    return shown
