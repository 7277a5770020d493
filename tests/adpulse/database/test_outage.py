"""An outage is said once, and once when it is over."""

import logging

import pytest

from adpulse.database import outage
from adpulse.database.errors import UnfitError
from adpulse.database.outage import Outage

log = logging.getLogger("test outage")


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the growing lines of the log; the clock stands at 1,000 seconds until `now` is changed."""
    caplog.set_level(logging.INFO)
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    log.handlers = [handler]
    return lines


def test_a_long_outage_is_two_lines_and_one_for_each_kind_of_error(said: list[str]) -> None:
    """5,000 attempts, in which a server first is not there and then starts up."""
    it = Outage(log, "the writer")
    for number in range(5_000):
        it.failed(ConnectionRefusedError("secret") if number < 4_000 else TimeoutError())
    it.over()
    it.over()
    assert [line.split(": ")[-1] for line in said] == [
        "ConnectionRefusedError",
        "TimeoutError",
        "the writer can use the database again",
    ]


def test_repeated_outages_are_logged_now_and_then(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes connections and no events: not a pair of lines for each attempt."""
    now = 1_000.0
    monkeypatch.setattr(outage.time, "monotonic", lambda: now)
    it = Outage(log, "the writer")
    for _ in range(1_200):  # ten a second, for two minutes
        it.failed(OSError())
        it.over()
        now += 0.1
    assert len(said) == 4


def test_a_text_of_ours_is_whole(said: list[str]) -> None:
    """It says what to do; what the server says may hold what a client sent."""
    Outage(log, "the writer").failed(UnfitError("run: this"))
    Outage(log, "upkeep", texts=True).failed(OSError("the disk"))
    assert "run: this" in said[0]
    assert "the disk" in said[1]
