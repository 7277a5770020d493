"""A service without keys answers to its own names only, and takes events from no page that is not named."""

import pytest

from adpulse.settings import Settings
from adpulse.web.hosts import Hosts, Pages
from tests.services import Client, Serve

LOCAL = [b"", b"localhost", b"LocalHost:8080", b"a.localhost", b"127.0.0.1:80", b"[::1]:8080", b"[::1]", b"10.0.0.7"]
FOREIGN = [b"evil.example", b"evil.example:8080", b"localhost.evil.example", b"127.0.0.1.evil.example", b"x" * 300]


@pytest.mark.parametrize("host", LOCAL)
def test_addresses_and_localhost_are_let_in(host: bytes) -> None:
    """Addresses and localhost are let in, in any spelling; an empty Host comes from no browser."""
    assert Hosts(Settings(host="127.0.0.1")).allow(host)


@pytest.mark.parametrize("host", FOREIGN)
def test_names_of_others_are_kept_out(host: bytes) -> None:
    """Names of others are kept out, also those that look like a local one, at the first and the second question."""
    hosts = Hosts(Settings(host="127.0.0.1"))
    assert not hosts.allow(host)
    assert not hosts.allow(host)


def test_a_name_that_the_operator_gives_is_let_in() -> None:
    """A name that the operator gives is let in with any port; then a public server checks, too."""
    hosts = Hosts(Settings(host="0.0.0.0", allowed_hosts=("Ads.Example",)))
    assert hosts.allow(b"ads.example:443")
    assert hosts.allow(b"ads.example.")
    assert not hosts.allow(b"evil.example")


def test_a_public_server_without_names_has_no_check() -> None:
    """A public server without names has no check, because its names are not known."""
    assert Hosts(Settings(host="0.0.0.0")).allow(b"anything.example")


PAGES = Pages(Settings(cors_origins=("https://shop.example",)))
HOST = {b"host": b"ads.example:8080"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {b"origin": b"https://shop.example"},
        {b"origin": b"http://ads.example:8080"},
        {b"sec-fetch-site": b"same-origin"},
        {b"sec-fetch-site": b"none"},
        {b"sec-fetch-site": b"cross-site", b"referer": b"https://shop.example/cart?x=https://evil.example"},
        {b"sec-fetch-site": b"same-site", b"referer": b"http://ads.example:8080/docs"},
    ],
)
def test_its_own_pages_and_named_ones_may_write(headers: dict[bytes, bytes]) -> None:
    """A client that is no browser, and an address that somebody has typed, may write too."""
    assert PAGES.allow(HOST | headers)


@pytest.mark.parametrize(
    "headers",
    [
        {b"origin": b"https://evil.example"},
        {b"origin": b"null"},
        {b"origin": b""},
        {b"origin": b"https://shop.example.evil.example"},
        {b"origin": b"http://shop.example"},
        {b"origin": b"https://evil.example", b"referer": b"https://shop.example/", b"sec-fetch-site": b"same-origin"},
        {b"sec-fetch-site": b"cross-site"},
        {b"sec-fetch-site": b"same-site", b"referer": b"https://evil.example/?https://shop.example"},
        {b"sec-fetch-site": b"cross-site", b"referer": b"https://shop.example@evil.example/"},
    ],
)
def test_pages_of_others_may_not(headers: dict[bytes, bytes]) -> None:
    """A page that hides its address is one of them."""
    assert not PAGES.allow(HOST | headers)


async def test_a_page_of_others_writes_nothing_without_asking(client: Client, serve: Serve, url: str) -> None:
    """A text or picture request, which a browser sends without a preflight, is refused without keys."""
    event = {"ts": "2025-09-24T06:59:31Z", "campaign_id": "C", "user_id": "U", "event_type": "click"}
    text = {"Content-Type": "text/plain;charset=UTF-8", "Origin": "https://evil.example"}
    picture = {"Sec-Fetch-Site": "cross-site", "Referer": "https://evil.example/"}
    query = "/pixel.gif?campaign_id=C&user_id=U&event_type=click"
    for reply in (
        await client.post("/events", json=[event], headers=text),
        await client.post("/events/firehose", json={"records": []}, headers=text),
        await client.get(query, headers=picture),
        await client.head(query, headers=picture),
    ):
        assert reply.status_code == 403
    assert (await client.get("/docs", headers=picture)).status_code == 200, "a link leads there"
    assert (await client.options("/events", headers=text)).status_code == 405, "it writes nothing"
    named = await serve(url, cors_origins=("https://evil.example",))
    assert (await named.post("/events", json=[event], headers=text)).status_code == 200
    assert (await named.get(query, headers=picture)).status_code == 200
    day = (await client.get("/report?start=2025-09-24&end=2025-09-25")).json()
    assert day["totals"]["clicks"] == 1
