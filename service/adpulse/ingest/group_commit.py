"""A group of batches in one transaction: keys, ids, one COPY, commit, and only then the answers.

Rows that the database refuses, although the contract took them, cost only themselves: see `write`.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import compress

import orjson

from adpulse import telemetry
from adpulse.database.connections import Connection
from adpulse.event.contract import Rejection
from adpulse.ingest import event_ids, idempotency, partitions, store
from adpulse.ingest.batch import Answer, KeyReused, Unavailable
from adpulse.ingest.event_ids import EventIds
from adpulse.ingest.job import Job
from adpulse.ingest.partitions import Partitions

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class How:
    """The ways in which a group is written, from fast to careful."""

    day: date | None = None  # straight into the partition of this day
    one_by_one: bool = False  # ids are claimed without a race
    salvage: bool = False  # rows that the database refuses are left out


async def write(connection: Connection, group: Sequence[Job], days: Partitions, ids: EventIds) -> None:
    """Write a group and answer its senders after the commit. `days`: partitions that may be written straight into.

    When the database refuses a row, or may have refused one, nothing of the group is stored yet. Then the group is
    written again, batch by batch, without the refused rows. Raises any other error of the database; then a job without
    an answer is not stored.
    """
    try:
        how = How(day=await _day(connection, group, days))
        while True:
            try:
                return await _write(connection, group, ids, how)
            except (*partitions.NOT_THERE, store.NoPartition):
                if how.day is None:
                    raise
                # The partition was dropped, detached or moved. A new transaction holds no lock on it.
                days.forget()
                how = replace(how, day=None)
            except event_ids.Raced:
                how = replace(how, one_by_one=True)
    except (*store.POISON, store.CONCEALED) as error:
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
    await store.copy(connection, [job.batch.rows for job in group], how.day)
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
            await store.copy(connection, [_new_rows(job) for job in fresh], how.day)
        answers = {job: job.result() for job in fresh}
        for job, answer in answers.items():
            if job.also is not None:
                await job.also(connection, answer)
        await _keep_answers(connection, answers, expected)
    for job, outcome in (outcomes | answers).items():
        job.settle(outcome)


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
    job.refused = await store.salvage(connection, rows, places)
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
        return Unavailable("This Idempotency-Key has just expired")
    first_hash, text = first
    if first_hash != body_hash:
        return KeyReused()
    answer = Answer(**orjson.loads(text))
    # jsonb reorders members; the answer must have them in their first order.
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
