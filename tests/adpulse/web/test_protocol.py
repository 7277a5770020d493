"""Answers as they go out on a connection."""

import pytest
from starlette.types import Message, Receive, Scope, Send

from tests.adpulse.web.connection import POST, QUICK, START, answering, early, pieces


async def test_an_answer_is_one_piece() -> None:
    """Head and body together: two system calls, and two wake-ups of the client, would cost more than the event."""
    body: Message = {"type": "http.response.body", "body": b"done"}
    request = POST + b"\r\n{}"
    transport = await pieces(answering(START, body), request, request)
    assert transport.pieces == [b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone"] * 2


async def test_a_streamed_answer_goes_out_as_it_comes() -> None:
    """Only the head waits, for the first piece."""
    body = [{"type": "http.response.body", "body": piece, "more_body": piece != b"ne"} for piece in (b"do", b"ne")]
    transport = await pieces(answering(START, *body), POST + b"\r\n{}")
    assert transport.pieces == [b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndo", b"ne"]


async def test_a_question_for_the_head_is_answered() -> None:
    """There is no body to wait for, and the connection goes on."""
    body: Message = {"type": "http.response.body", "body": b"done"}
    request = POST.replace(b"POST", b"HEAD") + b"\r\n{}"
    transport = await pieces(answering(START, body), request, request)
    assert transport.pieces == [b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"] * 2
    assert not transport.closed


async def test_permission_to_send_a_body_is_given_at_once() -> None:
    """A client that asks `Expect: 100-continue` waits for it before it sends anything else."""
    body: Message = {"type": "http.response.body", "body": b"done"}
    transport = await pieces(answering(START, body), POST + b"Expect: 100-continue\r\n\r\n", b"{}")
    assert transport.pieces[0] == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert transport.pieces[1:] == [b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone"]


async def test_an_unexpected_body_is_not_taken_for_a_request() -> None:
    """A client that waits for leave to send gets its answer at once, and the connection ends: it may send or not."""
    question = POST + b"Expect: 100-continue\r\n\r\n"
    transport = await pieces(early, question, b"{}", POST + b"\r\n{}")
    assert transport.pieces == [b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\ndone"]
    assert transport.closed


@pytest.mark.parametrize("messages", [(), (START,)])
async def test_an_answer_that_breaks_off_ends_the_connection(messages: tuple[Message, ...]) -> None:
    """Without a body the client learns it from the end of the connection, or from a 500 when nothing was said yet."""
    transport = await pieces(answering(*messages), POST + b"\r\n{}")
    assert transport.closed
    assert transport.pieces[0].startswith(b"HTTP/1.1 200" if messages else b"HTTP/1.1 500")


@pytest.mark.parametrize(
    ("first", "more"),
    [
        (b"GET /", b"a" * 10_000),
        (b"GET / HTTP/1.1\r\nA: ", b"b" * 10_000),
        (b"GET / HTTP/1.1\r\n", b"A: b\r\n" * 2_000),
        (b"", b"\r\n" * 5_000),
    ],
    ids=["address", "value", "headers", "empty lines"],
)
async def test_a_head_has_a_size(first: bytes, more: bytes) -> None:
    """431, and the connection is closed: nothing piles up."""
    transport = await pieces(QUICK, first, *[more] * 8)
    assert transport.closed
    assert transport.pieces[-1].startswith(b"HTTP/1.1 431 ")
    assert sum(piece.startswith(b"HTTP/1.1") for piece in transport.pieces) == 1


@pytest.mark.parametrize("more", [b"A: b\r\n" * 2_000, b"A: " + b"b" * 10_000], ids=["trailers", "one trailer"])
async def test_trailers_have_a_size(more: bytes) -> None:
    """Trailers are headers, too. The request that they belong to never becomes whole, so nobody is answered."""
    chunked = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"

    async def reads(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass

    transport = await pieces(reads, chunked, *[more] * 8)
    assert transport.closed
    assert not any(piece.startswith(b"HTTP/1.1 2") for piece in transport.pieces)


async def test_a_body_in_small_pieces_is_no_head() -> None:
    """A body in many small pieces is not taken for a slow head."""
    body = b"".join(b"1\r\nx\r\n" for _ in range(50_000)) + b"0\r\n\r\n"

    async def reads(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["more_body"]:
            pass
        await early(scope, receive, send)

    chunked = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    transport = await pieces(reads, chunked, *[body[at : at + 997] for at in range(0, len(body), 997)])
    assert [piece[:12] for piece in transport.pieces] == [b"HTTP/1.1 200"]


@pytest.mark.parametrize(
    "request_",
    [b"hello\r\n\r\n", b"GET /\xff HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00", b"GET / HTTP/9.9\r\n\r\n"],
    ids=repr,
)
async def test_bytes_that_are_no_request_get_a_problem_document(request_: bytes) -> None:
    """Bytes that are no request get a problem document that does not repeat them, and the connection is closed."""
    transport = await pieces(QUICK, request_)
    [said] = transport.pieces
    assert said.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in said
    assert b"hello" not in said
    assert transport.closed


async def test_an_offer_of_websockets_is_ignored() -> None:
    """The request is answered as any other."""
    upgrade = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    transport = await pieces(QUICK, upgrade)
    assert transport.pieces[0].startswith(b"HTTP/1.1 200 ")
