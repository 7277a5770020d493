"""`adbench run stages`: where the time of one POST /events goes, stage by stage.

Hypothesis: of the time between the first byte of a batch of 1,000 events and its answer, PostgreSQL takes more than
half, and within PostgreSQL the events themselves cost more than their roll-ups and their commit.

The service runs in this process on a loopback port, as uvicorn runs it, and notes when a request passes from one of
its rooms to the next; one client sends batch after batch and waits, so nothing queues behind anything. What
PostgreSQL does inside a write is timed beside each request with the same rows on a connection of our own: COPY with
the table's triggers, COPY without them (session_replication_role = replica, rolled back), and the commit.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

import asyncpg
import uvicorn
import uvloop
from rich.console import Console
from rich.table import Table

from adbench.harness import databases
from adbench.harness.progress import bar
from adbench.harness.service import ServiceError
from adbench.records import environment, statistics, store
from adbench.records.model import Check, Measurement, Result
from adbench.workload.dataset import Dataset
from adbench.workload.request_bodies import RATE, events
from adpulse.database.connections import Connection, connect
from adpulse.database.embedded import database
from adpulse.event import COLUMNS
from adpulse.ingest import copy_format, group_commit
from adpulse.ingest.batch import Batch
from adpulse.ingest.decoder import Decoder
from adpulse.settings import Settings
from adpulse.variants import catalogue, verify
from adpulse.web.app import create_app

DATABASE = "adpulse_stages"
BATCHES = (1, 100, 1_000, 5_000)
BODIES = 8  # different ones of a size
WARMUP = 10  # requests of each size that are not counted

# In the order in which a request passes them.
STAGES = ("receive", "decode", "queue", "write", "answer")
MARKS = ("received", "decoded", "taken", "written")  # where one stage ends and the next begins
# What PostgreSQL does inside `write`, as timed beside it.
WITHIN_WRITE = ("copy", "roll-up", "commit")


@dataclass(frozen=True)
class Plan:
    """Every size of batch `rounds` times."""

    rounds: int
    seed: int


Times = dict[str, list[float]]  # of a stage, in ms, an entry a round


def run(plan: Plan, settings: Settings, console: Console) -> tuple[Result, Path]:
    """Measures, writes the result and returns it with its path. All that it starts is stopped.

    Raises scratch.ScratchError when the server does not let us have a database of our own, or switch triggers off.
    """
    with database(settings) as server, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = runner.run(_measure(plan, server, settings, console))
    return result, store.write(result, store.results(settings))


async def _measure(plan: Plan, server: str, settings: Settings, console: Console) -> Result:
    began = datetime.now(UTC)
    data = Dataset(RATE * 86_400, began.replace(microsecond=0), days=1, seed=plan.seed)
    url = await databases.recreate(server, DATABASE)
    measured: list[Measurement] = []
    connection = await connect(url)
    try:
        variant = await catalogue.migrate(connection, settings.variant)
        total = len(BATCHES) * (plan.rounds + WARMUP)
        with marking() as marks, bar(console, "one request after another", total, "requests") as advance_to:
            async with serving(settings.model_copy(update={"database_url": url})) as port:
                for number, size in enumerate(BATCHES):
                    async with Client(port) as client:
                        probe = Probe(client, Decoder(settings), connection, marks)
                        for place, body in enumerate(_bodies(data, size, plan.rounds + WARMUP)):
                            await probe.send(body)
                            advance_to(number * (plan.rounds + WARMUP) + place + 1)
                    measured += _measurements(size, probe.times, plan.seed)
        expected = 2 * sum(BATCHES) * (plan.rounds + WARMUP)
        stored = await connection.fetchval("SELECT count(*) FROM events")
        audited = await verify.verify(connection, variant)
        postgres = await environment.postgres(connection)
    finally:
        await connection.close()
    return store.of_run(
        what="stages",
        started_at=began,
        postgres=postgres,
        data=data.described,
        variant=variant.name,
        parameters={"rounds": plan.rounds, "warmup": WARMUP, "bodies": BODIES},
        measurements=measured,
        checks=[
            Check(name="every event is stored once", passed=stored == expected, detail=f"{stored} of {expected}"),
            Check(name="roll-ups are exact", passed=audited.exact, detail=f"{audited.wrong} of {audited.cells} wrong"),
        ],
    )


def _bodies(data: Dataset, size: int, count: int) -> Iterator[bytes]:
    """`count` bodies of `size` events, of which BODIES are different."""
    source = events(data, BODIES * size)
    batches = [list(islice(source, size)) for _ in range(BODIES)]
    bodies = [json.dumps({"events": batch}, separators=(",", ":")).encode() for batch in batches]
    return islice(cycle(bodies), count)


@dataclass
class Probe:
    """Sends a batch twice: through the service, and as the bare COPY that the service makes of it."""

    client: "Client"
    decoder: Decoder
    connection: Connection
    marks: dict[str, float]
    times: Times = field(default_factory=lambda: {name: [] for name in ("request", *STAGES, *WITHIN_WRITE)})

    async def send(self, body: bytes) -> None:
        """Notes the milliseconds of every stage. Raises ServiceError unless the batch is taken."""
        sent = time.perf_counter()
        await self.client.post(body)
        answered = time.perf_counter()
        passed = (sent, *(self.marks[name] for name in MARKS), answered)
        for name, (start, stop) in zip(STAGES, pairwise(passed), strict=True):
            self.times[name].append((stop - start) * 1_000)
        self.times["request"].append((answered - sent) * 1_000)
        copy = copy_format.stream([self.decoder.decode(body).rows])
        for name, took in zip(WITHIN_WRITE, await _within_write(self.connection, copy), strict=True):
            self.times[name].append(took)


async def _within_write(connection: Connection, copy: bytes) -> tuple[float, float, float]:
    """Milliseconds of the COPY without triggers, of what its triggers add, and of the commit."""
    plain = connection.transaction()
    try:
        await connection.execute("SET session_replication_role = replica")  # no trigger of ours fires
    except asyncpg.InsufficientPrivilegeError as error:
        raise databases.ScratchError(
            f"only a superuser can switch triggers off, to time a COPY without: {error}"
        ) from error
    await plain.start()
    without = await _timed_copy(connection, copy)
    await plain.rollback()
    await connection.execute("RESET session_replication_role")
    full = connection.transaction()
    await full.start()
    whole = await _timed_copy(connection, copy)
    began = time.perf_counter()
    await full.commit()
    return without, whole - without, (time.perf_counter() - began) * 1_000


async def _timed_copy(connection: Connection, copy: bytes) -> float:
    began = time.perf_counter()
    await connection.copy_to_table(
        "events",
        source=memoryview(copy),  # type: ignore[arg-type]  # asyncpg takes any buffer, its stubs do not know
        columns=COLUMNS,
        format="binary",
    )
    return (time.perf_counter() - began) * 1_000


# ── The service, in this process ─────────────────────────────────────────────────────────────────────────────


@contextmanager
def marking() -> Iterator[dict[str, float]]:
    """Yields MARKS of the last request, in seconds of time.perf_counter()."""
    decode, write = Decoder.decode, group_commit.write
    marks: dict[str, float] = {}

    def marked_decode(self: Decoder, body: bytes, **options: Any) -> Batch:
        marks["received"] = time.perf_counter()
        batch = decode(self, body, **options)
        marks["decoded"] = time.perf_counter()
        return batch

    async def marked_write(connection: Connection, group: Sequence[group_commit.Job]) -> None:
        marks["taken"] = time.perf_counter()
        await write(connection, group)
        marks["written"] = time.perf_counter()

    with patch.object(Decoder, "decode", marked_decode), patch.object(group_commit, "write", marked_write):
        yield marks


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[int]:
    """The port of a service that runs in this event loop, ready for requests; stopped at the end."""
    app = create_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", access_log=False, server_header=False))
    task = asyncio.create_task(server.serve())
    try:
        while not (server.started and app.state.writer.connected):
            if task.done():
                raise ServiceError("the service did not start")
            await asyncio.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


class Client:
    """A keep-alive connection that posts batches. Use as a context manager."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> "Client":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *error: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def post(self, body: bytes) -> None:
        """Returns when the whole answer is there. Raises ServiceError unless it is 200."""
        head = ("POST /events HTTP/1.1", "Host: x", "Content-Type: application/json", f"Content-Length: {len(body)}")
        self._writer.write("".join(f"{line}\r\n" for line in (*head, "")).encode() + body)
        received = await self._reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", received)
        assert length is not None
        answer = await self._reader.readexactly(int(length[1]))
        if b" 200 " not in received.split(b"\r\n", 1)[0]:
            raise ServiceError(f"a batch was answered with {answer.decode()}")


# ── What came of it ──────────────────────────────────────────────────────────────────────────────────────────


def _measurements(size: int, times: Times, seed: int) -> Iterator[Measurement]:
    for name, taken in times.items():
        middle, low, high = statistics.median(taken[WARMUP:], seed)
        labels = {"stage": name, "batch": str(size)}
        yield Measurement(name="stage", value=middle, low=low, high=high, unit="ms", labels=labels)


def table(result: Result) -> Table:
    """The outcome for people: medians in ms."""
    shown = Table(
        title="ms a request, medians; copy, roll-up and commit are PostgreSQL's part of write", title_style=""
    )
    shown.add_column("stage")
    for size in BATCHES:
        shown.add_column(f"{size:,} events", justify="right")
    for name in (*STAGES, *WITHIN_WRITE, "request"):
        cells = [f"{result.value('stage', stage=name, batch=str(size)):.3f}" for size in BATCHES]
        shown.add_row(f"  {name}" if name in WITHIN_WRITE else name, *cells)
    return shown
