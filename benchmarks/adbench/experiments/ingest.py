"""`adbench run ingest`: how much of what PostgreSQL can take arrives through HTTP.

Hypothesis: the service takes at least half as many events a second as two parallel streams of `psql \\copy` write
into the same tables, on the same cores, although each batch is committed before it is answered and k6 has its share
of the machine. Ceiling and service take turns, so that what the machine does meanwhile hits both; each round gives a
ratio, and the interval is that of their geometric mean (bootstrap over rounds).
"""

import asyncio
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from adbench.checks.after_load import recounted, stored_once
from adbench.experiments.experiment import Experiment
from adbench.experiments.psql_ceiling import COPIES, STREAMS, copy_in, find_psql, write_csv
from adbench.harness import cpu, databases, k6
from adbench.harness.progress import bar, step
from adbench.records import store, terminal
from adbench.records.model import Measurement, Result
from adbench.records.statistics import geometric_mean, ratio
from adbench.workload.dataset import BLOCK
from adbench.workload.request_bodies import IDS, REPEATED, Cell, live, write_bodies
from adpulse.settings import Settings

DATABASE = "adpulse_ingest"
USERS = {1: 64, 10: 32, 100: 16, 1_000: 8, 5_000: 4}
WARMUP_S = 0.5

CELLS = [
    Cell(1_000),
    Cell(1_000, "keyed"),
    *(Cell(1_000, kind) for kind in IDS),
    *(Cell(batch) for batch in USERS if batch != 1_000),
    *(Cell(batch, "gzip") for batch in USERS),
]
# Those that have a target: see docs/explanation/ingest.md.
TARGETS = [Cell(1_000), Cell(1_000, "keyed"), Cell(1_000, "ids-v7"), Cell(1)]


@dataclass(frozen=True)
class IngestPlan:
    """`rounds` times everything, for `seconds` each."""

    rounds: int
    seconds: float
    workers: int
    seed: int
    cells: list[Cell]


@dataclass(frozen=True)
class Round:
    """Events a second: of the two streams, and of each cell; by cell, the p95 of a request and what it cost."""

    ceiling: float
    rates: dict[Cell, float]
    p95_ms: dict[Cell, float]
    accepted: int
    processor_us: dict[Cell, dict[str, float]]  # of each program, an event; empty where it is not known


def run(plan: IngestPlan, settings: Settings, console: Console) -> tuple[Result, Path]:
    """Measure, write the result and return it with its path. Raise CeilingError, or as Experiment does."""
    k6.find_k6()
    with Experiment("ingest", settings, console) as experiment:
        data = live(experiment.began, plan.seed)
        folder, logs = experiment.folder(), experiment.scratch
        with step(console, "preparing events"):
            write_csv(data, folder)
            files = {cell: write_bodies(data, cell, folder) for cell in plan.cells}
        url = asyncio.run(databases.migrated(experiment.server(), DATABASE, settings.variant))
        psql = find_psql(settings)
        address = experiment.serving(url, plan.workers)
        programs = {"service": cpu.service(address), "postgres": asyncio.run(databases.postmaster(url))}
        rounds = []
        total = plan.rounds * (len(plan.cells) + 1)
        with bar(console, "psql and k6 in turn", total, "runs") as advance_to:
            for number in range(plan.rounds):
                # Each round begins elsewhere, so that no cell always follows the same one.
                first = number % len(plan.cells)
                order = plan.cells[first:] + plan.cells[:first]
                ceiling = copy_in(psql, url, folder, logs)
                loads, spent = {}, {}
                for done, cell in enumerate(order):
                    advance_to(number * (len(order) + 1) + done + 1)
                    before = _seconds(programs)
                    loads[cell] = send(plan, cell, files[cell], number, address, logs)
                    after = _seconds(programs)
                    spent[cell] = {name: after[name] - before[name] for name in before.keys() & after.keys()}
                rounds.append(_round(ceiling, loads, spent))
        memory = cpu.peak_memory(cpu.service(address))
        expected = sum(each.accepted for each in rounds) + plan.rounds * STREAMS * COPIES * BLOCK
        return experiment.write(
            data=data,
            parameters=store.parameters(
                plan,
                warmup_seconds=WARMUP_S,
                users={str(batch): users for batch, users in USERS.items()},
                psql_streams=STREAMS,
                psql_copies=COPIES,
                psql_rows=BLOCK,
                repeated_ids=REPEATED,
            ),
            measurements=list(_measurements(plan, rounds, memory)),
            checks=recounted(lambda: asyncio.run(stored_once(url, expected))),
        )


# ── Sending it ───────────────────────────────────────────────────────────────────────────────────────────────


def send(plan: IngestPlan, cell: Cell, files: list[Path], number: int, address: str, results_dir: Path) -> k6.Load:
    """Send one load of a cell. Keys and ids come again only when `number`, below 4,096, does. Raise LoadError."""
    env = {
        "BASE_URL": address,
        "SECONDS": plan.seconds,
        "WARMUP": WARMUP_S,
        "USERS": USERS[cell.batch],
        "BATCH": cell.batch,
        "BODIES": "\n".join(map(str, files)),
        "GZIP": int(cell.kind == "gzip"),
        "KEYED": int(cell.kind == "keyed"),
        "ROUND": number,
    }
    return k6.run("closed", env, results_dir / "k6.json", plan.seconds + WARMUP_S)


