"""`adbench run ingest`: how much of what PostgreSQL can take arrives through HTTP.

Hypothesis: the service takes at least half as many events a second as two parallel streams of `psql \\copy` write
into the same tables, on the same cores, although each batch is committed before it is answered and k6 has its share
of the machine. Ceiling and service take turns, so that what the machine does meanwhile hits both; each round gives a
ratio, and the interval is that of their geometric mean (bootstrap over rounds).
"""

import asyncio
import csv
import gzip
import json
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from adpulse import audit, variants
from adpulse.database import connect
from adpulse.embedded import EmbeddedError, database, embedded_binaries
from adpulse.settings import Settings
from benchmarks import load, processor, results, scratch
from benchmarks.bulk import COLUMNS
from benchmarks.child import child, tail
from benchmarks.dataset import BLOCK, Dataset
from benchmarks.progress import bar, step
from benchmarks.results import Check, Measurement, Result
from benchmarks.service import serving
from benchmarks.stats import ratio

DATABASE = "adpulse_ingest"
# A day of traffic at this rate, of which the last moments are sent: what a COPY then holds is what it holds live.
RATE = 150_000
STREAMS = 2
COPIES = 12  # of a block of events each, in a stream
USERS = {1: 64, 10: 32, 100: 16, 1_000: 8, 5_000: 4}
BODIES = {1: 64, 10: 64, 100: 32, 1_000: 16, 5_000: 8}  # different ones of a size
HOLE = "@" * 12  # see k6/closed.js
REPEATED = 0.01  # share of events whose event_id has come before
WARMUP_S = 0.5


class CeilingError(RuntimeError):
    """psql is missing, or it failed; the text says what it said."""


@dataclass(frozen=True)
class Cell:
    """One way to send events."""

    batch: int
    kind: str = "plain"  # plain, gzip, keyed (Idempotency-Key) or ids (event_id, some of them repeated)

    @property
    def labels(self) -> dict[str, str]:
        return {"batch": str(self.batch), "kind": self.kind}


CELLS = [
    Cell(1_000),
    Cell(1_000, "keyed"),
    Cell(1_000, "ids"),
    *(Cell(batch) for batch in USERS if batch != 1_000),
    *(Cell(batch, "gzip") for batch in USERS),
]
# Those that have a target: see docs/explanation/ingest.md.
TARGETS = [Cell(1_000), Cell(1_000, "keyed"), Cell(1_000, "ids"), Cell(1)]


@dataclass(frozen=True)
class Plan:
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


def run(plan: Plan, settings: Settings, console: Console) -> tuple[Result, Path]:
    """Measures, writes the result and returns it with its path. All that it starts is stopped.

    Raises load.LoadError, service.ServiceError, scratch.ScratchError or CeilingError when a part cannot run.
    """
    load.find_k6()
    results_dir = settings.data_dir.resolve() / "results"
    began = datetime.now(UTC)
    data = Dataset(RATE * 86_400, began.replace(microsecond=0), days=1, seed=plan.seed)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="adbench-")))
        with step(console, "preparing events"):
            write_csv(data, folder)
            files = {cell: write_bodies(data, cell, folder) for cell in plan.cells}
        with step(console, "starting PostgreSQL"):
            server = stack.enter_context(database(settings))
        url = asyncio.run(_prepare(server, settings))
        psql = find_psql(settings)
        address = stack.enter_context(serving(url, plan.workers, results_dir / "service.log"))
        programs = {"service": service_pid(address), "postgres": asyncio.run(_postmaster(url))}
        rounds = []
        total = plan.rounds * (len(plan.cells) + 1)
        with bar(console, "psql and k6 in turn", total, "runs") as advance_to:
            for number in range(plan.rounds):
                # Each round begins elsewhere, so that no cell always follows the same one.
                first = number % len(plan.cells)
                order = plan.cells[first:] + plan.cells[:first]
                ceiling = copy_in(psql, url, folder, results_dir)
                loads, spent = {}, {}
                for done, cell in enumerate(order):
                    advance_to(number * (len(order) + 1) + done + 1)
                    before = _seconds(programs)
                    loads[cell] = send(plan, cell, files[cell], number, address, results_dir)
                    after = _seconds(programs)
                    spent[cell] = {name: after[name] - before[name] for name in before.keys() & after.keys()}
                rounds.append(_round(ceiling, loads, spent))
        memory = peak_memory(address)
        checks = asyncio.run(_checks(url, rounds, plan))
        result = asyncio.run(_result(plan, data, url, began, rounds, memory, checks))
    return result, results.write(result, results_dir)


