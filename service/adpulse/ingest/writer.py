"""The writer: requests coalesce into group commits by COPY, and no answer comes before the commit.

There is no timer: while a writer waits for one commit, the requests that arrive pile up and form the next group. So a
lone request is written at once, and a flood in large groups (group commit, DeWitt et al., SIGMOD 1984).
"""

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

import asyncpg

from adpulse import telemetry
from adpulse.background import Background
from adpulse.database.connections import INGEST, Connection, connect, connect_pooled
from adpulse.database.errors import AWAY, UNAVAILABLE, reason
from adpulse.database.outage import Outage
from adpulse.ingest import event_ids, group_commit
from adpulse.ingest.batch import Answer, Batch, Overloaded, Unavailable
from adpulse.ingest.event_ids import EventIds
from adpulse.ingest.job import Job
from adpulse.ingest.partitions import Partitions
from adpulse.settings import Settings
from adpulse.tally import CounterTally

log = logging.getLogger(__name__)

# The longest time between two attempts of a process to reach a database that is away, by any of its writers; the
# shortest is half of it. Drawn, so that many processes do not come at the same moment.
RECONNECT_S = 0.1

# Turns of the event loop before a group is taken: in the first, what has arrived on all connections is read; in the
# second, the requests that it holds are queued. So they share a commit with the one that woke the writer.
TURNS = 2

_BATCHES = CounterTally(telemetry.BATCHES)

# When all writers have been in one transaction for so long, nothing is stored: a balancer should use another service.
STALLED_S = 5.0

_FAILED = "The database answers with an error, which the log of the service names"


