"""Head and body leave in one write; a refusal is a whole answer; a peer that reads too slowly is found."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.web.answer import READ_BYTES_PER_S, UNREAD_S, OnePiece, ReadingSpeed, refusal

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass
class Wire:
    """A connection that keeps what an answer does to it."""

    written: list[bytes] = field(default_factory=list)
    hung_up: bool = False
    cycle: Any = field(default_factory=lambda: SimpleNamespace(keep_alive=True))

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def hang_up(self) -> None:
        self.hung_up = True


def answer(*pieces: bytes, waits: bool = False, close: bool = False) -> Wire:
    wire = Wire()
    one = OnePiece(wire, waits=waits)  # type: ignore[arg-type]  # what it needs of a connection
    for piece in pieces:
        one.write(piece)
    if close:
        one.close()
    return wire


@given(st.lists(st.binary(min_size=1, max_size=5), max_size=4))
def test_the_head_leaves_with_the_first_piece(body: list[bytes]) -> None:
    """However many pieces there are, the same bytes leave, in one write fewer; none is lost at the end."""
    wire = answer(HEAD, *body, close=True)
    assert b"".join(wire.written) == HEAD + b"".join(body)
    assert len(wire.written) == max(len(body), 1)
    assert wire.hung_up


def test_leave_to_send_a_body_is_not_held_back() -> None:
    """The client waits for it; the answer after it keeps the connection."""
    assert answer(CONTINUE, waits=True).written == [CONTINUE]
    wire = answer(CONTINUE, HEAD, b"body", waits=True)
    assert wire.written == [CONTINUE, HEAD + b"body"]
    assert wire.cycle.keep_alive


def test_an_answer_before_the_body_ends_the_connection() -> None:
    """A client that still waits for leave may send its body or not: what comes next could be either."""
    wire = answer(HEAD, b"body", waits=True)
    assert wire.written == [HEAD[:-2] + b"connection: close\r\n\r\n" + b"body"]
    assert not wire.cycle.keep_alive


def test_a_refusal_is_a_whole_answer() -> None:
    """Its length is right, and it ends the connection."""
    head, _, body = refusal(431, "head_too_large", "Too large.", b"retry-after: 1\r\n").partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0].startswith(b"HTTP/1.1 431 ")
    assert {b"connection: close", b"retry-after: 1", b"content-length: %d" % len(body)} <= set(lines)
    assert {"status": 431, "detail": "Too large."}.items() <= orjson.loads(body).items()


@pytest.mark.parametrize(("share", "slow"), [(0.9, True), (1.1, False)])
def test_a_peer_that_reads_too_slowly(share: float, slow: bool) -> None:
    """It has time at first, and must then keep up the least speed, averaged since it fell behind."""
    speed, sent, found = ReadingSpeed(), 1_000_000, []
    for second in range(600):
        sent += int(READ_BYTES_PER_S * share) if second >= UNREAD_S else 0
        found.append(speed.is_too_slow(sent, 1, 1.0))
    assert any(found) is slow
    assert not any(found[: int(UNREAD_S)])


def test_a_peer_that_has_read_all_starts_anew() -> None:
    """Time in which nothing waits for it does not count."""
    speed = ReadingSpeed()
    for _ in range(100):
        assert not speed.is_too_slow(0, 1, UNREAD_S / 2)
        assert not speed.is_too_slow(0, 0, 1_000.0)
