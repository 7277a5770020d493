"""The embedded PostgreSQL is started again when it has ended."""

import threading

import pytest

from adpulse.database import watch
from adpulse.database.errors import EmbeddedError
from tests.patience import PATIENCE_S


class Server:
    """A server that has ended, and starts at the third attempt."""

    def __init__(self) -> None:
        self.running, self.attempts, self.up = False, 0, threading.Event()

    def accepts(self) -> bool:
        return self.running

    def start(self) -> None:
        self.attempts += 1
        if self.attempts < 3:
            raise EmbeddedError("no space left")
        self.running = True
        self.up.set()


def test_a_server_that_has_ended_is_started_until_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same failure is said once, and that it runs again, too."""
    monkeypatch.setattr(watch, "LOOK_S", 0.01)
    monkeypatch.setattr(watch, "MOST_S", 0.01)
    said: list[str] = []
    monkeypatch.setattr(watch.log, "error", lambda text, *values: said.append(text % values))
    server = Server()
    with watch.kept_running(server):
        assert server.up.wait(PATIENCE_S)
    assert [line for line in said if "no space left" in line] == said[1:]
    assert len(said) == 2
    assert server.attempts == 3


def test_a_server_that_runs_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking at it is all that happens."""
    monkeypatch.setattr(watch, "LOOK_S", 0.001)
    server = Server()
    looked = threading.Event()

    def accepts() -> bool:
        looked.set()
        return True

    monkeypatch.setattr(server, "accepts", accepts)
    with watch.kept_running(server):
        assert looked.wait(PATIENCE_S)
    assert server.attempts == 0
