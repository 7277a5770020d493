"""The middleware that a request passes on its way to an endpoint, from the outside in."""

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable, Iterable

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adpulse import telemetry
from adpulse.auth import guard
from adpulse.auth.keyring import Keyring
from adpulse.negotiation import quality
from adpulse.problems import problem
from adpulse.web.hosts import Hosts, Pages

Endpoint = Callable[[Request], Awaitable[Response]]
Endpoints = Iterable[tuple[str, str]]  # by method and path

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Observe:
    """Middleware that counts and times every request under its route's template, and adds `guard.HEADERS`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and note the status that goes out."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started = time.perf_counter()
        status = 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *guard.HEADERS]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            # Labels come from our routes and a fixed set of methods: a client cannot invent series.
            route = getattr(scope.get("route"), "path", "other")
            method = scope["method"] if scope["method"] in METHODS else "other"
            count, observe = telemetry.request_meters(method, route, status)
            count()
            observe(time.perf_counter() - started)


class Cors(CORSMiddleware):
    """Starlette's, which refuses a preflight as every other request is refused."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Return the answer to a preflight, or a problem document."""
        reply = super().preflight_response(request_headers)
        if reply.status_code == 200:
            return reply
        kept = {name: value for name, value in reply.headers.items() if not name.startswith("content-")}
        detail = "This page may not send this request: its origin, method or a header is not allowed."
        return problem(reply.status_code, "cors", detail, kept)


class CheckHead:
    """Middleware that refuses a head that can be read in two ways and, without keys, foreign names and pages."""

    # Headers that may come once and are read here. Repeated keys and lengths are refused elsewhere.
    _SINGLE = frozenset({b"host", b"content-type", b"content-encoding", b"idempotency-key"})

    def __init__(self, app: ASGIApp, keyring: Keyring, hosts: Hosts, pages: Pages, writing: Endpoints) -> None:
        self._app = app
        self._keyring = keyring
        self._hosts = hosts
        self._pages = pages
        self._writing = tuple(writing)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or pass on."""
        if scope["type"] == "http" and (refusal := self._refusal(scope)):
            return await refusal(scope, receive, send)
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = scope["headers"]
        values = dict(headers)
        if len(values) != len(headers) and (name := self._contradiction(headers, values)):
            return _malformed("header", f"The request has more than one {name.decode()}.")
        host = values.get(b"host")
        if host is None:
            if scope["http_version"] != "1.0":
                return _malformed("host", "A request of HTTP/1.1 has a Host header.")
        elif self._keyring.open and not self._hosts.allow(host):
            detail = (
                "As long as there are no keys, the service answers to localhost, to addresses, and to the names in "
                "ADPULSE_ALLOWED_HOSTS."
            )
            return problem(421, "host_not_allowed", detail)
        by_page = self._keyring.open and (b"origin" in values or b"sec-fetch-site" in values)
        if by_page and self._writes(scope) and not self._pages.allow(values):
            detail = (
                "As long as there are no keys, only pages of this service and of the origins in ADPULSE_CORS_ORIGINS "
                "may send events."
            )
            return problem(403, "origin_not_allowed", detail)
        return None

    def _writes(self, scope: Scope) -> bool:
        """Return True if the request brings events, also behind a path prefix."""
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        return any(method == known and scope["path"].endswith(path) for known, path in self._writing)

    def _contradiction(self, headers: Iterable[tuple[bytes, bytes]], last: dict[bytes, bytes]) -> bytes | None:
        """Return the name of a header that has two different values, or of a second Host."""
        hosts = 0
        for name, value in headers:
            hosts += name == b"host"
            if hosts > 1 or (name in self._SINGLE and value != last[name]):
                return name
        return None


def _malformed(code: str, detail: str) -> Response:
    # The next bytes may belong to another request.
    return problem(400, code, detail, {"Connection": "close"})


class HeadAsGet:
    """Middleware that answers HEAD as GET, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; the server goes on to see a HEAD."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            return await self._app(scope, receive, send)

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                if message.get("more_body", False):
                    return
                message = {"type": "http.response.body", "body": b""}
            await send(message)

        inner = {**scope, "method": "GET", "head": True}  # "head" tells an endpoint to change nothing
        await self._app(inner, receive, without_body)
        if "route" in inner:
            scope["route"] = inner["route"]


class Compress:
    """Middleware that compresses large answers to GET with gzip, outside the event loop, for clients that accept it."""

    LEAST_BYTES = 16_384
    _LEVEL = 4  # twice as fast as the usual 6, and a twentieth larger

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold the head back until the size of the body is known: of an answer in one piece, with its first one."""
        if scope["type"] != "http" or scope["method"] != "GET":
            return await self._app(scope, receive, send)
        head: Message | None = None

        async def compress(message: Message) -> None:
            nonlocal head
            if message["type"] == "http.response.start":
                head = message
                return
            if head is not None:
                body = message.get("body", b"")
                if len(body) >= self.LEAST_BYTES and not message.get("more_body", False) and head["status"] == 200:
                    message = {**message, "body": await self._encoded(scope, head, body)}
                await send(head)
                head = None
            await send(message)

        await self._app(scope, receive, compress)

    async def _encoded(self, scope: Scope, head: Message, body: bytes) -> bytes:
        """Return the body as it is sent, and set its headers."""
        headers = Headers(raw=head["headers"]).mutablecopy()
        headers.add_vary_header("Accept-Encoding")
        accepted = dict(scope["headers"]).get(b"accept-encoding", b"")
        if quality(accepted, "gzip", "x-gzip", "*") > 0 and "content-encoding" not in headers:
            body = await asyncio.to_thread(gzip.compress, body, self._LEVEL, mtime=0)
            headers["Content-Encoding"] = "gzip"
            headers["Content-Length"] = str(len(body))
        head["headers"] = headers.raw
        return body


class Shortcut:
    """Middleware that answers the given requests, by method and path, and passes all others on.

    FastAPI's own way to an endpoint takes longer than an event or a report of totals (decision 0014).
    """

    def __init__(self, app: ASGIApp, endpoints: dict[tuple[str, str], Endpoint]) -> None:
        self._app = app
        self._routes = {
            (method, path): (endpoint, Route(path, endpoint, methods=[method]))
            for (method, path), endpoint in endpoints.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on. Behind a path prefix FastAPI's own route answers, with the same function."""
        if scope["type"] == "http" and (shortcut := self._routes.get((scope["method"], scope["path"]))):
            endpoint, scope["route"] = shortcut  # the route's path is the metrics' label
            response = await endpoint(Request(scope, receive))
            return await response(scope, receive, send)
        await self._app(scope, receive, send)
