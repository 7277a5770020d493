"""A batch on its way: what its sender is told, once."""

import asyncio

import pytest

from adpulse.event.contract import Rejection
from adpulse.ingest.batch import Answer, Batch, Unavailable
from adpulse.ingest.job import Job


def job(batch: Batch) -> Job:
    return Job(batch, None, None, asyncio.get_running_loop().create_future())


async def test_the_answer_counts_every_event_once() -> None:
    """Stored, stored before, refused by the database and rejected; places are those of the request."""
    batch = Batch(size=1, listed=2, rows=[b"a", b"b", b"c", b"d"], positions=[0, 2, 4, 5])
    for place in (1, 3):
        batch.reject(Rejection(index=place, field="ts", code="format", message=""))
    written = job(batch)
    written.duplicates.append(1)
    written.refused.append(2)
    answer = written.result()
    assert (answer.accepted, answer.duplicates, answer.rejected_count) == (2, 1, 3)
    assert [each["index"] for each in answer.rejected] == [1, 3], "as many as are listed"
    batch.listed = 9
    assert [(each["index"], each["code"]) for each in written.result().rejected][2:] == [(4, "unstorable")]


async def test_a_sender_is_answered_once() -> None:
    """The first outcome stands, and one that has gone is nobody's failure."""
    first = job(Batch(size=1))
    first.settle(Answer(1, 0, [], 0))
    first.settle(Unavailable("later"))
    assert (await first.answer).accepted == 1
    failed = job(Batch(size=1))
    failed.settle(Unavailable("now"))
    with pytest.raises(Unavailable, match="now"):
        await failed.answer
    gone = job(Batch(size=1))
    gone.answer.cancel()
    gone.settle(Answer(1, 0, [], 0))
    assert gone.answer.cancelled()
