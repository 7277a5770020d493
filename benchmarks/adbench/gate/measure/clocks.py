"""CPU time of processes: on a busy machine it varies far less than the time on the wall.

Linux has a clock for every process, in nanoseconds and over all its threads; its number is made from the process id as
clock_getcpuclockid(3) does. What a process had to wait for (locks, disks, its turn) is not in it, nor is what its
children that have ended used.
"""

import os
import time
from pathlib import Path


class NoClock(RuntimeError):
    """This system does not tell the CPU time of other processes."""


def cpu_s(pid: int) -> float:
    """Seconds of CPU time that a process has used. Raises NoClock where it cannot be told, or the process ended."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # CPUCLOCK_SCHED
    except OSError as error:
        raise NoClock(f"no CPU clock of process {pid}: {error.strerror}") from error


def available() -> bool:
    """Whether the CPU time of another process can be told: on Linux with /proc."""
    try:
        return cpu_s(os.getppid()) >= 0 and Path("/proc/self/stat").exists()
    except (NoClock, AttributeError):
        return False


def children(pid: int) -> list[int]:
    """The processes whose parent is `pid`, from /proc."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # After the name, which is in brackets and may hold anything: state, parent.
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if int(fields[1]) == pid:
            found.append(int(entry.name))
    return found


class Family:
    """The CPU time of a process and its children, such as PostgreSQL with one process a session."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.members: list[int] = []
        self.refresh()

    def refresh(self) -> None:
        """Looks for new children. Not done while time is taken, because it costs time itself."""
        self.members = [self._pid, *sorted(children(self._pid))]

    def cpu_s(self) -> float:
        """Seconds, of the members that were there at the last refresh. Raises NoClock when one has ended since."""
        return sum(cpu_s(pid) for pid in self.members)
