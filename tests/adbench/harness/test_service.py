"""A benchmark stops the service that it starts; a service that does not start says why."""

import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from adbench.harness import process
from adbench.harness.process import NotReadyError, child, tail
from adbench.harness.service import serving
from tests.patience import wait_for


def gone(pid: int) -> bool:
    """Return True if the process has ended, also while nobody has asked for its status."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_child_is_stopped_when_the_block_fails(tmp_path: Path) -> None:
    """The service is stopped, for any reason of the end."""
    with pytest.raises(ZeroDivisionError), child(["sleep", "60"], tmp_path / "log") as process:
        raise ZeroDivisionError
    assert process.returncode == -signal.SIGTERM


def test_a_stubborn_child_is_killed_with_its_children(tmp_path: Path) -> None:
    """After a grace, so that it may finish what it has begun."""
    script = "trap '' TERM; sleep 60 & echo $!; wait; sleep 60"
    log = tmp_path / "log"
    with child(["sh", "-c", script], log, stop_s=0.2) as process:
        while not log.read_text().strip():
            time.sleep(0.01)
    assert process.returncode == -signal.SIGKILL
    grandchild = int(log.read_text())
    wait_for("the end of a grandchild", lambda: gone(grandchild))


def test_a_service_that_ends_shows_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is in there."""
    fake = tmp_path / "adpulse"
    fake.write_text("#!/bin/sh\necho port is on fire >&2\nexit 3\n")
    fake.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with (
        pytest.raises(NotReadyError, match=r"status 3:\n +port is on fire"),
        serving("postgresql://x", 1, tmp_path / "log"),
    ):
        pytest.fail("it was called ready")


def test_a_service_that_never_gets_ready_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that never gets ready is given up, and stopped."""
    fake = tmp_path / "adpulse"
    fake.write_text("#!/bin/sh\nexec sleep 60\n")
    fake.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(process, "PATIENCE_S", 0.3)
    with pytest.raises(NotReadyError, match="not ready"), serving("postgresql://x", 1, tmp_path / "log"):
        pytest.fail("it was called ready")


def test_the_tail_of_a_log(tmp_path: Path) -> None:
    """The last lines; nothing when there is no log."""
    assert tail(tmp_path / "none") == ""
    (tmp_path / "log").write_text("\n".join(map(str, range(100))))
    assert tail(tmp_path / "log", 2) == "    98\n    99"
