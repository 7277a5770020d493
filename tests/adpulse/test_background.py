"""Background work starts, fails and stops in one way."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import ClassVar

import pytest

from adpulse import background
from adpulse.background import Background
from tests.patience import PATIENCE_S


class Work(Background):
    """Runs what a test gives it, and remembers what failed."""

    expected: ClassVar[tuple[type[Exception], ...]] = (LookupError,)

    def __init__(self, run: Callable[[int], Awaitable[None]], pause_s: float = 0.0) -> None:
        super().__init__("work", pause_s)
        self._given = run
        self.runs = 0
        self.failures: list[Exception] = []

    async def run(self) -> None:
        """Pass on which run it is."""
        self.runs += 1
        await self._given(self.runs)

    def failed(self, error: Exception) -> None:
        """Remember it."""
        self.failures.append(error)


async def until(work: Work, runs: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while work.runs < runs:
            await asyncio.sleep(0)


async def test_work_goes_on_until_it_is_stopped() -> None:
    """Each run follows the last, however it ended; after the stop there is none, and no task."""
    before = asyncio.all_tasks()

    async def run(number: int) -> None:
        if number % 2:
            raise LookupError(number)

    work = Work(run)
    await work.stop()  # was never started
    for _ in range(2):
        await work.start()
        await until(work, work.runs + 10)
        await work.stop()
        done = work.runs
        await asyncio.sleep(0.01)
        assert work.runs == done
        assert asyncio.all_tasks() == before
    assert len(work.failures) == (work.runs + 1) // 2


async def test_a_mistake_is_logged_and_does_not_end_the_work(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log has the traceback. Each mistake makes the next pause longer, up to a bound; a good run makes it short."""
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def note(over: Coroutine[None, None, bool], seconds: float) -> None:
        over.close()
        pauses.append(seconds)
        await sleep(0)
        raise TimeoutError

    async def run(number: int) -> None:
        if number <= 12:
            raise ZeroDivisionError
        if number == 13:
            return
        await sleep(60)

    monkeypatch.setattr(background.asyncio, "wait_for", note)
    work = Work(run, pause_s=0.1)
    await work.start()
    while work.runs < 14:
        await sleep(0)
    await work.stop()
    assert pauses == [*(min(0.1 * 2**n, background.MOST_PAUSE_S) for n in range(1, 13)), 0.1]
    assert "ZeroDivisionError" in caplog.text
    assert not work.failures


async def test_work_that_misses_its_cancellation_is_cancelled_again() -> None:
    """Work misses its cancellation when its connection fails meanwhile and it waits for the next one."""
    missed = []

    async def stubborn(_: int) -> None:
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if missed:
                    raise
                missed.append(True)

    work = Work(stubborn)
    await work.start()
    await until(work, 1)
    async with asyncio.timeout(PATIENCE_S):
        await work.stop()
    assert missed


async def test_an_error_in_place_of_the_cancellation_ends_the_work() -> None:
    """It does not begin again while it is being stopped."""

    async def run(_: int) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise LookupError("the connection is closed") from None

    work = Work(run)
    await work.start()
    await until(work, 1)
    async with asyncio.timeout(PATIENCE_S):
        await work.stop()
    assert (work.runs, len(work.failures)) == (1, 1)


async def test_work_that_is_to_finish_is_not_cut_short() -> None:
    """The run under way ends by itself, a pause at once, and no other run begins."""
    go_on = asyncio.Event()

    async def run(_: int) -> None:
        await go_on.wait()

    work = Work(run, pause_s=600)
    await work.start()
    await until(work, 1)
    finishing = asyncio.create_task(work.finish())
    await asyncio.sleep(0.01)
    assert not finishing.done()
    go_on.set()
    async with asyncio.timeout(PATIENCE_S):
        await finishing
    await work.start()
    await until(work, 2)
    await asyncio.sleep(0.01)
    async with asyncio.timeout(PATIENCE_S):
        await work.finish()  # in its pause
    assert work.runs == 2
