"""Tasks that run for as long as the process does come to an end."""

import asyncio

import pytest

from adpulse.background import end


async def test_a_task_that_misses_its_cancellation_is_cancelled_again() -> None:
    """As one does whose connection fails while it is cancelled, and which tries again after such errors."""
    missed = []

    async def stubborn() -> None:
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if missed:
                    raise
                missed.append(True)

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    async with asyncio.timeout(30):
        await end(task)
    assert task.cancelled()
    assert missed


async def test_what_a_task_ended_with_is_raised() -> None:
    """An error that nobody expected is not lost at the end."""

    async def broken() -> None:
        raise ZeroDivisionError

    task = asyncio.create_task(broken())
    await asyncio.sleep(0)
    with pytest.raises(ZeroDivisionError):
        await end(task)
