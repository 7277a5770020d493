"""`adbench run ingest`: how much of what PostgreSQL can take arrives through HTTP.

Hypothesis: in batches of 1,000, the default design takes at least 0.40 times as many events a second as two parallel
streams of `psql \\copy` write into bare daily partitions (the ceiling), and at least 0.85 times as many as the design
without dimensions, on the same cores; although roll-ups are exact, each batch is committed before it is answered, and
k6 has its share of the machine. All take turns, each round in another order, so that what the machine does meanwhile
hits all; each round gives a ratio, and the interval is that of their geometric mean (bootstrap over rounds).
"""

import asyncio
import random
import resource
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from rich.table import Table

from adbench.checks.after_load import recounted, stored_once
from adbench.experiments.closed_load import USERS, WARMUP_S, ClosedLoad, by_batch, of_cells
from adbench.experiments.experiment import Experiment, Outcome, experiment
from adbench.experiments.psql_ceiling import COPIES, INTO, STREAMS, bare_partitions, copy_in, find_psql, write_csv
from adbench.harness import cpu, databases
from adbench.harness.progress import counter, step
from adbench.harness.service import serving
from adbench.records import store, terminal
from adbench.records.model import Check, Measurement, Result
from adbench.records.statistics import Interval, geometric_mean, ratio
from adbench.workload.dataset import BLOCK
from adbench.workload.request_bodies import IDS, REPEATED, Cell, live

DATABASE = "adpulse_ingest"

PLAIN = Cell(1_000)
# The design without dimensions: it takes plain batches in the same rounds.
BESIDE = "rollup"
CELLS = [
    PLAIN,
    Cell(1_000, "keyed"),
    *(Cell(1_000, kind) for kind in IDS),
    *(Cell(batch) for batch in USERS if batch != 1_000),
    *(Cell(batch, "gzip") for batch in USERS),
]
# Those that have a target: see docs/explanation/ingest.md.
TARGETS = [PLAIN, Cell(1_000, "keyed"), Cell(1_000, "ids-v7"), Cell(1)]
AIMS = {"of_ceiling": ("plain batches ÷ ceiling", 0.40), "of_beside": (f"plain batches ÷ into {BESIDE}", 0.85)}


@dataclass(frozen=True)
class IngestPlan:
    """`rounds` times everything, for `seconds` each."""

    rounds: int
    seconds: float
    workers: int
    seed: int
    cells: list[Cell]


class Turn(NamedTuple):
    """One cell, over HTTP into one design."""

    variant: str
    cell: Cell


@dataclass(frozen=True)
class Sent:
    """The outcome of a turn."""

    rate: float  # events/s
    p95_ms: float  # p95 of a request
    accepted: int
    processor_us: dict[str, float]  # processor time of each program for an event; empty where it is not known


@dataclass(frozen=True)
class Side:
    """A service on a database with one design, and the processes whose time is counted."""

    url: str
    address: str
    programs: dict[str, int | None]


@experiment("ingest", loads=True)
def run(plan: IngestPlan, experiment: Experiment) -> Outcome:
    """Measure, write the result and return it with its path. Raise LabError, or as Experiment does."""
    settings, console, logs = experiment.settings, experiment.console, experiment.scratch
    data, folder = live(experiment.began, plan.seed), experiment.folder()
    with step(console, "preparing events"):
        streams = write_csv(data, folder)
        loads = of_cells(data, plan.cells, plan.seconds, folder, logs)
    psql, server = find_psql(settings), experiment.server()
    bare = asyncio.run(bare_partitions(server, f"{DATABASE}_ceiling", streams))
    url = asyncio.run(databases.migrated(server, DATABASE, settings.variant))
    address = experiment.serving(url, plan.workers)
    sides = {experiment.variant: _side(url, address)}
    taking_turns = turns(experiment.variant, plan.cells)
    if taking_turns[-1].variant not in sides:
        url = asyncio.run(databases.migrated(server, f"{DATABASE}_{BESIDE}", BESIDE))
        beside = experiment.enter(serving(url, plan.workers, logs / f"service-{BESIDE}.log"))
        sides[BESIDE] = _side(url, beside)
    # In the order of rounds: events per second of the two streams, and the outcome of each turn.
    ceiling: list[float] = []
    sent: dict[Turn, list[Sent]] = {turn: [] for turn in taking_turns}
    orders = random.Random(plan.seed)
    with counter(console, "psql and k6 in turn", plan.rounds * (len(taking_turns) + 1), "runs") as advance:
        for number in range(plan.rounds):
            order: list[Turn | None] = [None, *taking_turns]  # None: the ceiling
            orders.shuffle(order)
            for turn in order:
                if turn is None:
                    ceiling.append(copy_in(psql, bare, streams, logs))
                else:
                    sent[turn].append(_send(loads[turn.cell], number, sides[turn.variant]))
                advance(1)
    memory = cpu.peak_memory(cpu.service(address))
    return experiment.write(
        data=data,
        parameters=store.parameters(
            plan, warmup_seconds=WARMUP_S, users=by_batch(USERS), psql_streams=STREAMS, psql_copies=COPIES,
            psql_rows=BLOCK, repeated_ids=REPEATED,
        ),
        measurements=_measurements(plan.seed, experiment.variant, ceiling, sent, memory),
        checks=lambda result: [*recounted(lambda: _stored(sides, sent)), *_aims(result)],
    )  # fmt: skip


