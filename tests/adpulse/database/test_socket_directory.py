"""The directory of the embedded server's socket: ours alone."""

from pathlib import Path

import pytest

from adpulse.database.embedded import Cluster
from adpulse.database.errors import EmbeddedError


def test_a_socket_directory_of_somebody_else_is_refused(home: Path) -> None:
    """Nobody can put himself between us and the server by making its directory in /tmp first."""
    cluster = Cluster(home / "needs a short socket path")
    socket = Path(cluster.url().partition("host=")[2])
    assert socket.parent == Path("/tmp")
    socket.mkdir(mode=0o777)
    socket.chmod(0o777)
    try:
        with pytest.raises(EmbeddedError, match="was not made by this service"), cluster.in_use():
            pytest.fail("it must not start")
    finally:
        socket.rmdir()
