"""CPU time of processes: on a busy machine it varies far less than the time on the wall.

Linux has a clock for every process, in nanoseconds and over all its threads; its number is made from the process id as
clock_getcpuclockid(3) does. What a process had to wait for (locks, disks, its turn) is not in it, nor is what its
children that have ended used.
"""

import os
import time

import psutil

from adbench.errors import LabError


class NoClock(LabError):
    """Raised where the system does not tell the CPU time of other processes."""


def cpu_s(pid: int) -> float:
    """Return the seconds of CPU time that a process has used. Raise NoClock when it has ended, or cannot be asked."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # CPUCLOCK_SCHED
    except OSError as error:
        raise NoClock(f"no CPU clock of process {pid}: {error.strerror}") from error


def available() -> bool:
    """Return True where the CPU time of another process can be told: on Linux."""
    try:
        return cpu_s(os.getppid()) >= 0
    except (NoClock, AttributeError):
        return False


class Family:
    """The CPU time of a process and its children, such as PostgreSQL with one process a session."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.members: list[int] = []
        self.refresh()

    def refresh(self) -> None:
        """Look for new children. Not done while time is taken, because it costs time itself."""
        self.members = [self._pid, *sorted(child.pid for child in psutil.Process(self._pid).children())]

    def cpu_s(self) -> float:
        """Return the CPU seconds of the processes of the last refresh. Raise NoClock when one has ended since."""
        return sum(cpu_s(pid) for pid in self.members)
