"""`adbench run tuning`: what each setting on the way of an event is worth, against the default, one at a time.

Hypothesis: the defaults are good: no change below makes batches of 1,000 events or single events faster by more than
a tenth, and each of those that the service has over a plain one (a frozen collector, answers in one piece, turns before
a group) is worth something.

Between two changes comes a turn of the default, and each turn has the whole of it anew: the server started with the
settings of the change (no setting of a database of yours is touched, and those that need a restart can be compared
too), then the service, then k6. Every round starts elsewhere in the order. A change is divided by the geometric mean of
the defaults before and after it; the interval is that of the geometric mean of its ratios (bootstrap over rounds). "the
same" changes nothing: its interval says what this method finds where there is nothing to find. Where that does not hold
1, or is wide, the machine was too busy to compare anything.

A turn lasts seconds, so what comes with checkpoints is seen only where they come that often (max_wal_size), and
checkpoint_timeout not at all.

No change makes an acknowledged event less safe: fsync, synchronous_commit and full_page_writes stay on.
"""

import asyncio
import math
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from rich.table import Table

from adbench.checks.after_load import recounted, stored_once
from adbench.errors import LabError
from adbench.experiments.closed_load import USERS, WARMUP_S, ClosedLoad, by_batch, of_cells
from adbench.experiments.experiment import Experiment, Outcome, experiment
from adbench.harness.databases import connected, postgres, recreate, sibling
from adbench.harness.progress import counter, step
from adbench.harness.service import serving
from adbench.records import store, terminal
from adbench.records.model import Check, Measurement, Result
from adbench.records.statistics import geometric_mean, ratio
from adbench.workload.request_bodies import Cell, live
from adpulse.database.embedded import Cluster
from adpulse.settings import PREFIX, Settings
from adpulse.variants import migrate

WORKERS = 2


class TuningError(LabError):
    """A change could not be made; the text says which."""


@dataclass(frozen=True, eq=False)
class Change:
    """One thing that differs from the default."""

    name: str
    expected: str
    variables: Mapping[str, str] = field(default_factory=dict)  # variables of the service's environment
    workers: int = WORKERS
    code: str = ""  # run at the start of every process of the service
    server: Mapping[str, str] = field(default_factory=dict)  # PostgreSQL's settings
    schema: Callable[[str], str] | None = None  # changes the variant's up.sql

    @property
    def database(self) -> str:
        """Return the name of the database: one for each physical design."""
        return f"adpulse_tuning_{re.sub('[^a-z]+', '_', self.name)}" if self.schema else "adpulse_tuning"

    def check(self) -> None:
        """Raise TuningError unless it would change something: a name that has moved since would compare nothing."""
        if unknown := self.variables.keys() - {f"{PREFIX}{name}".upper() for name in Settings.model_fields}:
            raise TuningError(f"{self.name}: the service has no setting {', '.join(sorted(unknown))} any more")
        if self.code:
            done = subprocess.run([sys.executable, "-c", self.code], capture_output=True, text=True)
            if done.returncode:
                raise TuningError(f"{self.name} cannot be made any more: {done.stderr.strip().splitlines()[-1]}")


def _text_kind(up: str) -> str:
    return up.replace("event_type event_type NOT NULL", "event_type text NOT NULL")


def _contract_order(up: str) -> str:
    """Return the columns of events as the contract lists them, where those of fixed width come first."""
    found = re.search(r"(?<=CREATE TABLE events \(\n)(.*?)(?=\n\) PARTITION)", up, re.DOTALL)
    if found is None:
        return up
    order = ("ts", "campaign_id", "user_id", "event_type", "cost_", "revenue_", "metadata", "event_id")
    lines = [line.strip().rstrip(",") for line in found[0].splitlines() if not line.strip().startswith("--")]
    lines.sort(key=lambda line: next(place for place, name in enumerate(order) if line.startswith(name)))
    return up[: found.start()] + ",\n".join(f"  {line}" for line in lines) + up[found.end() :]


