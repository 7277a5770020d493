"""One request, one response: bytes on a connection, and what they are taken for (RFC 9110, 9112)."""

import asyncio
import json
import logging
import shutil
import subprocess
from collections.abc import AsyncIterator
from http.client import HTTPResponse
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send
from uvicorn import Config, Server

from adpulse.settings import Settings
from adpulse.web.app import create_app
from adpulse.web.protocol import Protocol
from adpulse.web.repeated import Repeated
from tests.adpulse.web.test_server import pieces
from tests.conftest import Client, Serve

PATIENCE_S = 60


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer what the request was taken for."""
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = sorted(name.decode() for name, _ in scope["headers"])
    taken = {"method": scope["method"], "path": scope["path"], "body": body.decode(), "headers": headers}
    content = json.dumps(taken).encode()
    head = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": content})


class Source:
    """Bytes as http.client reads them."""

    def __init__(self, data: bytes) -> None:
        self.file = BytesIO(data)
        self.file.close = lambda: None

    def makefile(self, *_: object) -> BytesIO:
        return self.file


def replies(said: bytes, methods: list[str] | None = None) -> list[tuple[int, dict[str, Any]]]:
    """Status and document of each response in what a server said, in order, until nothing is left."""
    source = Source(said)
    found = []
    while source.file.tell() < len(said):
        method = methods[len(found)] if methods else "GET"
        response = HTTPResponse(source, method=method)
        response.begin()
        body = response.read()
        found.append((response.status, json.loads(body) if body else {}))
    return found


async def taken(*received: bytes) -> list[tuple[int, dict[str, Any]]]:
    """Return the replies of the protocol to what arrives, packet by packet."""
    transport = await pieces(echo, *received)
    return replies(b"".join(transport.pieces))


HOST = b"Host: x\r\n"
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
async def test_a_body_is_a_body_whatever_is_offered(offer: bytes, later: bool, chunked: bool) -> None:
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
async def test_what_can_be_read_in_two_ways_is_refused(request_: bytes, width: int) -> None:
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
async def test_requests_are_the_same_however_they_are_divided(
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


# ── On a real connection ─────────────────────────────────────────────────────────────────────────────────────


async def listening(app: Any) -> AsyncIterator[int]:
    server = Server(Config(app, port=0, http=Protocol, ws="none", lifespan="off", log_level="critical"))
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(PATIENCE_S):
        while not server.started:
            await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await task


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Yield the port of a server that echoes."""
    async for each in listening(echo):
        yield each


