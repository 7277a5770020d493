"""Give the system back the memory that has been freed."""

import asyncio
import ctypes
import os
import time
from pathlib import Path
from typing import Any

from adpulse.background import Background

# The buffers of a connection that has been closed are freed a few turns of the event loop later.
TRIM_AFTER_S = 1.0

# A function of glibc; other C libraries do not have it.
_malloc_trim: Any = getattr(ctypes.CDLL(None), "malloc_trim", None)


# Time between two looks of HeapWatch.
LOOK_S = 4.0
# HeapWatch ignores less growth: the pages would soon be used again.
GROWTH_BYTES = 16 * 2**20
# A process that works for a smaller part of the time than this is at rest. One that is not needs its memory again, and
# gives it back no more often than MOST_PAUSE_S, because giving back takes some milliseconds, and so does taking again.
REST = 0.25
MOST_PAUSE_S = 60.0
# A trim that gives back less was useless, because the memory is in use. Each useless trim doubles the pause.
USEFUL_BYTES = 2**20

_STATM = Path("/proc/self/statm")
_HAS_PROC = _STATM.exists()


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


class HeapWatch(Background):
    """Gives free pages back after the process has grown, and come to rest: after large bodies or reports, or many."""

    def __init__(self) -> None:
        super().__init__("heap", LOOK_S)
        self._least = 0  # the fewest resident bytes so far
        self._trimmed_at = self._looked_at = time.monotonic()
        self._trim_pause_s = 0.0  # the shortest pause after the last trim
        self._worked_s = time.process_time()

    async def run(self) -> None:
        """Look once."""
        if _malloc_trim is not None and _HAS_PROC:
            self._look()

    def _look(self) -> None:
        now, worked_s, resident = time.monotonic(), time.process_time(), resident_bytes()
        rests = worked_s - self._worked_s < REST * (now - self._looked_at)
        self._looked_at, self._worked_s = now, worked_s
        self._least = min(self._least or resident, resident)
        pause_s = self._trim_pause_s if rests else MOST_PAUSE_S
        if resident - self._least > GROWTH_BYTES and now - self._trimmed_at >= pause_s:
            _malloc_trim(0)
            self._trimmed_at = now
            useful = resident - resident_bytes() >= USEFUL_BYTES
            self._trim_pause_s = 0.0 if useful else min(2 * self._trim_pause_s or LOOK_S, MOST_PAUSE_S)


def resident_bytes() -> int:
    """Return the resident memory of this process. Needs /proc."""
    return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