def turns(variant: str, cells: list[Cell]) -> list[Turn]:
    """Return what is sent in each round: the cells, and plain batches into the design beside, if it is another."""
    beside = [Turn(BESIDE, PLAIN)] if PLAIN in cells and variant != BESIDE else []
    return [*(Turn(variant, cell) for cell in cells), *beside]


def _side(url: str, address: str) -> Side:
    programs = {"service": cpu.service(address), "postgres": asyncio.run(databases.postmaster(url))}
    return Side(url, address, programs)


def _seconds(programs: dict[str, int | None]) -> dict[str, float]:
    """Return processor seconds so far: of programs whose process is known, and of k6, for which we have waited."""
    seconds = {name: cpu.seconds(pid) for name, pid in programs.items() if pid is not None}
    seconds["k6"] = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    return {name: value for name, value in seconds.items() if value is not None}


def _send(load: ClosedLoad, number: int, side: Side) -> Sent:
    before = _seconds(side.programs)
    loaded = load.send(side.address, number)
    after = _seconds(side.programs)
    taken = sum(loaded.value(name, "count") for name in ("events_accepted", "events_duplicate"))
    return Sent(
        rate=load.rate(loaded),
        p95_ms=loaded.value("http_req_duration{phase:load}", "p(95)"),
        accepted=round(loaded.value("events_accepted", "count")),
        processor_us={name: (after[name] - before[name]) / taken * 1e6 for name in before if name in after},
    )


def _stored(sides: dict[str, Side], sent: dict[Turn, list[Sent]]) -> list[Check]:
    checks = []
    for variant, side in sides.items():
        accepted = sum(round_.accepted for turn, rounds in sent.items() if turn.variant == variant for round_ in rounds)
        checks += asyncio.run(stored_once(side.url, accepted, f" in {variant}" if len(sides) > 1 else ""))
    return checks


def _measurements(
    seed: int, variant: str, ceiling: list[float], sent: dict[Turn, list[Sent]], memory: int | None
) -> Iterator[Measurement]:
    def mean(values: Iterable[float]) -> Interval:
        return geometric_mean(values, seed)

    rates = {turn: [round_.rate for round_ in rounds] for turn, rounds in sent.items()}
    yield Measurement.of("ceiling.rate", mean(ceiling), "events/s", into=INTO)
    for turn, rounds in sent.items():
        own = turn.variant == variant
        of, labels = ("ingest", turn.cell.labels) if own else ("beside", turn.cell.labels | {"variant": turn.variant})
        yield Measurement.of(f"{of}.rate", mean(rates[turn]), "events/s", labels)
        yield Measurement.of(f"{of}.p95", mean(round_.p95_ms for round_ in rounds), "ms", labels)
        of_ceiling = ratio(zip(ceiling, rates[turn], strict=True), seed)
        yield Measurement.of("of_ceiling" if own else "beside.of_ceiling", of_ceiling, "ratio", labels)
        for program in rounds[0].processor_us:
            spent = mean(round_.processor_us[program] for round_ in rounds)
            yield Measurement.of(f"{of}.processor", spent, "us/event", labels, program=program)
    if plain := rates.get(Turn(variant, PLAIN)):
        for kind in ("keyed", *IDS):
            if other := rates.get(Turn(variant, Cell(1_000, kind))):
                yield Measurement.of("of_plain", ratio(zip(plain, other, strict=True), seed), "ratio", kind=kind)
        if variant != BESIDE:
            share = ratio(zip(rates[Turn(BESIDE, PLAIN)], plain, strict=True), seed)
            yield Measurement.of("of_beside", share, "ratio", PLAIN.labels, variant=BESIDE)
    if memory is not None:
        yield Measurement.of("service.peak_memory", memory, "bytes")


def _aims(result: Result) -> Iterator[Check]:
    for name, (words, least) in AIMS.items():
        for found in result.select(name, **PLAIN.labels):
            detail = f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"
            yield Check(name=f"{words} at least {least}", passed=found.value >= least, detail=detail, aim=True)


def table(result: Result) -> Table:
    """Return the outcome for people."""
    (ceiling,) = result.select("ceiling.rate")
    columns = ("events a request", "as", "events/s", "p95", "of ceiling", "95 % interval", "processor, µs an event")
    title = f"ceiling, two streams of psql into {INTO}: {ceiling.value:,.0f} events/s"
    shown = terminal.table(title, columns, left=2)
    for of, share_name in (("ingest", "of_ceiling"), ("beside", "beside.of_ceiling")):
        for rate in result.select(f"{of}.rate"):
            p95, share = (result.find(name, **rate.labels) for name in (f"{of}.p95", share_name))
            spent = result.select(f"{of}.processor", **rate.labels)
            shown.add_row(
                rate.labels["batch"],
                " into ".join(rate.labels[name] for name in ("kind", "variant") if name in rate.labels),
                f"{rate.value:,.0f}",
                f"{p95.value:.1f} ms",
                f"{share.value:.3f}",
                f"{share.low:.3f} to {share.high:.3f}",
                ", ".join(f"{each.labels['program']} {each.value:.1f}" for each in spent),
            )
    shown.add_section()
    for share in (*result.select("of_plain"), *result.select("of_beside")):
        words = (
            f"{share.labels['kind']} ÷ plain" if share.name == "of_plain" else f"plain ÷ into {share.labels['variant']}"
        )
        shown.add_row("1000", words, "", "", f"{share.value:.3f}", f"{share.low:.3f} to {share.high:.3f}")
    return shown
