"""The writer: requests coalesce into group commits by COPY, and nobody is answered before the commit.

There is no timer: while a writer waits for one commit, the requests that arrive pile up and form the next group.
So a lone request is written at once, and a flood in large groups (group commit, DeWitt et al., SIGMOD 1984).
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg
import orjson

from adpulse import metrics
from adpulse.database import UNAVAILABLE, Connection, connect
from adpulse.events import COLUMNS, Batch, Rejection, Row
from adpulse.settings import Settings

log = logging.getLogger(__name__)

EVENT_ID = COLUMNS.index("event_id")
RECONNECT_S = 0.2

# What a row can do wrong, as against the database: class 22 (data) and 23 (constraints), and what asyncpg says
# before it sends a value that the column's type cannot hold.
POISON = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)


class Overloaded(Exception):
    """The queue is full; the batch was not taken. Nothing of it will be stored."""


class Unavailable(Exception):
    """The database cannot be reached; the batch was not acknowledged."""


class KeyReused(Exception):
    """The Idempotency-Key was used before, with another body."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a batch: accepted + duplicates + rejected_count = events sent."""

    accepted: int
    duplicates: int
    rejected: list[Rejection]
    rejected_count: int


@dataclass(slots=True, eq=False)
class _Job:
    """A batch in the queue."""

    batch: Batch
    key: str | None
    body_hash: bytes | None
    answer: "asyncio.Future[Answer]"
    duplicates: int = 0
    poisoned: list[int] = field(default_factory=list)  # places in batch.rows that the database refused

    def result(self) -> Answer:
        batch = self.batch
        for row in self.poisoned:
            index = batch.positions[row] if batch.positions is not None else row
            message = "could not be stored"
            batch.reject(Rejection(index=index, field=None, code="unstorable", message=message))
        accepted = len(batch.rows) - self.duplicates - len(self.poisoned)
        return Answer(accepted, self.duplicates, batch.rejected, batch.rejected_count)


class Writer:
    """A bounded queue in front of several writing connections. One per process."""

    def __init__(self, url: str, settings: Settings) -> None:
        self._url = url
        self._settings = settings
        self._queue: deque[_Job] = deque()
        self._events = 0  # waiting, not those being written
        self._bytes = 0
        self._wake = asyncio.Event()
        self._connected = 0
        self._stopping = False
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Open the connections in the background: the service can start before its database does."""
        self._tasks = [asyncio.create_task(self._work(), name=f"writer-{n}") for n in range(self._settings.writers)]

    async def stop(self) -> None:
        """Write what was taken, then close. What cannot be written is answered with Unavailable."""
        self._stopping = True
        self._wake.set()
        await asyncio.gather(*self._tasks)
        self._refuse(list(self._queue))

    async def submit(self, batch: Batch, key: str | None = None, body_hash: bytes | None = None) -> Answer:
        """Queue a batch and wait for its commit.

        Raises Overloaded at once when the queue is full, Unavailable when the database is away, KeyReused.
        """
        if not batch.rows and key is None:
            return Answer(0, 0, batch.rejected, batch.rejected_count)
        if self._stopping or not self._connected:
            metrics.REFUSED.labels("unavailable").inc()
            raise Unavailable
        if self._queue and (
            self._events + len(batch.rows) > self._settings.queue_events
            or self._bytes + batch.size > self._settings.queue_bytes
        ):
            metrics.REFUSED.labels("overloaded").inc()
            raise Overloaded
        job = _Job(batch, key, body_hash, asyncio.get_running_loop().create_future())
        self._queue.append(job)
        self._count(job, 1)
        metrics.BATCHES.inc()
        self._wake.set()
        return await job.answer

    @property
    def connected(self) -> bool:
        """Whether at least one connection can write."""
        return self._connected > 0

    def _count(self, job: _Job, sign: int) -> None:
        self._events += sign * len(job.batch.rows)
        self._bytes += sign * job.batch.size
        metrics.QUEUED.set(self._events)

    def _take(self) -> list[_Job]:
        """The next group, in order of arrival. A key comes once in a group: its repeat waits for the first's commit."""
        group: list[_Job] = []
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
        """One writer: a connection, a group, a commit, again; reconnects until it is stopped."""
        while not (self._stopping and not self._queue):
            try:
                connection = await connect(self._url, "adpulse writer")
            except UNAVAILABLE as error:
                log.warning("a writer cannot reach the database: %s", type(error).__name__)
                if not self._connected:
                    # Nobody is left to write them, and their senders can try again.
                    self._refuse(list(self._queue))
                await asyncio.sleep(RECONNECT_S)
                continue
            # A writer that waits for work shall notice that its connection has gone, and not at the next request.
            connection.add_termination_listener(lambda _: self._wake.set())
            self._connected += 1
            try:
                await self._write_groups(connection)
            except UNAVAILABLE as error:
                log.warning("a writer lost the database: %s", type(error).__name__)
            finally:
                self._connected -= 1
                await _close(connection)

    async def _write_groups(self, connection: Connection) -> None:
        """Write group after group; returns when the connection has gone or everything is written at the end."""
        while not connection.is_closed():
            if not self._queue:
                if self._stopping:
                    return
                self._wake.clear()
                await self._wake.wait()
                continue
            group = self._take()
            started = time.perf_counter()
            try:
                await self._write(connection, group)
            except UNAVAILABLE:
                self._refuse(group)
                raise
            except Exception:
                log.exception("a group of %d batches could not be written", len(group))
                self._refuse(group)
            metrics.COMMIT.observe(time.perf_counter() - started)
            metrics.GROUP_SIZE.observe(sum(len(job.batch.rows) for job in group))

    def _refuse(self, jobs: Sequence[_Job]) -> None:
        for job in jobs:
            if job in self._queue:
                self._queue.remove(job)
                self._count(job, -1)
            if not job.answer.done():
                metrics.REFUSED.labels("unavailable").inc()
                job.answer.set_exception(Unavailable())

    async def _write(self, connection: Connection, group: list[_Job]) -> None:
        try:
            await _transaction(connection, group)
        except POISON:
            metrics.SPLIT.inc()
            for job in group:
                await _transaction(connection, [job], salvage=True)


