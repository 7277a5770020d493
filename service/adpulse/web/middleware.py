"""The straight way to an endpoint: FastAPI's own takes longer than an event or a report of totals (decision 0011)."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

Endpoint = Callable[[Request], Awaitable[Response]]


class Shortcut:
    """ASGI middleware, the innermost: answers the given requests, by method and path, and passes all others on."""

    def __init__(self, app: ASGIApp, endpoints: dict[tuple[str, str], Endpoint]) -> None:
        self._app = app
        self._routes = {
            (method, path): (endpoint, Route(path, endpoint, methods=[method]))
            for (method, path), endpoint in endpoints.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on. Behind a path prefix FastAPI's own route answers, with the same function."""
        if scope["type"] == "http" and (found := self._routes.get((scope["method"], scope["path"]))):
            endpoint, scope["route"] = found  # the route's path is the metrics' label
            response = await endpoint(Request(scope, receive))
            return await response(scope, receive, send)
        await self._app(scope, receive, send)
