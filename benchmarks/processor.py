"""Processor time of programs, from /proc: what a load cost whom, whatever else ran on the machine meanwhile."""

import os
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def parent(pid: int, name: str) -> int | None:
    """The parent of a process of this machine; none when none of that number has that name, or without /proc."""
    try:
        if not (_PROC / str(pid) / "comm").read_text().startswith(name):
            return None
    except OSError:
        return None
    stat = _stat(pid)
    return stat[0] if stat else None


def seconds(root: int) -> float | None:
    """Processor seconds of a process and everything that it has started, ended or not; none without /proc.

    Ended ones count where their parent has waited for them. The resolution is a tick, mostly 10 ms.
    """
    found = {int(path.name): stat for path in _PROC.glob("[0-9]*") if (stat := _stat(int(path.name)))}
    if root not in found:
        return None
    tree, ticks = [root], 0
    for pid in tree:  # which grows
        ticks += found[pid][1]
        tree += [child for child, (ppid, _) in found.items() if ppid == pid]
    return ticks / _TICKS_PER_S


def _stat(pid: int) -> tuple[int, int] | None:
    """Its parent, and its ticks with those of children that it has waited for: see proc(5), fields 4 and 14 to 17."""
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the name before may hold anything
    return int(fields[1]), sum(map(int, fields[11:15]))
