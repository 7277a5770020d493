"""Programs that a benchmark starts, and stops in every case."""

import os
import random
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path

from adbench.errors import LabError
from adbench.harness.fetch import fetch
from adbench.harness.patience import PATIENCE_S
from adpulse import shell


@contextmanager
def child(
    command: Sequence[str], log: Path, env: Mapping[str, str] | None = None, stop_s: float = PATIENCE_S
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program while the block runs; what it prints goes to `log`, and `env` is added to the environment.

    It is in a session of its own, so that Ctrl-C in a terminal reaches us first, and we stop things in order.
    It gets SIGTERM and `stop_s` seconds; then it and all that it has started are killed.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**shell.without("K6_"), **(env or {})},  # options of k6 that a shell sets are for other loads
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(stop_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def server_folder(prefix: str) -> Iterator[Path]:
    """Yield a temporary folder for the data of a PostgreSQL, which runs as another user when we are root."""
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def postmaster(data: Path) -> int:
    """Return the first process of the PostgreSQL server whose data are in that folder."""
    return int((data / "postmaster.pid").read_text().split("\n", 1)[0])


class NotReadyError(LabError):
    """A program does not answer; the text ends with its log."""


def wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path, what: str) -> None:
    """Wait until the program answers 200 at `url`. Raise NotReadyError when it ends, or after PATIENCE_S seconds."""
    give_up = time.monotonic() + PATIENCE_S
    while not _answers(url):
        if process.poll() is not None:
            raise NotReadyError(f"{what} ended with status {process.returncode}:\n{tail(log)}")
        if time.monotonic() > give_up:
            raise NotReadyError(f"{what} is not ready after {PATIENCE_S:g} s:\n{tail(log)}")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        return fetch(url, timeout_s=5).status == 200
    except (OSError, HTTPException):
        return False


def free_port() -> int:
    """Return a TCP port of this machine that nobody listens on now. Raises OSError where there is none."""
    # Choose a port that the system does not give away by itself: another program could get it before it is used here.
    for port in random.sample(range(10_000, 32_768), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log, indented; empty when there is none."""
    try:
        text = log.read_text(errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])