def rate(loaded: k6.Load, cell: Cell) -> float:
    """Return events taken a second, repeats included. Raise LoadError when one was not."""
    if broken := [promise for promise in loaded.crossed() if promise.startswith("checks")]:
        raise k6.LoadError(f"not every event was taken: {broken} in {cell}")
    taken = sum(loaded.value(f"{name}{{phase:load}}", "count") for name in ("events_accepted", "events_duplicate"))
    if not taken:
        raise k6.LoadError(f"not one request was answered in time, in {cell}; more seconds may help")
    return taken / (loaded.value("ingest_elapsed{phase:load}", "max") / 1_000)


def _seconds(programs: dict[str, int | None]) -> dict[str, float]:
    """Return processor seconds so far: of programs whose process is known, and of k6, for which we have waited."""
    found = {name: cpu.seconds(pid) for name, pid in programs.items() if pid is not None}
    found["k6"] = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    return {name: value for name, value in found.items() if value is not None}


def _round(ceiling: float, loads: dict[Cell, k6.Load], spent: dict[Cell, dict[str, float]]) -> Round:
    rates, p95_ms, processor_us, accepted = {}, {}, {}, 0
    for cell, loaded in loads.items():
        rates[cell] = rate(loaded, cell)
        p95_ms[cell] = loaded.value("http_req_duration{phase:load}", "p(95)")
        accepted += round(loaded.value("events_accepted", "count"))
        taken = sum(loaded.value(name, "count") for name in ("events_accepted", "events_duplicate"))
        processor_us[cell] = {name: seconds / taken * 1e6 for name, seconds in spent[cell].items()}
    return Round(ceiling, rates, p95_ms, accepted, processor_us)


# ── What came of it ──────────────────────────────────────────────────────────────────────────────────────────


def _measurements(plan: IngestPlan, rounds: list[Round], memory: int | None) -> Iterator[Measurement]:
    def over_rounds(name: str, values: list[float], unit: str, labels: dict[str, str]) -> Measurement:
        return Measurement.within(name, geometric_mean(values, plan.seed), unit, labels)

    yield over_rounds("ceiling.rate", [each.ceiling for each in rounds], "events/s", {})
    for cell in plan.cells:
        yield over_rounds("ingest.rate", [each.rates[cell] for each in rounds], "events/s", cell.labels)
        yield over_rounds("ingest.p95", [each.p95_ms[cell] for each in rounds], "ms", cell.labels)
        share = ratio([(each.ceiling, each.rates[cell]) for each in rounds], plan.seed)
        yield Measurement.within("of_ceiling", share, "ratio", cell.labels)
        for program in rounds[0].processor_us[cell]:
            spent = [each.processor_us[cell][program] for each in rounds]
            yield over_rounds("ingest.processor", spent, "us/event", cell.labels | {"program": program})
    plain = Cell(1_000)
    for kind in ("keyed", *IDS):
        cell = Cell(1_000, kind)
        if plain in plan.cells and cell in plan.cells:
            share = ratio([(each.rates[plain], each.rates[cell]) for each in rounds], plan.seed)
            yield Measurement.within("of_plain", share, "ratio", {"kind": kind})
    if memory is not None:
        yield Measurement(name="service.peak_memory", value=memory, unit="bytes")


def table(result: Result) -> Table:
    """Return the outcome for people."""
    found = {(each.name, *each.labels.values()): each for each in result.measurements}
    ceiling = found["ceiling.rate",]
    columns = ("events a request", "as", "events/s", "p95", "of psql", "95 % interval", "processor, µs an event")
    shown = terminal.table(f"two streams of psql: {ceiling.value:,.0f} events/s", columns, left=2)
    for name, *labels in found:
        if name == "ingest.rate":
            rate, p95, share = (found[other, *labels] for other in ("ingest.rate", "ingest.p95", "of_ceiling"))
            interval = f"{share.low:.3f} to {share.high:.3f}"
            spent = [each for each in result.measurements if each.name == "ingest.processor"]
            spent = [each for each in spent if (each.labels["batch"], each.labels["kind"]) == tuple(labels)]
            cost = ", ".join(f"{each.labels['program']} {each.value:.1f}" for each in spent)
            shown.add_row(*labels, f"{rate.value:,.0f}", f"{p95.value:.1f} ms", f"{share.value:.3f}", interval, cost)
    shown.add_section()
    for name, *labels in found:
        if name == "of_plain":
            share = found[name, *labels]
            interval = f"{share.low:.3f} to {share.high:.3f}"
            shown.add_row("1000", f"{labels[0]} ÷ plain", "", "", f"{share.value:.3f}", interval)
    shown.caption = result.verdicts
    return shown
