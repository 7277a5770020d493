"""Work beside the requests: one way to start, to fail and to stop (the model is river's startstop)."""

import asyncio
import logging
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import ClassVar

log = logging.getLogger(__name__)

MOST_PAUSE_S = 60.0  # after several errors in a row
_CANCEL_AGAIN_S = 1.0


class Background(ABC):
    """Work that goes on from `start` to `stop`: `run` is called again `pause_s` after it has ended or failed.

    Errors of the kinds in `expected` go to `failed`. Any other is a mistake of the service: it is logged with its
    traceback, and each further one doubles the pause, until a run ends well.
    """

    expected: ClassVar[tuple[type[Exception], ...]] = ()

    def __init__(self, name: str, pause_s: float) -> None:
        self.name = name
        self._pause_s = pause_s
        self._task: asyncio.Task[None] | None = None
        self._over = asyncio.Event()

    @abstractmethod
    async def run(self) -> None:
        """Do the work, once or for ever. An error ends the run, and the next one follows."""

    def failed(self, error: Exception) -> None:
        """Say that a run ended with one of the expected errors."""
        log.warning("%s failed, will try again: %s: %s", self.name, type(error).__name__, error)

    async def start(self) -> None:
        """Begin, as a task beside the caller."""
        self._over = asyncio.Event()
        self._task = asyncio.create_task(self._repeat(), name=self.name)

    async def stop(self) -> None:
        """Cancel the work and wait until it has ended. Do nothing if it was never started.

        One cancellation may not be enough: when the roll-back of what is cancelled meets a closed connection, that
        error takes its place.
        """
        self._over.set()
        while self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task], timeout=_CANCEL_AGAIN_S)

    async def finish(self) -> None:
        """Begin no further run, and wait until the one that is under way has ended by itself."""
        self._over.set()
        if self._task is not None:
            await self._task

    async def _repeat(self) -> None:
        pause_s = self._pause_s
        while not self._over.is_set():
            try:
                await self.run()
                pause_s = self._pause_s
            except self.expected as error:
                pause_s = self._pause_s
                self.failed(error)
            except Exception:
                pause_s = min(2 * pause_s, max(MOST_PAUSE_S, self._pause_s))
                log.exception("%s failed by a mistake of the service, will try again in %g s", self.name, pause_s)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), pause_s)
