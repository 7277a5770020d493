"""The folder of metrics: where it is made, and that only those of killed servers are removed."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from adpulse.web import worker_metrics
from adpulse.web.worker_metrics import NoFolderError, shared_metrics

SERVE = """
import os
import time
from adpulse.web.worker_metrics import shared_metrics
with shared_metrics():
    print(os.environ["PROMETHEUS_MULTIPROC_DIR"], flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of this test's own for what is usually in /tmp."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    return tmp_path


def test_a_folder_lives_as_long_as_its_server(home: Path) -> None:
    """It goes at the end of a server; of one that was killed, when the next begins. Its name does not count."""
    with subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        folder = Path(server.stdout.readline().strip())
        assert folder.parent == home
        # As another container's process has it, whose ids mean nothing here.
        renamed = folder.rename(home / f"adpulse-metrics-{2**22 + 1}-x")
        with shared_metrics():
            assert renamed.exists()
        server.send_signal(signal.SIGKILL)
    with shared_metrics():
        assert list(home.iterdir()) == [Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])]
    assert list(home.iterdir()) == []


def test_folders_without_a_lock_stay(home: Path) -> None:
    """A folder that a server is just making, or that is none of ours, is not touched."""
    (home / "adpulse-metrics-1-making").mkdir()
    (home / "adpulse-metrics-else").write_text("a file")
    with shared_metrics():
        pass
    assert sorted(path.name for path in home.iterdir()) == ["adpulse-metrics-1-making", "adpulse-metrics-else"]


def test_without_a_temporary_folder_it_is_in_shared_memory(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a read-only root with nothing mounted at /tmp several workers start all the same, or say what is missing."""

    def no_folder() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", no_folder)
    monkeypatch.setattr(worker_metrics, "_SHARED_MEMORY", home)
    with shared_metrics():
        assert Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).parent == home
    monkeypatch.setattr(worker_metrics, "_SHARED_MEMORY", home / "nowhere")
    with pytest.raises(NoFolderError, match="ADPULSE_WORKERS=1"), shared_metrics():
        pass
