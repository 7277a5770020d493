"""The end of a task that runs for as long as the process does."""

import asyncio

_AGAIN_S = 1.0


async def end(task: asyncio.Task[None]) -> None:
    """Cancel a task, and wait until it has ended. Raises what it ended with.

    Once may not be enough: when the roll-back of what is cancelled meets a closed connection, that error takes the
    place of the cancellation, and a task that goes on after errors of the database goes on.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_AGAIN_S)
    if not task.cancelled():
        task.result()
