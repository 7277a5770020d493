"""Processor time and memory of programs, from /proc: what a load cost whom, whatever else ran meanwhile."""

import os
from contextlib import suppress
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


def peak_memory(root: int | None) -> int | None:
    """The most memory, in bytes, that a process or one that it has started had resident; none without /proc."""
    peak = None
    for folder in _PROC.glob("[0-9]*"):
        try:
            status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
            if root is not None and root in (int(folder.name), int(status["PPid"])):
                peak = max(peak or 0, int(status["VmHWM"].split()[0]) * 1024)
        except (OSError, KeyError):
            continue  # it ended meanwhile, or it is a kernel thread
    return peak


def service(address: str) -> int | None:
    """The first process of the service, which has started the others; none without /proc."""
    port = f"--port\0{address.rpartition(':')[2]}\0".encode()
    for path in _PROC.glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if port in path.read_bytes():
                return int(path.parent.name)
    return None


def _stat(pid: int) -> tuple[int, int] | None:
    """Its parent, and its ticks with those of children that it has waited for: see proc(5), fields 4 and 14 to 17."""
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the name before may hold anything
    return int(fields[1]), sum(map(int, fields[11:15]))
