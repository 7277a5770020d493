"""The service as a benchmark runs it: the real command, on a free port of this machine."""

import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from adbench.errors import LabError
from adbench.harness.process import child, free_port, tail, wait_until_ready

READY = "/readyz"


class ServiceError(LabError):
    """The service does not do what it is asked; the text says what it said."""


@contextmanager
def serving(
    database_url: str,
    workers: int,
    log: Path,
    variables: Mapping[str, str] | None = None,
    ready: str = READY,
    code: str = "",
) -> Iterator[str]:
    """Yield the address of a service on that database, ready for requests and stopped at the end.

    `variables` are added to its environment, and `code` runs first in each of its processes. It is ready when the path
    `ready` says so. Raise NotReadyError when it is not within PATIENCE_S seconds, ServiceError when `code` failed.
    """
    program = adpulse()
    # The address and the data are ours: ADPULSE_HOST, _PORT, _POOLER_URL and _READ_DATABASE_URL do not count.
    env = {
        "ADPULSE_DATABASE_URL": database_url,
        "ADPULSE_READ_DATABASE_URL": "",
        "ADPULSE_POOLER_URL": "",
        "ADPULSE_HOST": "127.0.0.1",
        "ADPULSE_LOG_LEVEL": "warning",
        **(variables or {}),
    }
    with tempfile.TemporaryDirectory(prefix="adbench-") as patch:
        if code:
            # Python runs a module of this name at its start, in the workers too, and goes on if it fails.
            (Path(patch) / "sitecustomize.py").write_text(f"{code}\n")
            env["PYTHONPATH"] = patch
        with started([program, "serve", "--workers", str(workers)], env, log, ready) as (address, _):
            if code and "sitecustomize" in log.read_text():
                raise ServiceError(f"what is to be changed in the service is not there any more:\n{tail(log)}")
            yield address


def adpulse() -> str:
    """Return the command `adpulse` of this Python, or the one on the PATH."""
    beside = Path(sys.executable).with_name("adpulse")
    return str(beside) if beside.is_file() else shutil.which("adpulse") or "adpulse"


@contextmanager
def started(command: Sequence[str], env: Mapping[str, str], log: Path, ready: str = READY) -> Iterator[tuple[str, int]]:
    """Run a program that takes `--port N`, and is ready when `ready` says so there; yield its address and process id.

    Raise NotReadyError when it is not ready within PATIENCE_S seconds.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with child([*command, "--port", str(port)], log, env) as process:
        wait_until_ready(process, f"{address}{ready}", log, "the service")
        yield address, process.pid
