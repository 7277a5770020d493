"""A group of batches in one transaction: keys, ids, one COPY, commit, and only then the answers.

Rows that the database refuses, although the contract took them, cost only themselves: see `write`.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import compress

import asyncpg
import orjson

from adpulse import telemetry
from adpulse.database.connections import Connection
from adpulse.event.contract import Rejection
from adpulse.event.values import COLUMNS
from adpulse.ingest import copy_format, event_ids, idempotency, partitions
from adpulse.ingest.batch import Answer, Batch, KeyReused, Unavailable
from adpulse.ingest.event_ids import EventIds
from adpulse.ingest.partitions import Partitions

log = logging.getLogger(__name__)

# Errors of a row, as against those of the database: classes 22 (data), 23 (constraints), 54 (program limits, such as
# too long for an index) and P0 (raised by a trigger of the owner).
POISON = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
    asyncpg.PLPGSQLError,
)

# Citus raises this for every error of a node in a COPY. For an INSERT it passes on the error of the node.
CONCEALED = asyncpg.InternalServerError

INSERT = f"INSERT INTO events ({', '.join(COLUMNS)}) VALUES ({', '.join(f'${n + 1}' for n in range(len(COLUMNS)))})"


@dataclass(slots=True, eq=False)
class Job:
    """A batch that waits for its commit."""

    batch: Batch
    key: str | None
    body_hash: bytes | None
    answer: "asyncio.Future[Answer]"
    # What belongs into the same transaction, besides: it is called with the answer that the batch is about to get.
    also: Callable[[Connection, Answer], Awaitable[None]] | None = None
    queued_at: float = field(default_factory=time.monotonic)
    # Places in batch.rows:
    duplicates: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)  # places that the database refused

    def settle(self, outcome: Answer | Exception) -> None:
        """Answer the sender, if it is still there."""
        if self.answer.done():
            return
        if isinstance(outcome, Exception):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)

    def result(self) -> Answer:
        """Return the answer of a batch that has been written."""
        batch = self.batch
        places = self.refused if batch.positions is None else [batch.positions[place] for place in self.refused]
        unstorable = [
            Rejection(index=place, field=None, code="unstorable", message="could not be stored") for place in places
        ]
        return Answer(
            accepted=len(batch.rows) - len(self.duplicates) - len(self.refused),
            duplicates=len(self.duplicates),
            rejected=(batch.rejected + unstorable)[: batch.listed],
            rejected_count=batch.rejected_count + len(self.refused),
        )


@dataclass(frozen=True, slots=True)
class How:
    """The ways in which a group is written, from fast to careful."""

    day: date | None = None  # straight into the partition of this day
    one_by_one: bool = False  # ids are claimed without a race
    salvage: bool = False  # rows that the database refuses are left out


class _NoPartition(Exception):
    """The table with the name of the day's partition does not belong to `events` any more; nothing was stored."""


async def write(connection: Connection, group: Sequence[Job], days: Partitions, ids: EventIds) -> None:
    """Write a group and answer its senders after the commit. `days`: partitions that may be written straight into.

    When the database refuses a row, or may have, nothing of the group is stored by then, and it is written again batch
    by batch without the rows at fault. Raises what else the database says; jobs without an answer by then are not
    stored.
    """
    try:
        how = How(day=await _day(connection, group, days))
        while True:
            try:
                return await _write(connection, group, ids, how)
            except (*partitions.NOT_THERE, _NoPartition):
                if how.day is None:
                    raise
                # Dropped, detached or moved since; in a new transaction, which holds no lock on it.
                days.forget()
                how = replace(how, day=None)
            except event_ids.Raced:
                how = replace(how, one_by_one=True)
    except (*POISON, CONCEALED) as error:
        telemetry.SPLIT.inc()
        log.warning("a group of %d batches is split, the database refused it: %s", len(group), type(error).__name__)
        for job in group:
            await _once(connection, [job], ids, How(one_by_one=True, salvage=True))


async def _day(connection: Connection, group: Sequence[Job], days: Partitions) -> date | None:
    """Return the day whose partition takes the whole group, or None."""
    found = {job.batch.day for job in group if job.batch.rows}
    if len(found) != 1:
        return None
    return await days.day(connection, found.pop(), sum(len(job.batch.rows) for job in group))


async def _write(connection: Connection, group: Sequence[Job], ids: EventIds, how: How) -> None:
    if any(job.key is not None or job.batch.ids is not None or job.also is not None for job in group):
        await _once(connection, group, ids, how)
        return
    await _copy(connection, [job.batch.rows for job in group], how.day)
    for job in group:
        job.settle(job.result())


async def _once(connection: Connection, group: Sequence[Job], ids: EventIds, how: How) -> None:
    """Write the batches and events that were not taken before."""
    for job in group:
        job.duplicates, job.refused = [], []
    expected = {job: job.result() for job in group}
    async with connection.transaction():
        outcomes = await _claim_keys(connection, expected)
        fresh = [job for job in group if job not in outcomes]
        repeats = await ids.claim(connection, [job.batch for job in fresh], one_by_one=how.one_by_one)
        for job, places in zip(fresh, repeats, strict=True):
            job.duplicates = places
        if how.salvage:
            for job in fresh:
                await _salvage(connection, job)
        else:
            await _copy(connection, [_new_rows(job) for job in fresh], how.day)
        answers = {job: job.result() for job in fresh}
        for job, answer in answers.items():
            if job.also is not None:
                await job.also(connection, answer)
        await _keep_answers(connection, answers, expected)
    for job, outcome in (outcomes | answers).items():
        job.settle(outcome)