async def converse(port: int, data: bytes, *, half_close: bool = False) -> bytes:
    """All that the server says until it ends the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    if half_close:
        writer.write_eof()
    async with asyncio.timeout(PATIENCE_S):
        said = await reader.read()
    writer.close()
    return said


@pytest.mark.parametrize("count", [1, 3])
async def test_who_half_closes_gets_its_answers(port: int, count: int) -> None:
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


# ── The service ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def service() -> AsyncIterator[int]:
    """Yield the port of the whole service, open to this machine, without a database."""
    app = create_app(Settings(database_url="postgresql://nowhere.invalid/none"))
    app.state.keyring.learn({}, ever=False)
    async for each in listening(app):
        yield each


async def test_after_a_mistake_of_ours_the_connection_is_said_to_end() -> None:
    """And so no client sends its next request into a connection that is about to be reset."""
    app = create_app(Settings(database_url="postgresql://nowhere.invalid/none"))

    @app.get("/mistake")
    async def mistake() -> None:
        raise LookupError

    app.state.keyring.learn({}, ever=False)
    async for port in listening(app):
        said = await converse(port, b"GET /mistake HTTP/1.1\r\nHost: localhost\r\n\r\n")
        head, _, body = said.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 500 ")
        assert b"connection: close" in head.lower().split(b"\r\n")
        assert json.loads(body)["status"] == 500


@pytest.mark.parametrize(
    ("version", "headers", "status"),
    [
        ("1.1", "Host: localhost\r\n", 200),
        ("1.1", "", 400),
        ("1.0", "", 200),
        ("1.1", "Host: localhost\r\nHost: localhost\r\n", 400),
        ("1.0", "Host: localhost\r\nHost: 127.0.0.1\r\n", 400),
        ("1.1", "Host: localhost\r\nContent-Type: a/b\r\nContent-Type: a/b\r\n", 200),
        ("1.1", "Host: localhost\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n", 400),
        ("1.1", "Host: localhost\r\nIdempotency-Key: a\r\nidempotency-key: b\r\n", 400),
        ("1.1", "Host: localhost\r\nContent-Encoding: gzip\r\nContent-Encoding: identity\r\n", 400),
        ("1.1", "Host: localhost\r\nAccept: a/b\r\nAccept: c/d\r\n", 200),
    ],
)
async def test_a_header_has_one_meaning(service: int, version: str, headers: str, status: int) -> None:
    """No Host, two, or two different values where one counts: refused, and not the last one taken."""
    request = f"GET /healthz HTTP/{version}\r\n{headers}Connection: close\r\n\r\n".encode()
    [(found, document)] = replies(await converse(service, request))
    assert found == status
    assert status == 200 or document["status"] == status


@pytest.mark.parametrize(
    ("target", "host", "status"),
    [
        ("/healthz", "localhost", 200),
        ("/healthz?http://evil.example/", "localhost", 200),
        ("http://localhost/healthz", "evil.example", 200),
        ("http://[::1]:8080/healthz", "localhost", 200),
        ("http://evil.example/healthz", "localhost", 421),
        ("http://evil.example:80/healthz", "127.0.0.1", 421),
        ("http://localhost@evil.example/healthz", "localhost", 421),
        ("http://evil.example/healthz", "localhost\r\nHost: localhost", 400),
    ],
)
async def test_the_name_in_the_target_counts(service: int, target: str, host: str, status: int) -> None:
    """An absolute target says where the request goes, and not Host (RFC 9112, 3.2.2)."""
    request = f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    [(found, _)] = replies(await converse(service, request))
    assert found == status


LOOPBACK = ("localhost", "LOCALHOST:80", "a.localhost", "127.0.0.1:8080", "[::1]:8080", "10.1.2.3", "localhost.")


@pytest.mark.parametrize("host", [*LOOPBACK, "api:8080"])
async def test_a_service_without_keys_knows_its_names(serve: Serve, url: str, host: str) -> None:
    client = await serve(url, allowed_hosts="api, balancer")
    assert (await client.get("/report?start=-1h", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.nip.io"])
async def test_a_page_reaches_no_open_service_by_its_own_name(client: Client, host: str) -> None:
    """DNS rebinding: the name is a stranger's, the address ours."""
    for method, path in (("GET", "/report?start=-1h"), ("POST", "/events"), ("GET", "/metrics"), ("HEAD", "/docs")):
        reply = await client.request(method, path, headers={"Host": host})
        assert reply.status_code == 421
        if method != "HEAD":
            assert "ADPULSE_ALLOWED_HOSTS" in reply.json()["detail"]


async def test_a_service_for_the_network_answers_to_every_name(serve: Serve, url: str) -> None:
    """Unless the operator names hosts."""
    open_one = await serve(url, host="0.0.0.0", insecure=True)
    assert (await open_one.get("/report?start=-1h", headers={"Host": "ads.example"})).status_code == 200
    named = await serve(url, host="0.0.0.0", insecure=True, allowed_hosts="ads.example")
    for host, status in (("ads.example", 200), ("other.example", 421)):
        assert (await named.get("/report?start=-1h", headers={"Host": host})).status_code == status


async def test_with_keys_names_do_not_matter() -> None:
    """A page that leads its name here has no key."""
    app = create_app(Settings(database_url="postgresql://nowhere.invalid/none"))
    app.state.keyring.learn({}, ever=True)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://ads.example") as client:
        assert (await client.get("/healthz")).status_code == 200


async def test_every_get_answers_head(client: Client) -> None:
    """Every GET answers HEAD with the same head, and no body."""
    for path in ("/healthz", "/readyz", "/report?start=-1h", "/metrics", "/docs", "/openapi.json", "/docs/start.js"):
        got, head = await client.get(path), await client.head(path)
        assert head.status_code == got.status_code == 200, path
        assert head.content == b""
        assert head.headers["content-type"] == got.headers["content-type"]
        assert "content-length" in head.headers
    assert (await client.head("/events")).status_code == 405
    refused = await client.delete("/report")
    assert refused.headers["allow"] == "GET, HEAD"
    page = (await client.get("/metrics")).text
    assert 'adpulse_http_requests_total{method="HEAD",route="/report",status="200"}' in page


@pytest.mark.parametrize("path", ["/events/", "/report/", "//events", "/docs/", "/docs/assets", "/healthz/"])
async def test_nobody_is_sent_elsewhere(client: Client, path: str) -> None:
    """No redirects, whose address would be the client's own Host."""
    for method in ("GET", "POST"):
        reply = await client.request(method, f"http://localhost{path}")  # or // is a host
        assert reply.status_code in (404, 405), path
        assert "location" not in reply.headers


