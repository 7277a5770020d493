"""Give the system back the memory that has been freed."""

import asyncio
import ctypes
from typing import Any

# The buffers of a connection that has been closed are freed a few turns of the event loop later.
TRIM_AFTER_S = 1.0

# Of glibc; other C libraries have none.
_malloc_trim: Any = getattr(ctypes.CDLL(None), "malloc_trim", None)


class Heap:
    """The heap of the process.

    `free` gives the system back only the end of the heap. One small object of another connection that lies behind
    a hundred freed megabytes keeps them all. `malloc_trim` gives back every free page (some milliseconds).
    """

    def __init__(self) -> None:
        self._due_s = 0.0  # by the clock of the event loop
        self._again = False

    def trim_soon(self) -> None:
        """Give back free pages TRIM_AFTER_S from now; at most once in that time."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._due_s:
            self._again = True
        elif _malloc_trim is not None:
            self._due_s = loop.time() + TRIM_AFTER_S
            loop.call_at(self._due_s, self._trim)

    def _trim(self) -> None:
        _malloc_trim(0)
        if self._again:
            self._again = False
            self.trim_soon()