_NO_GC = (
    "import gc; from adpulse.web import worker; assert worker.gc is gc and worker.GC_THRESHOLDS; "
    "gc.freeze = gc.set_threshold = lambda *_: None"
)
_NO_TURNS = "from adpulse.ingest import writer; assert writer.TURNS; writer.TURNS = 0"
_LINGER = (
    "import asyncio; from adpulse.ingest.writer import Writer; assert Writer._gather; "
    "Writer._gather = lambda self: asyncio.sleep(0.002)"
)
_TWO_PIECES = "from adpulse.web.server import Protocol; del Protocol._start_asgi_task"

DEFAULT = Change("default", "")
CHANGES = (
    Change("the same", "nothing: this is the control"),
    Change("1 writer", "larger groups; nobody writes while it commits", {"ADPULSE_WRITERS": "1"}),
    Change("3 writers", "smaller groups", {"ADPULSE_WRITERS": "3"}),
    Change("groups of 1,000", "a commit for each large batch", {"ADPULSE_GROUP_EVENTS": "1000"}),
    Change("groups of 50,000", "fewer commits, if that much ever waits", {"ADPULSE_GROUP_EVENTS": "50000"}),
    Change("1 process", "decoding has one core at most", workers=1),
    Change("3 processes", "more than there are cores", workers=3),
    Change("a linger of 2 ms", "larger groups, and nobody is answered before", code=_LINGER),
    Change("no turns before a group", "smaller groups of single events (decision 0014)", code=_NO_TURNS),
    Change("Python's own collector", "a few per cent slower (decision 0014)", code=_NO_GC),
    Change("answers in two pieces", "single events slower (decision 0014)", code=_TWO_PIECES),
    Change("commit_delay 200 us", "fewer flushes", server={"commit_delay": "200", "commit_siblings": "1"}),
    Change("wal_buffers 64 MB", "no waiting for room in the WAL buffers", server={"wal_buffers": "64MB"}),
    Change("wal_compression", "less WAL for more processor time", server={"wal_compression": "pglz"}),
    Change("open_datasync", "a flush without a call of its own", server={"wal_sync_method": "open_datasync"}),
    Change("max_wal_size 128 MB", "a checkpoint every few seconds", server={"max_wal_size": "128MB"}),
    Change("event_type as text", "wider rows, cheaper conversion", schema=_text_kind),
    Change("columns as in the contract", "padding between them", schema=_contract_order),
)


CELLS = (Cell(1_000), Cell(1))


@dataclass(frozen=True)
class TuningPlan:
    """Every change, and the default, `rounds` times, for `seconds` of each cell."""

    rounds: int
    seconds: float
    seed: int
    changes: tuple[Change, ...] = CHANGES


@dataclass(frozen=True)
class Turn:
    """Events a second by cell, and how many were accepted."""

    rates: dict[Cell, float]
    accepted: int


# For each change and round: events per second of the defaults beside it, and its own, by cell.
Ratios = dict[Change, list[dict[Cell, tuple[float, float]]]]


@experiment("tuning", loads=True)
def run(plan: TuningPlan, experiment: Experiment) -> Outcome:
    """Measure, write the result and return it with its path; remove all data. Raise TuningError, or as Experiment."""
    for change in plan.changes:
        change.check()
    turns: dict[Change, list[Turn]] = {change: [] for change in (DEFAULT, *plan.changes)}
    ratios: Ratios = {change: [] for change in plan.changes}
    settings, console = experiment.settings, experiment.console
    data, folder = live(experiment.began, plan.seed), experiment.folder()
    with step(console, "preparing events"):
        loads = of_cells(data, CELLS, plan.seconds, folder, experiment.scratch)
    home = settings.data_dir.resolve() / "tuning"
    experiment.at_end(lambda: shutil.rmtree(home, ignore_errors=True))
    with step(console, "making databases"), _server(DEFAULT, home, settings) as server:
        for change in {change.database: change for change in turns}.values():
            asyncio.run(_prepare(change, server, settings))
        experiment.postgres = asyncio.run(postgres(server))
    total = plan.rounds * (2 * len(plan.changes) + 1)
    with counter(console, "changes between defaults", total, "turns") as advance:

        def turn(change: Change) -> Turn:
            turns[change].append(_turn(change, loads, home, experiment))
            advance(1)
            return turns[change][-1]

        for number in range(plan.rounds):
            first = number % len(plan.changes)
            before = turn(DEFAULT)
            for change in plan.changes[first:] + plan.changes[:first]:
                changed, after = turn(change), turn(DEFAULT)
                beside = {cell: math.sqrt(before.rates[cell] * after.rates[cell]) for cell in CELLS}
                ratios[change].append({cell: (beside[cell], changed.rates[cell]) for cell in CELLS})
                before = after
    with step(console, "counting"):
        checks = recounted(lambda: _checks(turns, home, settings))
    return experiment.write(
        data=data,
        parameters=store.parameters(
            plan,
            warmup_seconds=WARMUP_S,
            workers=WORKERS,
            users=by_batch({cell.batch: USERS[cell.batch] for cell in CELLS}),
            changes={change.name: _described(change) for change in plan.changes},
        ),
        measurements=_measurements(plan, turns, ratios),
        checks=checks,
    )