async def _copy(connection: Connection, groups: Sequence[list[bytes]], day: date | None = None) -> None:
    """Write rows by COPY, into the partition of `day` if it has one. Raise _NoPartition if it has none any more.

    COPY is a transaction by itself: without keys and ids there is no BEGIN and no COMMIT.
    """
    if not any(groups):
        return

    # In one piece, and not through an iterator: asyncpg makes a task for each piece, which costs as much as 50 events.
    data = memoryview(copy_format.stream(groups))
    if day is not None:
        if not await partitions.copy_into(connection, day, data):
            raise _NoPartition
        return
    await connection.copy_to_table(
        "events",
        source=data,  # type: ignore[arg-type]  # asyncpg takes any buffer, its stubs do not know
        columns=COLUMNS,
        format="binary",
    )


async def _insert(connection: Connection, row: bytes) -> None:
    *values, metadata, event_id = copy_format.unpack(row)
    await connection.execute(INSERT, *values, metadata.decode(), event_id and event_id.bytes)  # see once.prepare


def _new_rows(job: Job) -> list[bytes]:
    """Return the rows of a batch without duplicates."""
    rows = job.batch.rows
    if not job.duplicates:
        return rows
    kept = bytearray(b"\1") * len(rows)
    for place in job.duplicates:
        kept[place] = 0
    return list(compress(rows, kept))


async def _salvage(connection: Connection, job: Job) -> None:
    """Store the new rows that can be, halving around those that cannot; these are left out."""
    rows, duplicates = job.batch.rows, set(job.duplicates)
    places = [place for place in range(len(rows)) if place not in duplicates]
    job.refused = await _refused(connection, rows, places)
    if not job.refused:
        return
    telemetry.EVENTS.labels("unstorable").inc(len(job.refused))
    log.warning("left out %d events that the database refused", len(job.refused))
    if job.batch.ids is None:
        return
    # They were not stored: their ids must stay free for a corrected event, and a repeat of such an event within
    # the batch is not the duplicate of anything.
    freed = {event_id for place in job.refused if (event_id := job.batch.ids[place]) is not None}
    await event_ids.free(connection, freed)
    job.refused += [place for place in job.duplicates if job.batch.ids[place] in freed]
    job.duplicates = [place for place in job.duplicates if job.batch.ids[place] not in freed]


async def _refused(connection: Connection, values: list[bytes], places: Sequence[int]) -> list[int]:
    try:
        async with connection.transaction():  # a savepoint
            if len(places) == 1:
                await _insert(connection, values[places[0]])
            else:
                await _copy(connection, [[values[place] for place in places]])
    except (*POISON, CONCEALED) as error:
        if len(places) == 1:
            if isinstance(error, POISON):
                return list(places)
            raise  # the row may not be the reason
        half = len(places) // 2
        first = await _refused(connection, values, places[:half])
        return first + await _refused(connection, values, places[half:])
    return []


async def _claim_keys(connection: Connection, answers: dict[Job, Answer]) -> dict[Job, Answer | Exception]:
    """Take the keys of these jobs, with the answers to be expected; return the outcomes of those taken before."""
    keyed = {job.key: job for job in answers if job.key is not None}
    if not keyed:
        return {}
    claims = {key: (job.body_hash or b"", _json(answers[job])) for key, job in keyed.items()}
    before = await idempotency.claim_keys(connection, claims)
    return {keyed[key]: _repeat(claims[key][0], first) for key, first in before.items()}


def _json(answer: Answer) -> str:
    return orjson.dumps(answer).decode()


def _repeat(body_hash: bytes, first: tuple[bytes, str] | None) -> Answer | Exception:
    if first is None:
        return Unavailable()
    first_hash, text = first
    if first_hash != body_hash:
        return KeyReused()
    answer = Answer(**orjson.loads(text))
    # jsonb has an order of its own; the answer shall be that of the first time.
    rejected: list[Rejection] = [
        {"index": each["index"], "field": each["field"], "code": each["code"], "message": each["message"]}
        for each in answer.rejected
    ]
    return Answer(0, answer.accepted + answer.duplicates, rejected, answer.rejected_count)


async def _keep_answers(connection: Connection, answers: dict[Job, Answer], expected: dict[Job, Answer]) -> None:
    """Remember the answers that are not as expected. A batch that had no effect leaves its key for a corrected one."""
    kept: dict[str, str] = {}
    void: list[str] = []
    for job, answer in answers.items():
        if job.key is None:
            continue
        if not (answer.accepted or answer.duplicates):
            void.append(job.key)
        elif answer != expected[job]:
            kept[job.key] = _json(answer)
    if kept:
        await idempotency.keep_answers(connection, kept)
    if void:
        await idempotency.free_keys(connection, void)
