"""A service process from a given tree, which can be killed, frozen and started again at the same address."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from adbench.faults.cluster import LOOK_S, PATIENCE_S
from adbench.harness import cpu
from adbench.harness.process import tail
from adbench.harness.service import free_port

_ADPULSE = [sys.executable, "-c", "from adpulse.cli.main import app; app()"]

# Small queues, short deadlines and quick rounds of upkeep, so that a cycle of seconds meets all of them.
SETTINGS = {
    "ADPULSE_HOST": "127.0.0.1",
    "ADPULSE_LOG_LEVEL": "warning",
    "ADPULSE_WRITERS": "2",
    "ADPULSE_READERS": "2",
    "ADPULSE_WRITE_TIMEOUT_S": "2",
    "ADPULSE_BODY_TIMEOUT_S": "5",
    "ADPULSE_REPORT_TIMEOUT_MS": "60000",
    "ADPULSE_QUEUE_EVENTS": "20000",
    "ADPULSE_MAINTENANCE_S": "0.2",
}


def adpulse(tree: Path, *arguments: str, **variables: str) -> None:
    """Runs a command of the tree's service to its end. Raises subprocess.CalledProcessError with what it said."""
    subprocess.run(
        [*_ADPULSE, *arguments], env=environment(tree, variables), check=True, capture_output=True, timeout=PATIENCE_S
    )


def environment(tree: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """Under which `adpulse` is imported from that tree, and knows no other settings than these."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ADPULSE_")}
    return {**ours, "PYTHONPATH": str(tree / "service"), "PYTHONSAFEPATH": "1", **variables}


class Service:
    """One process. `url` is where it finds the database."""

    def __init__(self, name: str, tree: Path, log: Path) -> None:
        self.name = name
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self._tree = tree
        self._log = log
        self._url = ""

    def start(self, url: str | None = None, **variables: str) -> None:
        """Start the process; it is ready later."""
        self._url = url or self._url
        env = environment(self._tree, {**SETTINGS, "ADPULSE_DATABASE_URL": self._url, **variables})
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*_ADPULSE, "serve", "--port", str(self.port)],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def send(self, number: signal.Signals) -> None:
        """A signal to the process; SIGKILL is waited for."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        if number == signal.SIGKILL:
            self.process.wait()

    async def stop(self) -> int:
        """SIGTERM, and how it ended."""
        self.send(signal.SIGTERM)
        assert self.process is not None
        return await asyncio.to_thread(self.process.wait, PATIENCE_S)

    async def ready(self) -> None:
        """Waits until it takes events. Raises RuntimeError when it ends instead, or is not in time."""
        assert self.process is not None
        give_up = time.monotonic() + PATIENCE_S
        async with httpx.AsyncClient(base_url=self.address, timeout=10) as client:
            while True:
                try:
                    if (await client.get("/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass  # not yet
                if self.process.poll() is not None or time.monotonic() > give_up:
                    raise RuntimeError(f"service {self.name} is not ready:\n{tail(self._log, 30)}")
                await asyncio.sleep(LOOK_S)

    def peak_memory(self) -> int | None:
        """The most that this process had resident, in bytes; none where /proc does not say."""
        return cpu.peak_memory(self.process.pid if self.process else None)
