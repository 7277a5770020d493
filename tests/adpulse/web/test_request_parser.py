"""One request, one response: bytes on a connection, and what they are taken for (RFC 9110, 9112)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from adpulse.settings import Settings
from adpulse.web.app import create_app
from adpulse.web.protocol import Protocol
from tests.adpulse.web.connection import converse, echo, pieces, replies, taken
from tests.services import Client, listening

INNER = b"GET /inner HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"POST /outer HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
OFFERS = {
    "h2c of Java": b"Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAEAAEAAAAIAAAAA\r\nUpgrade: h2c\r\n",
    "websocket": b"Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n",
    "tls, in capitals": b"UPGRADE: TLS/1.0\r\nCONNECTION: UPGRADE\r\n",
    "two": b"Connection: upgrade\r\nUpgrade: h2c\r\nUpgrade: websocket\r\n",
    "none": b"",
}


@pytest.mark.parametrize("offer", OFFERS.values(), ids=OFFERS)
@pytest.mark.parametrize("later", [False, True], ids=["at once", "in a later packet"])
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
async def test_a_body_is_a_body_with_every_offer_to_upgrade(offer: bytes, later: bool, chunked: bool) -> None:
    """An offer to upgrade is ignored (RFC 9110, 7.8): what looks like a request in a body is none."""
    if chunked:
        head, body = CHUNKED + offer + b"\r\n", b"%x\r\n%s\r\n0\r\n\r\n" % (len(INNER), INNER)
    else:
        head = b"POST /outer HTTP/1.1\r\nHost: x\r\n" + offer + b"Content-Length: %d\r\n\r\n" % len(INNER)
        body = INNER
    received = [head, body, INNER] if later else [head + body + INNER]
    [(status, first), (_, second)] = await taken(*received)
    assert (status, first["path"], first["body"]) == (200, "/outer", INNER.decode())
    assert second["path"] == "/inner"


REFUSED = {
    "length and coding": CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 35\r\n\r\n",
    "a list of lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0, 35\r\n\r\n",
    "a length with a sign": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\n",
    "no length": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \r\n\r\n",
    "a blank before the colon": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 0\r\n\r\n",
    "a folded line": b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n Content-Length: 35\r\n\r\n",
    "a blank first": b"GET / HTTP/1.1\r\n Host: x\r\n\r\n",
    "line feeds only": b"GET / HTTP/1.1\nHost: x\n\n",
    "one line feed": b"GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n",
    "a return in a value": b"GET / HTTP/1.1\r\nHost: x\r\nA: b\rContent-Length: 35\r\n\r\n",
    "NUL": b"GET / HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n",
    "unknown coding": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n",
    "coding in vain": CHUNKED + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "two codings": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "coding in HTTP/1.0": b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk's size with a sign": CHUNKED + b"\r\n+2\r\n{}\r\n0\r\n\r\n",
    "a chunk's size with 0x": CHUNKED + b"\r\n0x2\r\n{}\r\n0\r\n\r\n",
    "a chunk's end is not": CHUNKED + b"\r\n2\r\n{}0\r\n\r\n",
    "a chunk's line feed": CHUNKED + b"\r\n2\n{}\n0\n\n",
    "CONNECT": b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "another protocol": b"OPTIONS / RTSP/1.0\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "an unknown method": b"INVENTED / HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("request_", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("width", [1_000, 1], ids=["whole", "byte by byte"])
async def test_an_ambiguous_request_is_refused(request_: bytes, width: int) -> None:
    """One problem document, and the connection ends: what follows is nobody's request."""
    received = request_ + INNER
    transport = await pieces(echo, *[received[at : at + width] for at in range(0, len(received), width)])
    [(status, document)] = replies(b"".join(transport.pieces))
    assert status in (400, 501)
    assert document["status"] == status
    assert transport.closed