async def test_large_answers_are_compressed_for_who_wants_it(client: Client) -> None:
    """Large answers are compressed only for clients that want it; caches are told."""
    for accepted, encoded in (
        ("gzip", True),
        ("br, *", True),
        ("gzip;q=0, *", False),
        ("identity", False),
        ("", False),
    ):
        reply = await client.get("/openapi.json", headers={"Accept-Encoding": accepted})
        assert reply.headers.get("content-encoding") == ("gzip" if encoded else None), accepted
        assert reply.headers["vary"] == "Accept-Encoding"
        assert reply.json()["info"]["title"] == "AdPulse++"
        assert reply.headers["content-length"] == str(reply.num_bytes_downloaded)
    assert "content-encoding" not in (await client.get("/healthz", headers={"Accept-Encoding": "gzip"})).headers


async def test_a_refused_preflight_is_refused_as_all_else(serve: Serve, url: str) -> None:
    """A problem document, not to be guessed at, and counted."""
    client = await serve(url, cors_origins=("https://app.example.com",))
    for asks in (
        {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
        {"Origin": "https://app.example.com", "Access-Control-Request-Method": "DELETE"},
    ):
        reply = await client.options("/events", headers=asks)
        assert reply.status_code == 400
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.json()["type"] == "urn:adpulse:cors"
        assert "evil" not in reply.text
    page = (await client.get("/metrics")).text
    assert 'adpulse_http_requests_total{method="OPTIONS",route="other",status="400"}' in page


async def test_what_goes_on_is_logged_twice(caplog: pytest.LogCaptureFixture) -> None:
    """Once when it begins, once when it is over, however often it happens in between; and again the next time."""
    caplog.set_level(logging.INFO)
    repeated = Repeated(logging.getLogger("test"), "trouble", quiet_s=0.05)
    for turn in (1, 2):
        for _ in range(100):
            repeated.note("a detail")
        async with asyncio.timeout(PATIENCE_S):
            while len(caplog.messages) < 2 * turn:
                await asyncio.sleep(0.01)
    assert ["there were 100" in message for message in caplog.messages] == [False, True] * 2


# ── Clients that people have ─────────────────────────────────────────────────────────────────────────────────

JAVA = """
import java.net.URI;
import java.net.http.*;
public class Ask {
  public static void main(String[] arguments) throws Exception {
    var client = HttpClient.newHttpClient();
    for (int turn = 0; turn < 2; turn++) {
      var request = HttpRequest.newBuilder(URI.create(arguments[0] + "/events"))
        .POST(HttpRequest.BodyPublishers.ofString("{}")).build();
      System.out.println(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
  }
}
"""
NODE = """
(async () => { for (let turn = 0; turn < 2; turn++) {
  const reply = await fetch(process.argv[1] + "/events", {method: "POST", body: "{}"});
  console.log(await reply.text());
}})();
"""


@pytest.fixture
def java(tmp_path: Path) -> list[str]:
    path = tmp_path / "Ask.java"
    path.write_text(JAVA)
    return ["java", str(path)]


@pytest.mark.parametrize("name", ["java", "curl", "node"])
async def test_stock_clients_are_understood(port: int, name: str, java: list[str]) -> None:
    """Java's HttpClient and `curl --http2` offer to upgrade with every request; bodies arrive all the same."""
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not here")
    url = f"http://127.0.0.1:{port}"
    if name == "java" and (await run("java", "-version"))[0]:
        pytest.skip("no working Java is here")
    ask = ["-sS", "--http2", "-d", "{}", f"{url}/events"]
    command = {"java": [*java, url], "curl": ["curl", *ask, "--next", *ask], "node": ["node", "-e", NODE, url]}[name]
    status, output = await run(*command)
    assert status == 0, output
    decoder = json.JSONDecoder()
    documents, rest = [], output.strip()
    while rest:
        document, stop = decoder.raw_decode(rest)
        documents.append(document)
        rest = rest[stop:].strip()
    assert [(each["method"], each["body"]) for each in documents] == [("POST", "{}")] * 2


async def run(*command: str) -> tuple[int, str]:
    """Exit status and output, while the server in this process goes on."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    async with asyncio.timeout(PATIENCE_S):
        output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


async def test_httpx_is_understood(port: int) -> None:
    """Requests of httpx are understood, with HTTP/2 offered where its part of httpx is installed."""
    pytest.importorskip("h2", reason="httpx has no HTTP/2 here")
    async with httpx.AsyncClient(http2=True, base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(2):
            assert (await client.post("/events", content=b"{}")).json()["body"] == "{}"