# ── What is sent ─────────────────────────────────────────────────────────────────────────────────────────────


def events(data: Dataset, count: int) -> Iterator[dict[str, Any]]:
    """The last `count` events of a data set, or a few more blocks back."""
    blocks = -(-count // BLOCK) + 1
    for number in range(data.blocks - 1 - blocks, data.blocks - 1):
        for event in data.deliveries(data.block(number)):
            event.pop("event_id", None)
            yield event


def write_csv(data: Dataset, folder: Path) -> None:
    """STREAMS files of BLOCK rows each."""
    source = events(data, STREAMS * BLOCK)
    for stream in range(STREAMS):
        with (folder / f"{stream}.csv").open("w", newline="") as file:
            write = csv.writer(file).writerow
            for _, event in zip(range(BLOCK), source, strict=False):
                write(_csv_row(event))


def _csv_row(event: dict[str, Any]) -> list[Any]:
    values = event | {
        "cost_micros": round(event["cost"] * 1e6),
        "revenue_micros": round(event["revenue"] * 1e6),
        "metadata": json.dumps(event["metadata"], separators=(",", ":")),
    }
    return [values.get(column) for column in COLUMNS]


def write_bodies(data: Dataset, cell: Cell, folder: Path) -> list[Path]:
    """The bodies of a cell, as files."""
    count = BODIES[cell.batch]
    source = events(data, count * cell.batch)
    rng = np.random.default_rng(data.seed)
    paths = []
    for number in range(count):
        batch = [event for _, event in zip(range(cell.batch), source, strict=False)]
        if cell.kind == "ids":
            batch = list(_with_ids(batch, rng))
        text = json.dumps({"events": batch}, separators=(",", ":")).encode()
        path = folder / f"{cell.kind}-{cell.batch}-{number}"
        path.write_bytes(gzip.compress(text, 6) if cell.kind == "gzip" else text)
        paths.append(path)
    return paths


def _with_ids(batch: list[dict[str, Any]], rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    # The beginning is fixed and random, and so lies anywhere in the index; the end is filled in for each request.
    starts: list[str] = []
    for event in batch:
        if starts and rng.random() < REPEATED:
            start = starts[int(rng.integers(len(starts)))]
        else:
            raw = rng.bytes(8).hex()
            start = f"{raw[:8]}-{raw[8:12]}-4{raw[13:16]}-8{rng.bytes(2).hex()[:3]}"
            starts.append(start)
        yield event | {"event_id": f"{start}-{HOLE}"}


# ── Sending it ───────────────────────────────────────────────────────────────────────────────────────────────


def find_psql(settings: Settings) -> Path:
    """The psql of the embedded PostgreSQL, or the one on the PATH. Raises CeilingError."""
    with suppress(EmbeddedError):  # with a database that is named, the embedded one need not be installed
        beside = (settings.postgres_bin or embedded_binaries()) / "psql"
        if beside.is_file():
            return beside
    found = shutil.which("psql")
    if found is None:
        raise CeilingError("there is no psql: install PostgreSQL's client programs")
    return Path(found)


def copy_in(psql: Path, url: str, folder: Path, logs: Path) -> float:
    """Events a second of STREAMS sessions of psql that copy their file COPIES times, a commit each."""
    columns = ", ".join(COLUMNS)
    began = time.perf_counter()
    with ExitStack() as stack:
        sessions = []
        for stream in range(STREAMS):
            command = f"\\copy events ({columns}) from '{folder / f'{stream}.csv'}' csv"
            arguments = [str(psql), "-X", "-q", "-v", "ON_ERROR_STOP=1", url]
            for _ in range(COPIES):
                arguments += ["-c", command]
            log = logs / f"psql-{stream}.log"
            sessions.append((stack.enter_context(child(arguments, log)), log))
        for session, log in sessions:
            if session.wait(300) != 0:
                raise CeilingError(f"psql failed:\n{tail(log)}")
    return STREAMS * COPIES * BLOCK / (time.perf_counter() - began)


def send(plan: Plan, cell: Cell, files: list[Path], number: int, address: str, results_dir: Path) -> load.Load:
    """One load of a cell. Keys and ids come again only when `number`, below 4,096, does. Raises load.LoadError."""
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
    return load.run("closed", env, results_dir / "k6.json", plan.seconds + WARMUP_S, lambda gone: None)


def rate(loaded: load.Load, cell: Cell) -> float:
    """Events taken a second, repeats included. Raises load.LoadError when one was not."""
    if broken := [promise for promise in loaded.crossed() if promise.startswith("checks")]:
        raise load.LoadError(f"not every event was taken: {broken} in {cell}")
    taken = sum(loaded.value(f"{name}{{phase:load}}", "count") for name in ("events_accepted", "events_duplicate"))
    return taken / (loaded.value("ingest_elapsed{phase:load}", "max") / 1_000)


def _seconds(programs: dict[str, int | None]) -> dict[str, float]:
    """Processor seconds so far: of programs whose process is known, and of k6, for which we have waited."""
    found = {name: processor.seconds(pid) for name, pid in programs.items() if pid is not None}
    found["k6"] = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    return {name: value for name, value in found.items() if value is not None}


def _round(ceiling: float, loads: dict[Cell, load.Load], spent: dict[Cell, dict[str, float]]) -> Round:
    rates, p95_ms, processor_us, accepted = {}, {}, {}, 0
    for cell, loaded in loads.items():
        rates[cell] = rate(loaded, cell)
        p95_ms[cell] = loaded.value("http_req_duration{phase:load}", "p(95)")
        accepted += round(loaded.value("events_accepted", "count"))
        taken = sum(loaded.value(name, "count") for name in ("events_accepted", "events_duplicate"))
        processor_us[cell] = {name: seconds / taken * 1e6 for name, seconds in spent[cell].items()}
    return Round(ceiling, rates, p95_ms, accepted, processor_us)


def peak_memory(address: str) -> int | None:
    """The most memory, in bytes, that a process of the service had resident; none where there is no /proc."""
    root = service_pid(address)
    peak = None
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
            if root is not None and root in (int(folder.name), int(status["PPid"])):
                peak = max(peak or 0, int(status["VmHWM"].split()[0]) * 1024)
        except (OSError, KeyError):
            continue  # it ended meanwhile, or it is a kernel thread
    return peak


def service_pid(address: str) -> int | None:
    """The first process of the service, which has started the others; none where there is no /proc."""
    port = f"--port\0{address.rpartition(':')[2]}\0".encode()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if port in path.read_bytes():
                return int(path.parent.name)
    return None


# ── What came of it ──────────────────────────────────────────────────────────────────────────────────────────


async def _prepare(server: str, settings: Settings) -> str:
    url = await scratch.recreate(server, DATABASE)
    connection = await connect(url)
    try:
        await variants.migrate(connection, settings.variant)
    finally:
        await connection.close()
    return url


async def _postmaster(url: str) -> int | None:
    """The process that started all others of the server; none when it runs elsewhere."""
    connection = await connect(url)
    try:
        return processor.parent(await connection.fetchval("SELECT pg_backend_pid()"), "postgres")
    finally:
        await connection.close()


async def _checks(url: str, rounds: list[Round], plan: Plan) -> list[Check]:
    expected = sum(each.accepted for each in rounds) + plan.rounds * STREAMS * COPIES * BLOCK
    connection = await connect(url)
    try:
        stored = await connection.fetchval("SELECT count(*) FROM events")
        audited = await audit.verify(connection, await variants.active(connection))
    finally:
        await connection.close()
    return [
        Check(name="every accepted event is stored once", passed=stored == expected, detail=f"{stored} of {expected}"),
        Check(
            name="roll-ups are exact", passed=audited.exact, detail=f"{audited.wrong} of {audited.cells} cells wrong"
        ),
    ]


async def _result(
    plan: Plan, data: Dataset, url: str, began: datetime, rounds: list[Round], memory: int | None, checks: list[Check]
) -> Result:
    connection = await connect(url)
    try:
        postgres = await results.postgres(connection)
        variant = (await variants.active(connection)).name
    finally:
        await connection.close()
    return results.of_run(
        what="ingest",
        started_at=began,
        postgres=postgres,
        data=data,
        variant=variant,
        parameters={
            "rounds": plan.rounds,
            "seconds": plan.seconds,
            "warmup_seconds": WARMUP_S,
            "workers": plan.workers,
            "users": {str(batch): users for batch, users in USERS.items()},
            "psql_streams": STREAMS,
            "psql_copies": COPIES,
            "psql_rows": BLOCK,
            "repeated_ids": REPEATED,
        },
        measurements=list(_measurements(plan, rounds, memory)),
        checks=checks,
    )


def _measurements(plan: Plan, rounds: list[Round], memory: int | None) -> Iterator[Measurement]:
    def over_rounds(name: str, values: list[float], unit: str, labels: dict[str, str]) -> Measurement:
        mean, low, high = ratio([(1, value) for value in values], plan.seed)
        return Measurement(name=name, value=mean, low=low, high=high, unit=unit, labels=labels)

    yield over_rounds("ceiling.rate", [each.ceiling for each in rounds], "events/s", {})
    for cell in plan.cells:
        yield over_rounds("ingest.rate", [each.rates[cell] for each in rounds], "events/s", cell.labels)
        yield over_rounds("ingest.p95", [each.p95_ms[cell] for each in rounds], "ms", cell.labels)
        mean, low, high = ratio([(each.ceiling, each.rates[cell]) for each in rounds], plan.seed)
        yield Measurement(name="of_ceiling", value=mean, low=low, high=high, unit="ratio", labels=cell.labels)
        for program in rounds[0].processor_us[cell]:
            spent = [each.processor_us[cell][program] for each in rounds]
            yield over_rounds("ingest.processor", spent, "us/event", cell.labels | {"program": program})
    plain = Cell(1_000)
    for kind in ("keyed", "ids"):
        cell = Cell(1_000, kind)
        if plain in plan.cells and cell in plan.cells:
            mean, low, high = ratio([(each.rates[plain], each.rates[cell]) for each in rounds], plan.seed)
            yield Measurement(name="of_plain", value=mean, low=low, high=high, unit="ratio", labels={"kind": kind})
    if memory is not None:
        yield Measurement(name="service.peak_memory", value=memory, unit="bytes")


def table(result: Result) -> Table:
    """The outcome for people."""
    found = {(each.name, *each.labels.values()): each for each in result.measurements}
    ceiling = found["ceiling.rate",]
    shown = Table(title=f"two streams of psql: {ceiling.value:,.0f} events/s", title_style="")
    for column in ("events a request", "as", "events/s", "p95", "of psql", "95 % interval", "processor, µs an event"):
        shown.add_column(column, justify="left" if column == "as" else "right")
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
    for check in result.checks:
        mark = "[green]✓[/]" if check.passed else "[red]✗[/]"
        shown.caption = f"{shown.caption or ''}{mark} {check.name}: {check.detail}\n"
    return shown