async def _close(connection: Connection) -> None:
    try:
        await connection.close(timeout=2)
    except (*UNAVAILABLE, asyncpg.PostgresError) as error:
        log.debug("closing a connection: %s", type(error).__name__)


# ── One group ────────────────────────────────────────────────────────────────────────────────────────────────


async def _transaction(connection: Connection, group: list[_Job], *, salvage: bool = False) -> None:
    """Write a group and answer its senders. With `salvage`, rows that the database refuses are left out.

    A group without keys and ids is one COPY, which is a transaction by itself: no BEGIN, no COMMIT, one round trip.
    """
    for job in group:
        job.duplicates, job.poisoned = 0, []
    answers: dict[_Job, Answer | Exception] = {}
    has_ids = any(row[EVENT_ID] is not None for job in group for row in job.batch.rows)
    if not salvage and not has_ids and all(job.key is None for job in group):
        await _copy(connection, [row for job in group for row in job.batch.rows])
        answers = {job: job.result() for job in group}
    else:
        async with connection.transaction():
            answers = await _claim_keys(connection, group)
            fresh = [job for job in group if job not in answers]
            if has_ids:
                places = await _new_places(connection, fresh)
            else:
                places = [list(range(len(job.batch.rows))) for job in fresh]
            if salvage:
                for job, job_places in zip(fresh, places, strict=True):
                    job.poisoned = await _salvage(connection, job, job_places)
            else:
                rows = [job.batch.rows[at] for job, at_all in zip(fresh, places, strict=True) for at in at_all]
                await _copy(connection, rows)
            answers |= {job: job.result() for job in fresh}
            await _keep_answers(connection, {job: answers[job] for job in fresh if job.key is not None})
    for job, answer in answers.items():
        if job.answer.done():  # the sender has gone
            continue
        if isinstance(answer, Exception):
            job.answer.set_exception(answer)
        else:
            job.answer.set_result(answer)


async def _copy(connection: Connection, rows: list[Row]) -> None:
    if rows:
        await connection.copy_records_to_table("events", records=rows, columns=COLUMNS)


