"""A log of repeated events: one line when they begin, and one when they are over."""

import asyncio
import logging
import time

QUIET_S = 60.0


class Repeated:
    """An event that peers can cause at will, such as malformed requests."""

    def __init__(self, log: logging.Logger, what: str, quiet_s: float = QUIET_S) -> None:
        self._log = log
        self._what = what
        self._quiet_s = quiet_s
        self._count = 0
        self._last = 0.0

    def note(self, detail: str) -> None:
        """Log the first time; count the others until there have been none for `quiet_s`. Needs a running event loop."""
        self._count += 1
        self._last = time.monotonic()
        if self._count == 1:
            self._log.warning("%s: %s (further ones are counted, and not logged until they end)", self._what, detail)
            self._look_later(self._quiet_s)

    def _look_later(self, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        left = self._last + self._quiet_s - time.monotonic()
        if left > 0:
            self._look_later(left)
        else:
            self._log.info("%s: none for %g s; there were %d", self._what, self._quiet_s, self._count)
            self._count = 0
