"""`adbench run stages`: where the time of one POST /events goes, stage by stage.

Hypothesis: of the time between the first byte of a batch of 1,000 events and its answer, PostgreSQL takes more than
half, and within PostgreSQL the events themselves cost more than their roll-ups and their commit.

The service is the real one, `adpulse serve` with one process, which notes when a request passes from one stage to the
next (marks.py); one client sends batch after batch and waits, so nothing queues behind anything. What PostgreSQL does
inside a write is timed beside each request with the same rows on a connection of our own: COPY with the table's
triggers, COPY without them (session_replication_role = replica, rolled back), and the commit.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice, pairwise

import asyncpg
from rich.table import Table

from adbench.checks.after_load import recounted, stored_once
from adbench.experiments import marks
from adbench.experiments.experiment import Experiment, Outcome, experiment
from adbench.experiments.marks import Marks
from adbench.harness.databases import ScratchError, connected, migrated, rolled_back
from adbench.harness.http_client import HttpClient
from adbench.harness.progress import counter
from adbench.harness.service import serving
from adbench.records import statistics, store, terminal
from adbench.records.model import Measurement, Result
from adbench.workload.copy_loader import copy
from adbench.workload.dataset import Dataset
from adbench.workload.request_bodies import body, events, live
from adpulse.database.connections import Connection
from adpulse.event.values import COLUMNS
from adpulse.ingest import copy_format
from adpulse.ingest.decoder import Decoder
from adpulse.settings import Settings

DATABASE = "adpulse_stages"
BATCHES = (1, 100, 1_000, 5_000)
BODIES = 8  # different ones of a size
WARMUP = 10  # requests of each size that are not counted

# The stages in the order of a request.
STAGES = ("receive", "decode", "queue", "write", "answer")
# The work of PostgreSQL inside `write`, timed beside it.
WITHIN_WRITE = ("copy", "roll-up", "commit")


@dataclass(frozen=True)
class StagePlan:
    """Every size of batch `rounds` times."""

    rounds: int
    seed: int


Times = dict[str, list[float]]  # ms of each stage, an entry a round


@experiment("stages")
def run(plan: StagePlan, experiment: Experiment) -> Outcome:
    """Measure, write the result and return it with its path. Raise ScratchError also where triggers must stay on."""
    data = live(experiment.began, plan.seed)
    url = asyncio.run(migrated(experiment.server(), DATABASE, experiment.settings.variant))
    experiment.describe(url)
    notes = experiment.folder() / "marks"
    marks.create(notes)
    code = f"from adbench.experiments import marks; marks.install({str(notes)!r})"
    measured, count = [], plan.rounds + WARMUP  # requests of each size
    with (
        serving(url, 1, experiment.scratch / "service.log", code=code) as address,
        counter(experiment.console, "one request after another", len(BATCHES) * count, "requests") as advance,
    ):
        for size in BATCHES:
            times = asyncio.run(_time(list(_bodies(data, size, count)), address, url, Marks(notes), advance))
            for name, taken in times.items():
                middle = statistics.median(taken[WARMUP:], plan.seed)
                measured.append(Measurement.of("stage", middle, "ms", stage=name, batch=str(size)))
    return experiment.write(
        data=data,
        parameters=store.parameters(plan, warmup=WARMUP, bodies=BODIES),
        measurements=measured,
        checks=recounted(lambda: asyncio.run(stored_once(url, 2 * sum(BATCHES) * count))),
    )


async def _time(bodies: list[bytes], address: str, url: str, notes: Marks, advance: Callable[[float], None]) -> Times:
    """Send every body twice, through the service and as the bare COPY that it becomes. Raise ServiceError."""
    times: Times = {name: [] for name in ("request", *STAGES, *WITHIN_WRITE)}
    decoder = Decoder(Settings())
    async with connected(url) as connection:
        with HttpClient(address) as client:
            for body in bodies:
                sent = time.perf_counter()
                client.post("/events", body)
                answered = time.perf_counter()
                passed = [(stop - start) * 1_000 for start, stop in pairwise((sent, *notes.read(), answered))]
                rows = copy_format.stream([decoder.decode(body).rows])
                taken = (sum(passed), *passed, *await _within_write(connection, rows))
                for stage, took in zip(times.values(), taken, strict=True):
                    stage.append(took)
                advance(1)
    return times


def _bodies(data: Dataset, size: int, count: int) -> Iterator[bytes]:
    """Return `count` bodies of `size` events, of which BODIES are different."""
    source = events(data, BODIES * size)
    batches = [list(islice(source, size)) for _ in range(BODIES)]
    return islice(cycle(map(body, batches)), count)


async def _within_write(connection: Connection, rows: bytes) -> tuple[float, float, float]:
    """Return the milliseconds of the COPY without triggers, of its triggers, and of the commit."""
    try:
        await connection.execute("SET session_replication_role = replica")  # no trigger of ours fires
    except asyncpg.InsufficientPrivilegeError as error:
        raise ScratchError(f"only a superuser can switch triggers off, to time a COPY without: {error}") from error
    async with rolled_back(connection):
        without = await _timed_copy(connection, rows)
    await connection.execute("RESET session_replication_role")
    full = connection.transaction()
    await full.start()
    whole = await _timed_copy(connection, rows)
    began = time.perf_counter()
    await full.commit()
    return without, whole - without, (time.perf_counter() - began) * 1_000


async def _timed_copy(connection: Connection, rows: bytes) -> float:
    began = time.perf_counter()
    await copy(connection, rows, columns=COLUMNS)
    return (time.perf_counter() - began) * 1_000


def table(result: Result) -> Table:
    """Return the outcome for people: medians in ms."""
    heads = ("stage", *(f"{size:,} events" for size in BATCHES))
    shown = terminal.table("ms a request, medians; copy, roll-up and commit are PostgreSQL's part of write", heads)
    for name in (*STAGES, *WITHIN_WRITE, "request"):
        cells = [f"{result.value('stage', stage=name, batch=str(size)):.3f}" for size in BATCHES]
        shown.add_row(f"  {name}" if name in WITHIN_WRITE else name, *cells)
    return shown