async def _salvage(connection: Connection, job: _Job, places: list[int]) -> list[int]:
    """COPY the rows at `places` that can be stored, halving around those that cannot; these are returned."""
    rows = [job.batch.rows[place] for place in places]
    try:
        async with connection.transaction():  # a savepoint
            await _copy(connection, rows)
    except POISON as error:
        if len(places) > 1:
            half = len(places) // 2
            refused = await _salvage(connection, job, places[:half])
            return refused + await _salvage(connection, job, places[half:])
        metrics.EVENTS.labels("unstorable").inc()
        log.warning("left out one event that the database refused: %s", type(error).__name__)
        # It was not stored: the id must stay free for a corrected event.
        await connection.execute("DELETE FROM event_ids WHERE event_id = $1", rows[0][EVENT_ID])
        return places
    return []


# ── Exactly once: batches ────────────────────────────────────────────────────────────────────────────────────


async def _claim_keys(connection: Connection, group: list[_Job]) -> dict[_Job, Answer | Exception]:
    """Take the keys of the group; the answers for those that were taken before.

    A key that another transaction is just taking makes this one wait for its end. Keys are taken in one order, and
    before any event id, so that two groups cannot wait for each other.
    """
    keyed = sorted((job for job in group if job.key is not None), key=lambda job: job.key or "")
    if not keyed:
        return {}
    taken = await connection.fetch(
        "INSERT INTO idempotency_keys (key, body_hash, answer) "
        "SELECT key, body_hash, '{}' FROM unnest($1::text[], $2::bytea[]) AS claims (key, body_hash) "
        "ON CONFLICT DO NOTHING RETURNING key",
        [job.key for job in keyed],
        [job.body_hash for job in keyed],
    )
    claimed = {record["key"] for record in taken}
    repeats = [job for job in keyed if job.key not in claimed]
    if not repeats:
        return {}
    kept = await connection.fetch(
        "SELECT key, body_hash, answer FROM idempotency_keys WHERE key = ANY($1)",
        [job.key for job in repeats],
    )
    first = {record["key"]: record for record in kept}
    return {job: _repeat_answer(job, first[job.key]) for job in repeats}


def _repeat_answer(job: _Job, first: asyncpg.Record) -> Answer | Exception:
    if first["body_hash"] != job.body_hash:
        return KeyReused()
    answer = Answer(**orjson.loads(first["answer"]))
    return Answer(0, answer.accepted + answer.duplicates, answer.rejected, answer.rejected_count)


async def _keep_answers(connection: Connection, answers: dict[_Job, Answer | Exception]) -> None:
    """Remember each first answer under its key. A batch that had no effect leaves its key free for a corrected one."""
    kept = {job: answer for job, answer in answers.items() if job.batch.rows}
    if void := [job.key for job in answers if job not in kept]:
        await connection.execute("DELETE FROM idempotency_keys WHERE key = ANY($1)", void)
    if kept:
        await connection.execute(
            "UPDATE idempotency_keys SET answer = answers.answer "
            "FROM unnest($1::text[], $2::jsonb[]) AS answers (key, answer) "
            "WHERE idempotency_keys.key = answers.key",
            [job.key for job in kept],
            [orjson.dumps(answer).decode() for answer in kept.values()],
        )


# ── Exactly once: events ─────────────────────────────────────────────────────────────────────────────────────


async def _new_places(connection: Connection, jobs: list[_Job]) -> list[list[int]]:
    """For each job the places of the rows whose event_id is new (or absent); the others are counted as duplicates.

    Sorted, so that two transactions with the same ids wait for one another in one direction only.
    """
    ids = {row[EVENT_ID] for job in jobs for row in job.batch.rows} - {None}
    records = await connection.fetch(
        "INSERT INTO event_ids SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING RETURNING event_id",
        sorted(ids, key=str),
    )
    new = {record["event_id"] for record in records}
    result = []
    for job in jobs:
        places = []
        for place, row in enumerate(job.batch.rows):
            event_id = row[EVENT_ID]
            if event_id is None or event_id in new:
                new.discard(event_id)
                places.append(place)
            else:
                job.duplicates += 1
        result.append(places)
    return result
