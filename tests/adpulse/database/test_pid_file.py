"""The file with the process id of the embedded server, whose process may be a zombie."""

import subprocess
import sys
from pathlib import Path

import pytest

KILLED = """
import ctypes, os, signal, sys, time
from pathlib import Path
from adpulse.database.embedded import Cluster
from adpulse.database.errors import EmbeddedError

# Orphans become our children, and nobody asks for them when they end: as with a container's process 1.
assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0
cluster = Cluster(Path(sys.argv[1]), shared_buffers="16MB", max_connections="20", fsync="off")
cluster.start()
pid = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
os.kill(pid, signal.SIGKILL)
while Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z":
    time.sleep(0.01)
assert not cluster.running()
for attempts_left in reversed(range(200)):
    try:
        cluster.start()
        break
    except EmbeddedError:  # its children are still leaving
        assert attempts_left
        time.sleep(0.1)
assert cluster.running()
cluster.stop()
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc")
def test_a_server_that_is_left_as_a_zombie_is_started_again(home: Path) -> None:
    """A killed server that stays as a zombie, which PostgreSQL takes for a running one, is started again."""
    done = subprocess.run([sys.executable, "-c", KILLED, home / "server"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
