"""Processor time and memory of programs: what a load cost each of them, apart from everything else that ran."""

import contextlib
from pathlib import Path

import psutil


def parent(pid: int, name: str) -> int | None:
    """Return the parent of a process whose name begins with `name`, or None when there is no such process here."""
    try:
        process = psutil.Process(pid)
        return process.ppid() if process.name().startswith(name) else None
    except psutil.NoSuchProcess:
        return None


def seconds(root: int) -> float | None:
    """Return the processor seconds of a process and of all that it has started, or None when it is not here.

    A child that has ended counts when its parent has waited for it. The resolution is a tick, mostly 10 ms.
    """
    try:
        process = psutil.Process(root)
        tree = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return None
    total = 0.0
    for each in tree:
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended meanwhile
            total += sum(each.cpu_times()[:4])  # user and system, its own and its children's
    return total


def peak_memory(root: int | None) -> int | None:
    """Return the most bytes that a process or a child of it had resident, or None where /proc does not say.

    psutil has no peak of another process; Linux keeps one as VmHWM (proc_pid_status(5)).
    """
    if root is None:
        return None
    peak = None
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(root)
        for each in (process, *process.children()):
            with contextlib.suppress(OSError, StopIteration):  # it ended, or there is no /proc
                lines = Path(f"/proc/{each.pid}/status").read_text().splitlines()
                peak = max(peak or 0, next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")))
    return peak


def service(address: str) -> int | None:
    """Return the first process of the service that listens on `address`, which has started the others."""
    port = ["--port", address.rpartition(":")[2]]
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if any(words[place : place + 2] == port for place in range(len(words))):
            return int(process.pid)
    return None
