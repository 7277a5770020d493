"""The middleware: one meaning for each header, names and pages, HEAD, compression, preflights."""

from collections.abc import AsyncIterator

import httpx
import pytest

from adpulse.settings import Settings
from adpulse.web.app import create_app
from tests.adpulse.web.connection import converse, replies
from tests.services import Client, Serve, listening


@pytest.fixture
async def service() -> AsyncIterator[int]:
    """Yield the port of the whole service, open to this machine, without a database."""
    app = create_app(Settings(database_url="postgresql://nowhere.invalid/none"))
    app.state.keyring.learn({}, ever=False)
    async with listening(app, ws="none", lifespan="off") as each:
        yield each


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


async def test_large_answers_are_compressed_for_clients_that_accept_it(client: Client) -> None:
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