@st.composite
def requests(draw: st.DrawFn) -> tuple[bytes, dict[str, Any]]:
    """Draw a request, and what the protocol has to make of it."""
    method = draw(st.sampled_from(["GET", "POST", "PUT", "OPTIONS"]))
    path = "/" + draw(st.text("abc/", max_size=8)).lstrip("/")
    body = draw(st.sampled_from([b"", b"0\r\n\r\n", INNER, b"\r\n\r\n\r\n", b"x" * 300, b"\r", b"\n"]))
    head = draw(st.sampled_from([b"", b"\r\n"])) + f"{method} ".encode()
    head += draw(st.sampled_from([b"", b"http://x"])) + path.encode() + b" HTTP/1.1\r\nHost: x\r\n"
    head += draw(st.sampled_from(list(OFFERS.values())))
    if method == "GET":
        body = b""
    elif draw(st.booleans()):
        width = draw(st.integers(1, 400))
        chunks = [body[at : at + width] for at in range(0, len(body), width)]
        framed = b"".join(b"%x;a=b\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
        trailer = draw(st.sampled_from([b"", b"X-Trailer: a\r\n", b"Content-Type: b\r\nHost: y\r\n"]))
        return head + b"Transfer-Encoding: chunked\r\n\r\n" + framed + b"0\r\n" + trailer + b"\r\n", {
            "method": method,
            "path": path,
            "body": body.decode(),
        }
    else:
        head += b"Content-Length: %d\r\n" % len(body)
    return head + b"\r\n" + body, {"method": method, "path": path, "body": body.decode()}


@given(st.lists(requests(), min_size=1, max_size=5), st.lists(st.integers(1, 2_000), max_size=12))
async def test_requests_are_the_same_in_every_division(
    sent: list[tuple[bytes, dict[str, Any]]], cuts: list[int]
) -> None:
    """Pipelined and cut anywhere: each is answered, in order, as what it is, and trailers pass for no headers."""
    stream = b"".join(data for data, _ in sent)
    places = sorted({cut for cut in cuts if cut < len(stream)})
    packets = [stream[start:stop] for start, stop in zip([0, *places], [*places, len(stream)], strict=True)]
    # Time for those that have come in one packet, which wait for one another.
    transport = await pieces(echo, *packets, *[b""] * len(sent))
    found = replies(b"".join(transport.pieces))
    assert [status for status, _ in found] == [200] * len(sent)
    for (_, document), (_, expected) in zip(found, sent, strict=True):
        assert {name: document[name] for name in expected} == expected
        assert "x-trailer" not in document["headers"]
        assert "content-type" not in document["headers"]


@pytest.mark.parametrize("size", [65_537, 65_600, 80_000, 100_000, 300_000])
async def test_a_head_too_large_is_said_to_be(size: int) -> None:
    """431, also when it comes whole in one packet."""
    head = b"GET / HTTP/1.1\r\nHost: x\r\nA: "
    request = head + b"a" * (size - len(head) - 4) + b"\r\n\r\n"
    [(status, document)] = await taken(request + INNER)
    assert (status, document["type"]) == (431, "urn:adpulse:head_too_large")


async def test_a_head_of_exactly_the_size_is_taken() -> None:
    head = b"GET /all HTTP/1.1\r\nHost: x\r\nA: "
    [(status, document)] = await taken(head + b"a" * (65_536 - len(head) - 4) + b"\r\n\r\n")
    assert (status, document["path"]) == (200, "/all")


@pytest.mark.parametrize(("count", "status"), [(200, 200), (201, 431), (5_000, 431)])
async def test_a_head_has_a_number_of_headers(count: int, status: int) -> None:
    """Short ones take ten times their bytes."""
    more = b"".join(b"a%d: b\r\n" % number for number in range(count - 1))
    [(said, document)] = await taken(b"GET /all HTTP/1.1\r\nHost: x\r\n" + more + b"\r\n" + INNER * (status == 431))
    assert said == status
    assert status == 200 or document["type"] == "urn:adpulse:head_too_large"


async def test_a_large_head_is_counted_until_its_answer() -> None:
    """Heads of requests whose bodies are on their way are kept, and bounded for all connections together."""
    kept = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        kept.append(Protocol.memory.total)
        await echo(scope, receive, send)

    head = b"POST /outer HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 60_000 + b"\r\nContent-Length: 2\r\n\r\n"
    before = Protocol.memory.total
    transport = await pieces(app, head, b"{", b"}", INNER)
    assert [status for status, _ in replies(b"".join(transport.pieces))] == [200, 200]
    assert kept[0] - before >= 60_000
    assert kept[1] == Protocol.memory.total == before


@pytest.mark.parametrize("path", ["/report?campaign_id=Düsseldorf", "/ü", "/日本"])
async def test_an_address_with_raw_characters_says_what_to_do(path: str) -> None:
    [(status, document)] = await taken(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert status == 400
    assert "percent-encoded" in document["detail"]


async def test_an_address_may_be_absolute() -> None:
    """An address may be absolute, as for a proxy; `*` is the whole server."""
    for target, path in ((b"http://x/a?b=c", "/a"), (b"*", "*")):
        [(status, document)] = await taken(b"OPTIONS " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (status, document["path"]) == (200, path)


async def test_a_broken_body_is_told_as_one() -> None:
    """The endpoint has begun to read, and stops; the client hears why."""
    [(status, document)] = await taken(CHUNKED + b"\r\n2\r\n{}\r\n", b"no size\r\n")
    assert (status, document["type"]) == (400, "urn:adpulse:malformed_http")


@pytest.mark.parametrize("count", [1, 3])
async def test_a_client_that_half_closes_gets_its_answers(port: int, count: int) -> None:
    """A client may say that it sends nothing more, and still wants to know what became of what it sent."""
    request = b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
    found = replies(await converse(port, request * count, half_close=True))
    assert [document["body"] for _, document in found] == ["{}"] * count


@pytest.mark.parametrize("data", [b"", b"GET /", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{}"])
async def test_half_a_request_gets_no_answer(port: int, data: bytes) -> None:
    assert await converse(port, data, half_close=True) == b""


async def test_http_1_0_is_answered_and_closed(port: int) -> None:
    """HTTP/1.0 is answered without Host, which it does not know, and without "100 Continue"; then closed."""
    request = b"POST /old HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}"
    [(status, document)] = replies(await converse(port, request))
    assert (status, document["path"], document["body"]) == (200, "/old", "{}")


async def test_head_has_no_body_and_the_connection_goes_on(port: int) -> None:
    head = INNER.replace(b"GET", b"HEAD")
    said = await converse(port, head + INNER.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    found = replies(said, ["HEAD", "GET"])
    assert [(status, document.get("method")) for status, document in found] == [(200, None), (200, "GET")]


async def test_after_a_mistake_of_ours_the_connection_is_said_to_end() -> None:
    """No client sends its next request into a connection that is about to be reset."""
    app = create_app(Settings(database_url="postgresql://nowhere.invalid/none"))

    @app.get("/mistake")
    async def mistake() -> None:
        raise LookupError

    app.state.keyring.learn({}, ever=False)
    async with listening(app, ws="none", lifespan="off") as port:
        said = await converse(port, b"GET /mistake HTTP/1.1\r\nHost: localhost\r\n\r\n")
        head, _, body = said.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 500 ")
        assert b"connection: close" in head.lower().split(b"\r\n")
        assert json.loads(body)["status"] == 500


@pytest.mark.parametrize("path", ["/events/", "/report/", "//events", "/docs/", "/docs/assets", "/healthz/"])
async def test_no_reply_is_a_redirect(client: Client, path: str) -> None:
    """No redirects, whose address would be the client's own Host."""
    for method in ("GET", "POST"):
        reply = await client.request(method, f"http://localhost{path}")  # or // is a host
        assert reply.status_code in (404, 405), path
        assert "location" not in reply.headers