class _Worker(Background):
    """One of the writer's connections at work."""

    def __init__(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        super().__init__(name, RECONNECT_S)
        self._work = work

    async def run(self) -> None:
        """Write until the writer is stopped."""
        await self._work()


class Writer:
    """A bounded queue in front of several writing connections. One per process."""

    def __init__(self, url: str, settings: Settings) -> None:
        self._url = url
        self._settings = settings
        self._partitions = Partitions()
        self._ids = EventIds()
        self._queue: deque[Job] = deque()
        self._events = 0  # waiting, not those being written
        self._bytes = 0
        self._wake = asyncio.Event()
        self._connected = 0
        self._writing: dict[Connection, float] = {}  # since when (time.monotonic) each is in its transaction
        self._connecting = asyncio.Lock()
        self._stopping = False
        self._reason = AWAY  # why the database was last of no use
        self._outage = Outage(log, "the writer")
        self._workers = [_Worker(f"writer-{number}", self._work) for number in range(settings.writers)]

    async def start(self) -> None:
        """Open the connections in the background: the service can start before its database does."""
        for worker in self._workers:
            await worker.start()

    async def stop(self) -> None:
        """Write what was taken, then close. What cannot be written is answered with Unavailable."""
        self._stopping = True
        self._wake.set()
        await asyncio.gather(*(worker.finish() for worker in self._workers))
        self._refuse_waiting()

    def admit(self) -> None:
        """Return if a batch can be taken now. Raises Overloaded when the queue is full, Unavailable without a database.

        How large the batch is does not count: the last one may go beyond the bounds of the queue. So the answer is the
        same before its body is read and after it is decoded, and nothing is decoded only to be refused.
        """
        if self._stopping or not self._connected:
            telemetry.REFUSED.labels("unavailable").inc()
            raise Unavailable(self._reason)
        if self._events >= self._settings.queue_events or self._bytes >= self._settings.queue_bytes:
            telemetry.REFUSED.labels("overloaded").inc()
            raise Overloaded

    async def submit(self, batch: Batch, key: str | None = None, body_hash: bytes | None = None) -> Answer:
        """Queue a batch and wait for its commit. Raises what `admit` raises, at once; later Unavailable, KeyReused."""
        if not batch.rows and key is None:
            return Answer(0, 0, batch.rejected, batch.rejected_count)
        self.admit()
        job = Job(batch, key, body_hash, asyncio.get_running_loop().create_future())
        self._queue.append(job)
        self._count(job, 1)
        _BATCHES.inc()
        self._wake.set()
        return await job.answer

    @property
    def connected(self) -> bool:
        """Return True if at least one connection can write."""
        return self._connected > 0

    @property
    def stalled(self) -> bool:
        """Return True while every connection has been in one transaction for STALLED_S, behind a lock or a disk."""
        now = time.monotonic()
        return 0 < self._connected <= sum(now - since > STALLED_S for since in self._writing.values())

    def waiting(self) -> tuple[int, float | None]:
        """Return how many events wait, and since when (time.monotonic) the oldest batch does, or None."""
        return self._events, self._queue[0].queued_at if self._queue else None

    def _count(self, job: Job, sign: int) -> None:
        self._events += sign * len(job.batch.rows)
        self._bytes += sign * job.batch.size

    def _take(self) -> list[Job]:
        """Take the next group, in order of arrival. A key comes once in it: its repeat waits for the first's commit."""
        group: list[Job] = []
        keys: set[str] = set()
        events = 0
        while self._queue:
            job = self._queue[0]
            if group and (events + len(job.batch.rows) > self._settings.group_events or job.key in keys):
                break
            group.append(self._queue.popleft())
            self._count(job, -1)
            events += len(job.batch.rows)
            if job.key is not None:
                keys.add(job.key)
        return group

    async def _work(self) -> None:
        """Open a connection and write group after group; open it again when it is lost, until the writer is stopped."""
        while not (self._stopping and not self._queue):
            # One writer at a time connects, so that not all of them ask a database that is away or coming back.
            async with self._connecting:
                try:
                    connection = await self._connect()
                except (*UNAVAILABLE, asyncpg.PostgresError) as error:
                    self._outage.failed(error)
                    self._reason = reason(error)
                    if not self._connected:
                        # No writer is left to write them, and their senders can try again.
                        self._refuse_waiting()
                    await asyncio.sleep(random.uniform(RECONNECT_S / 2, RECONNECT_S))  # noqa: S311  # no secret
                    continue
            self._connected += 1
            self._outage.over()
            try:
                await self._write_groups(connection)
            except UNAVAILABLE as error:
                self._outage.failed(error)
            finally:
                self._connected -= 1
                await _close(connection)

    async def _gather(self) -> None:
        """Let the event loop queue the requests that have arrived."""
        for _ in range(TURNS):
            await asyncio.sleep(0)

    async def _connect(self) -> Connection:
        if self._settings.pooler_url is None:
            connection = await connect(self._url, "adpulse writer", role=INGEST)
        else:
            statements = self._settings.pooler_statements
            connection = await connect_pooled(self._url, "adpulse writer", statements=statements)
        await event_ids.prepare(connection)
        # A writer that waits for work must notice at once that its connection has gone, not at the next request.
        connection.add_termination_listener(lambda _: self._wake.set())
        return connection

    async def _write_groups(self, connection: Connection) -> None:
        """Write group after group; return when the connection has gone or everything is written at the end.

        Raises one of UNAVAILABLE when the database fails, or does not answer in time, which may be after it has
        committed: the one case in which a batch that is stored is answered with 503. A key makes sending it again safe.
        """
        while not connection.is_closed():
            if not self._queue:
                if self._stopping:
                    return
                self._wake.clear()
                await self._wake.wait()
                continue
            await self._gather()
            group = self._take()
            if not group:
                continue  # another writer has taken it
            telemetry.QUEUE_WAIT.observe(time.monotonic() - group[0].queued_at)
            started = time.perf_counter()
            self._writing[connection] = time.monotonic()
            limit = self._settings.write_timeout_s
            # A roll-back follows the timeout, and would wait for the same database for ever.
            deadline = asyncio.get_running_loop().call_later(limit + 1, connection.terminate)
            try:
                async with asyncio.timeout(limit):
                    await group_commit.write(connection, group, self._partitions, self._ids)
            except UNAVAILABLE as error:
                self._reason = reason(error)
                _refuse(group, self._reason)
                raise
            except Exception:
                log.exception("a group of %d batches could not be written", len(group))
                _refuse(group, _FAILED)
            finally:
                deadline.cancel()
                del self._writing[connection]
            telemetry.COMMIT.observe(time.perf_counter() - started)
            telemetry.GROUP_SIZE.observe(sum(len(job.batch.rows) for job in group))

    def _refuse_waiting(self) -> None:
        waiting = list(self._queue)
        self._queue.clear()
        for job in waiting:
            self._count(job, -1)
        _refuse(waiting, self._reason)


def _refuse(jobs: Iterable[Job], why: str) -> None:
    for job in jobs:
        if not job.answer.done():
            telemetry.REFUSED.labels("unavailable").inc()
            job.settle(Unavailable(why))


async def _close(connection: Connection) -> None:
    try:
        await connection.close(timeout=2)
    except (*UNAVAILABLE, asyncpg.PostgresError) as error:
        log.debug("closing a connection: %s", type(error).__name__)