def _server(change: Change, home: Path, settings: Settings) -> AbstractContextManager[str]:
    return Cluster(home, settings.postgres_bin, **change.server).in_use()


def _turn(change: Change, loads: dict[Cell, ClosedLoad], home: Path, experiment: Experiment) -> Turn:
    rates, accepted = {}, 0
    with ExitStack() as stack:
        url = sibling(stack.enter_context(_server(change, home, experiment.settings)), change.database)
        log = experiment.scratch / "service.log"
        address = stack.enter_context(serving(url, change.workers, log, change.variables, code=change.code))
        for cell, load in loads.items():
            loaded = load.send(address, 0)
            rates[cell] = load.rate(loaded)
            accepted += round(loaded.value("events_accepted", "count"))
    return Turn(rates, accepted)


async def _prepare(change: Change, server: str, settings: Settings) -> None:
    async with connected(await recreate(server, change.database)) as connection:
        variant = await migrate.migrate(connection, settings.variant)
        if change.schema is not None:
            up = variant.script("up")
            if (changed := change.schema(up)) == up:
                raise TuningError(f"{change.name} means nothing for the variant {variant.name}")
            await connection.execute(variant.script("down"))
            await connection.execute(changed)


def _checks(turns: dict[Change, list[Turn]], home: Path, settings: Settings) -> list[Check]:
    checks = []
    with _server(DEFAULT, home, settings) as server:
        for name in sorted({change.database for change in turns}):
            expected = sum(turn.accepted for change in turns if change.database == name for turn in turns[change])
            checks += asyncio.run(stored_once(sibling(server, name), expected, f" in {name}"))
    return checks


def _described(change: Change) -> str:
    parts = [f"{name}={value}" for name, value in {**change.variables, **change.server}.items()]
    if change.workers != WORKERS:
        parts.append(f"--workers {change.workers}")
    if change.code:
        parts.append(change.code)
    if change.schema:
        parts.append("another up.sql")
    return "; ".join(parts)


def _measurements(plan: TuningPlan, turns: dict[Change, list[Turn]], ratios: Ratios) -> Iterator[Measurement]:
    for change in turns:
        for cell in CELLS:
            labels = {"change": change.name, "batch": str(cell.batch)}
            rate = geometric_mean((turn.rates[cell] for turn in turns[change]), plan.seed)
            yield Measurement.of("tuning.rate", rate, "events/s", labels)
            if change is not DEFAULT:
                share = ratio([pairs[cell] for pairs in ratios[change]], plan.seed)
                yield Measurement.of("of_default", share, "ratio", labels)


def table(result: Result) -> Table:
    """Return the outcome for people: what excludes 1 stands out."""
    rates = {cell: result.value("tuning.rate", change=DEFAULT.name, batch=str(cell.batch)) for cell in CELLS}
    heads = ("change", *(f"batches of {cell.batch:,}\n(default {rate:,.0f}/s)" for cell, rate in rates.items()))
    shown = terminal.table("events a second ÷ those of the default, with the ends of the 95 % interval", heads)
    found = {tuple(each.labels.values()): each for each in result.select("of_default")}
    for name in dict.fromkeys(name for name, _ in found):
        cells = []
        for cell in CELLS:
            each = found[name, str(cell.batch)]
            text = f"{each.value:.2f} ({each.low:.2f} to {each.high:.2f})"
            cells.append(text if (each.low or 0) <= 1 <= (each.high or 0) else f"[bold]{text}[/]")
        shown.add_row(name, *cells)
    return shown
