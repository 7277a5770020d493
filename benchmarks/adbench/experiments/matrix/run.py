"""A matrix from beginning, or from where it was interrupted, to its result."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from adbench.experiments.experiment import Experiment
from adbench.experiments.matrix import outcome, phases
from adbench.experiments.matrix.checkpoint import Journal, Run
from adbench.experiments.matrix.cold import Caches
from adbench.experiments.matrix.databases import Database
from adbench.experiments.matrix.own import Own
from adbench.experiments.matrix.plan import PHASES, MatrixError, MatrixPlan, OwnPlan, Phase
from adbench.experiments.matrix.size import Size
from adbench.experiments.matrix.sources import Source
from adbench.harness.databases import connected, postgres
from adbench.harness.progress import WIDTH, counter, step
from adbench.records import environment, store
from adbench.records.model import Postgres, Result
from adbench.workload import disk_space
from adbench.workload.own_events import OwnEvents
from adpulse.settings import Settings
from adpulse.terminal import counted
from adpulse.variants import catalogue


def run(
    plan: MatrixPlan | None, settings: Settings, console: Console, source: Source | None = None
) -> tuple[Result, Path]:
    """Measure, write the result and return it with its path; without a plan, resume a run.

    `source` are the events of the plan, where they are read already. Raise MatrixError.
    """
    home = settings.data_dir.resolve()
    with Experiment("matrix", settings, console) as experiment:
        server = experiment.server()
        caches = Caches(settings)
        journal = asyncio.run(_journal(plan, home / "matrix", server, caches))
        source = source or _source(journal.run.plan, console)
        for name, reason in journal.run.skipped.items():
            console.print(f"{name} is left out: it {reason}", soft_wrap=True, highlight=False)
        asyncio.run(_ensure_space(journal.run.plan, server))
        try:
            found = asyncio.run(_measure(journal, source, server, caches, console))
        except (KeyboardInterrupt, SystemExit):
            console.print("interrupted; what is finished is kept: adbench matrix --resume", highlight=False)
            raise
    result = outcome.result(journal, source, found)
    path = store.write(result, store.results(settings))
    journal.end(path)
    return result, path


def _source(plan: MatrixPlan, console: Console) -> Source:
    if plan.own is None:
        return Source(plan)
    own = read(plan.own, console)
    if (own.end, len(own.names.campaigns)) != (plan.end, plan.campaigns):
        raise MatrixError("the files have changed since this run began: begin again")
    return own


def read(plan: OwnPlan, console: Console) -> Own:
    """Read the files of a plan once. Raise ImportFailed or MatrixError."""
    with step(console, "counting your events"):
        return Own(OwnEvents(plan.files, plan.preset, plan.mapping), plan.dimension)


async def _journal(plan: MatrixPlan | None, home: Path, server: str, caches: Caches) -> Journal:
    revision = environment.source().revision
    if plan is None:
        return Journal.resume(home, revision)
    chosen = [catalogue.find(name) for name in plan.variants]
    async with connected(server) as connection:
        reasons = {each.name: await catalogue.unavailable(connection, each) for each in chosen}
    skipped = {name: reason for name, reason in reasons.items() if reason is not None}
    left = tuple(each.name for each in chosen if each.name not in skipped)
    if not left:
        raise MatrixError("none of these variants can be built: " + "; ".join(f"{k} {v}" for k, v in skipped.items()))
    chosen_plan = plan.model_copy(update={"variants": left})
    return Journal.begin(home, Run(revision=revision, plan=chosen_plan, skipped=skipped, warm_only=caches.reason))


async def _ensure_space(plan: MatrixPlan, server: str) -> None:
    """Raise SpaceError when the disk is too small for every design of a size, and a copy of each that takes in more.

    What an interrupted run has left of these databases counts as free: it is used again, or made anew.
    """
    wanted = max(
        sum(
            2 * stored + stored / events * plan.live_events
            for stored in (disk_space.stored_bytes(name, events) for name in plan.variants)
        )
        for events in plan.sizes
    )
    names = [Database(server, catalogue.find(name), events).name for name in plan.variants for events in plan.sizes]
    async with connected(server) as connection:
        held = await connection.fetchval(
            "SELECT coalesce(sum(pg_database_size(oid)), 0)::bigint FROM pg_database WHERE datname = ANY($1)",
            [*names, *(f"{name}_copy" for name in names)],
        )
        smaller = "compare fewer designs at a time (--variants), or fewer events (--scale)"
        await disk_space.ensure(connection, wanted, smaller, held)


async def _measure(journal: Journal, source: Source, server: str, caches: Caches, console: Console) -> Postgres:
    plan = journal.run.plan
    for events in plan.sizes:
        databases = [Database(server, catalogue.find(name), events) for name in plan.variants]
        expected_s = phases.expected_s(plan, events) * len(databases)
        with counter(console, f"{events:,} events, {counted(len(databases), 'design')}", expected_s, "s") as advance:
            await _measure_size(Size(plan, source, events, databases, journal, caches, advance), console)
    return await postgres(server)


async def _measure_size(size: Size, console: Console) -> None:
    warm_only = size.journal.run.warm_only
    measured: tuple[Phase, ...] = PHASES if warm_only else (*PHASES, "cold")
    for phase in measured:
        for database in size.databases:
            # A design that only could not be asked on empty caches stays in.
            if (cell := size.cell(database, phase)) and cell.gap and (phase != "cold" or cell.gap.void):
                size.out.setdefault(database.variant.name, cell.gap.reason)
    if all(size.cell(database, phase) for database in size.databases for phase in measured):
        return
    with _timed("load", console):
        expected = await phases.load(size)
    for measure in (*(() if warm_only else (phases.cold,)), phases.report, phases.ingest, phases.both):
        with _timed(measure.__name__, console):
            await measure(size, expected)
    for database in size.databases:
        await database.drop()


@contextmanager
def _timed(phase: str, console: Console) -> Iterator[None]:
    """Yield a line when the phase is over, above the bar."""
    began = time.perf_counter()
    yield
    console.print(f"  {phase:<{WIDTH - 2}} {time.perf_counter() - began:6.1f} s", highlight=False)
