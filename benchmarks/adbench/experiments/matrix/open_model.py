"""Requests that arrive on schedule, however slow the last one was."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def on_schedule(
    count: int, length_s: float, work: Callable[[int], Awaitable[None]], patience_s: float | None = None
) -> list[tuple[float, bool]]:
    """Start `work(0)` to `work(count - 1)` at equal distances over `length_s`, whether or not the last has ended.

    Return for each the seconds from when it was due, and whether it ended; what has not ended `patience_s` after the
    beginning is cancelled. Counting from when it was due is what keeps a slow system from hiding the time that
    requests wait (coordinated omission).
    """
    began = time.perf_counter()

    async def one(at: int) -> tuple[float, bool]:
        due = began + at * length_s / count
        try:
            async with asyncio.timeout(None if patience_s is None else patience_s - (time.perf_counter() - began)):
                await asyncio.sleep(max(due - time.perf_counter(), 0))
                await work(at)
        except TimeoutError:
            return time.perf_counter() - due, False
        return time.perf_counter() - due, True

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(at)) for at in range(count)]
    return [task.result() for task in tasks]


async def came(event: asyncio.Event, seconds: float) -> bool:
    """Return True if the event came within the time."""
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
