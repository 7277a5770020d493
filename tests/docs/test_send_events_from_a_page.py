"""The snippets for pages of docs/how-to/send-events.md in Chromium, on a page of another origin than the service."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adbench.harness.browser import BrowserError, Tab, chromium, program
from adpulse.database.connections import Connection
from adpulse.settings import Settings
from adpulse.web.app import create_app
from tests.adpulse.auth.conftest import NewKey, new_key
from tests.docs.test_send_events import PAGE, SNIPPETS
from tests.patience import until
from tests.services import listening

__all__ = ["new_key"]  # a fixture

pytestmark = pytest.mark.skipif(program() is None, reason="there is no Chromium here")

OTHER = "http://localhost"  # where the page is; the service is at 127.0.0.1
EVENT = {"ts": "2025-09-24T06:59:31Z", "campaign_id": "CAMP-123", "user_id": "U1", "event_type": "click"}
SHOWN = "document.querySelector('img').complete && document.querySelector('img').naturalWidth"


def page(service: str, key: str, kinds: Sequence[str]) -> bytes:
    """Return a page that holds the page's snippets with these words, sending to this service with this key."""
    html = "".join(text for kind, text in SNIPPETS if kind == "html" and any(each in text for each in kinds))
    assert html
    return (
        f"<!doctype html><title>a shop</title>{html}".replace("https://ads.example.com", service)
        .replace("adp_p_…", key)
        .encode()
    )


class Watched:
    """The service, with what it has answered: method, path and status."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.answered: list[tuple[str, str, int]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.answered.append((scope["method"], scope["path"], message["status"]))
            await send(message)

        await self._app(scope, receive, note)

    async def until(self, *expected: tuple[str, str, int]) -> None:
        """Wait for these answers: nobody tells a page what has become of its beacon."""
        await until(lambda: len(self.answered) >= len(expected))
        assert sorted(self.answered) == sorted(expected)


@asynccontextmanager
async def visited(url: str, key: str, kinds: Sequence[str], *, named: bool) -> AsyncIterator[tuple[Tab, Watched]]:
    """Yield a tab that shows the page, of an origin that the service's settings name or not, and the service."""
    html = b""

    async def shop(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"%d" % len(html))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": html})

    async with listening(shop, lifespan="off") as port:
        origin = f"{OTHER}:{port}"
        app = create_app(Settings(database_url=url, cors_origins=(origin,) if named else None))
        watched = Watched(app)
        async with listening(watched, timeout_graceful_shutdown=10) as service, chromium() as browser:
            await until(lambda: app.state.writer.connected and app.state.keyring.known)
            html = page(f"http://127.0.0.1:{service}", key, kinds)
            yield await browser.open(origin), watched


async def stored(connection: Connection) -> int:
    return await connection.fetchval("SELECT count(*) FROM events")


@pytest.mark.parametrize("named", [True, False])
async def test_a_beacon_and_a_picture_come_from_any_page(
    url: str, connection: Connection, new_key: NewKey, named: bool
) -> None:
    """Both arrive with a public key and without a preflight, from a named origin and from another."""
    key = await new_key("write", public=True, campaigns=["CAMP-123"])
    async with visited(url, key, ["sendBeacon", "<img"], named=named) as (tab, service):
        await service.until(("POST", "/events", 200), ("GET", "/pixel.gif", 200))
        assert await tab.until(SHOWN) == 1
        assert tab.complaints == []
        found = await connection.fetch("SELECT event_type, metadata FROM events ORDER BY event_id NULLS FIRST")
        assert [record["event_type"] for record in found] == ["impression"] * 2
        assert {"page": "/"} in [json.loads(record["metadata"]) for record in found]
        # As the page says: what needs a preflight needs leave to send cookies, too.
        service.answered.clear()
        blob = f"new Blob([{json.dumps(json.dumps([EVENT]))}], {{type: 'application/json'}})"
        await tab.evaluate(f"navigator.sendBeacon(beacon, {blob})")
        await service.until(("OPTIONS", "/events", 200 if named else 405))
    assert await stored(connection) == 2


async def test_fetch_with_keepalive_needs_the_origin(url: str, connection: Connection, new_key: NewKey) -> None:
    """A page that the settings name reads the reply and its headers; for another one the browser sends nothing."""
    key = await new_key("write", public=True, campaigns=["CAMP-123"])
    call = f"report([{json.dumps(EVENT)}])"
    async with visited(url, key, ["keepalive"], named=True) as (tab, service):
        assert (await tab.evaluate(call))["accepted"] == 1
        await service.until(("OPTIONS", "/events", 200), ("POST", "/events", 200))
        address = next(url for url in tab.requests if url.endswith("/events"))
        again = f"fetch('{address}?key={key}', {{method: 'POST', body: '[{{}}]'}})"
        assert await tab.evaluate(f"{again}.then((reply) => reply.headers.get('RateLimit'))") is not None
    async with visited(url, key, ["keepalive"], named=False) as (tab, service):
        with pytest.raises(BrowserError, match="Failed to fetch"):
            await tab.evaluate(call)
        await service.until(("OPTIONS", "/events", 405))
    assert await stored(connection) == 1


async def test_an_open_service_takes_nothing_from_a_page_that_is_not_named(url: str, connection: Connection) -> None:
    """The page of a stranger cannot write to a service on the reader's own machine; one that is named can."""
    async with visited(url, "x", ["sendBeacon", "<img"], named=False) as (_, service):
        await service.until(("POST", "/events", 403), ("GET", "/pixel.gif", 403))
    assert await stored(connection) == 0
    async with visited(url, "x", ["sendBeacon", "<img"], named=True) as (_, service):
        await service.until(("POST", "/events", 200), ("GET", "/pixel.gif", 200))
    assert await stored(connection) == 2


def test_the_page_says_what_is_tested_here() -> None:
    """It has a beacon, a fetch and a picture, and says where they were run."""
    assert len([kind for kind, _ in SNIPPETS if kind == "html"]) == 3
    assert "run in Chromium" in PAGE.read_text()
