"""The beginnings and ends of requests in the bytes of a connection, in any pieces."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.web import framing
from adpulse.web.framing import ChunkedBody, MalformedError

BODY = b"4\r\na\r\n\r\n1\r\nb\r\n0\r\nTrailer: x\r\n\r\n"  # with an empty line inside a chunk


def ends(pieces: list[bytes]) -> list[int]:
    """Return every place, counted over all pieces, at which a body may end."""
    body, found, before = ChunkedBody(), [], 0
    for piece in pieces:
        start = 0
        while start < len(piece):
            start = body.next_end(piece, start)
            found.append(before + start)
        before += len(piece)
    return found


@given(st.sets(st.integers(1, 2 * len(BODY) - 1), max_size=6))
def test_an_empty_line_is_found_across_pieces(cuts: set[int]) -> None:
    """Two bodies in a row: each of their empty lines ends a piece, however the network has cut them."""
    data = BODY + BODY
    places = [0, *sorted(cuts), len(data)]
    wanted = {place + 4 for place in range(len(data)) if data.startswith(b"\r\n\r\n", place)}
    found = ends([data[left:right] for left, right in pairwise(places)])
    assert wanted <= set(found) <= wanted | set(places)


@pytest.mark.parametrize("line", [b"GET / HTTP/1.1\r\n", b"POST /events HTTP/1.0\r\n", b"M-SEARCH * HTTP/1.1\r\n"])
def test_a_request_line_and_each_of_its_beginnings_are_let_through(line: bytes) -> None:
    """The rest may still come."""
    for length in range(1, len(line) + 1):
        framing.check_request_line(line[:length], 0)


@pytest.mark.parametrize("data", [b"\x16\x03\x01", b"get / HTTP/1.1\r\n", b"GET /\r\n", b"GET / HTTP/2\r\n", b" GET /"])
def test_bytes_that_are_no_request_are_refused_at_once(data: bytes) -> None:
    """It is not waited for until the deadline of a head."""
    with pytest.raises(MalformedError):
        framing.check_request_line(data, 0)


def test_an_address_that_is_not_encoded_is_told_so() -> None:
    """Clients that send it do not know better."""
    assert "percent-encoded" in framing.why_malformed("GET /é HTTP/1.1\r\n".encode(), 0)


def test_a_head_ends_with_an_empty_line() -> None:
    """Zero while it is not whole."""
    head = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    assert framing.end_of_head(head + b"body", 0) == len(head)
    assert framing.end_of_head(head[:-1], 0) == 0


def test_an_offer_to_upgrade_is_hidden() -> None:
    """The parser would stop at it; all else in the head stays."""
    head = b"GET / HTTP/1.1\r\nUpgrade: h2c\r\nA: upgrade: no\r\n\r\n"
    assert framing.without_offer(head) == head.replace(b"\r\nUpgrade:", b"\r\nx-upgrade:")
