"""The HTTP service: routes, lifespan, error replies."""

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adpulse import telemetry
from adpulse.auth import guard
from adpulse.auth.guard import guarded
from adpulse.auth.keyring import Keyring
from adpulse.database import migrations
from adpulse.database.errors import UNAVAILABLE
from adpulse.ingest.body import BodyReader
from adpulse.ingest.decoder import Decoder
from adpulse.ingest.endpoint import PATH, post_events
from adpulse.ingest.writer import Writer
from adpulse.maintenance import gauges
from adpulse.maintenance.loop import Maintainer
from adpulse.problems import problem, unavailable
from adpulse.reports.endpoint import get_report
from adpulse.reports.replica import open_reports
from adpulse.settings import Settings
from adpulse.web.docs import add_docs
from adpulse.web.middleware import Shortcut
from adpulse.web.openapi import METRICS_OPENAPI, READY_OPENAPI, SECURITY_SCHEMES, events_openapi, report_openapi

log = logging.getLogger(__name__)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

# A schema on which the login has no rights looks like one that is not there.
_NOT_MIGRATED = "The database schema is older than this service, or closed to its login; run: adpulse migrate."


async def _healthz() -> Response:
    return Response(b'{"status":"ok"}', media_type="application/json")


async def _readyz(request: Request) -> Response:
    state = request.app.state
    try:
        async with state.reporter.pool.acquire(timeout=2) as connection:
            await connection.execute("SELECT 1", timeout=2)
            if not state.schema_checked:
                async with connection.transaction():  # two statements that a pooler must not part
                    version = await migrations.version(connection)
                if version < migrations.latest_version():
                    return unavailable(_NOT_MIGRATED)
                state.schema_checked = True
    except asyncpg.InsufficientPrivilegeError:
        return unavailable(_NOT_MIGRATED)
    except UNAVAILABLE:
        return unavailable("The database cannot be reached.")
    if not state.writer.connected:
        return unavailable("No writer is connected to the database yet.")
    if not state.keyring.known:
        return unavailable("The keys have not been read yet.")
    return Response(b'{"status":"ready"}', media_type="application/json")


async def _metrics(request: Request) -> Response:
    content, media_type = telemetry.page(os.environ.get("PROMETHEUS_MULTIPROC_DIR"))
    return Response(content, media_type=media_type)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers) if error.headers else None
    return problem(error.status_code, "http_error", f"{error.detail}.", headers)


async def _server_error(request: Request, error: Exception) -> Response:
    # It goes out past all middleware, and so brings along what Observe adds to the others.
    headers = {name.decode(): value.decode() for name, value in guard.HEADERS}
    return problem(500, "internal_error", "The server made a mistake; its log says more.", headers)


class Observe:
    """ASGI middleware: counts and times every request under its route's template, and adds `security.HEADERS`."""

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
            method = scope["method"] if scope["method"] in _METHODS else "other"
            count, observe = telemetry.request_meters(method, route, status)
            count()
            observe(time.perf_counter() - started)


def _lifespan(settings: Settings) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        url = settings.database_url
        assert url is not None
        state = app.state
        state.writer = Writer(settings.pooler_url or url, settings)
        state.reporter = await open_reports(url, settings, settings.readers, "adpulse reports")
        # Maintenance holds an advisory lock, which belongs to a session: never through a pooler.
        maintainer = Maintainer(url, settings)
        await state.keyring.start()
        await state.writer.start()
        await maintainer.start()
        watching = asyncio.create_task(gauges.watch_queue(state.writer.waiting), name="gauges")
        yield
        watching.cancel()
        await maintainer.stop()
        await state.writer.stop()
        await state.keyring.stop()
        await state.reporter.close()

    return lifespan


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application. `settings.database_url` must name a database; it may still be starting."""
    settings = settings or Settings()
    if settings.database_url is None:
        raise ValueError("ADPULSE_DATABASE_URL is not set; `adpulse up` starts the embedded database")
    app = FastAPI(
        title="AdPulse++",
        summary="Ad events in, exact campaign reports out.",
        lifespan=_lifespan(settings),
        docs_url=None,  # add_docs below brings the page
        redoc_url=None,
        exception_handlers={HTTPException: _http_error, Exception: _server_error},
        middleware=[],
    )
    app.state.settings = settings
    app.state.bodies = BodyReader(settings)
    app.state.decoder = Decoder(settings)
    app.state.keyring = keyring = Keyring(settings)
    app.state.schema_checked = False
    take, answer = guarded(keyring, "write", post_events), guarded(keyring, "read", get_report)
    app.add_middleware(Shortcut, endpoints={("POST", PATH): take, ("GET", "/report"): answer})
    app.add_middleware(Observe)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "X-API-Key", "Content-Type", "Content-Encoding", "Idempotency-Key"],
            expose_headers=["Retry-After"],
        )
    route: Callable[..., Callable[[Callable[..., Awaitable[Response]]], Any]] = app.api_route
    route(PATH, methods=["POST"], summary="Take events", openapi_extra=events_openapi(settings))(take)
    route("/report", methods=["GET"], summary="Answer a report", openapi_extra=report_openapi(settings))(answer)
    route("/healthz", methods=["GET"], summary="The process lives")(_healthz)
    route("/readyz", methods=["GET"], summary="The database answers", openapi_extra=READY_OPENAPI)(_readyz)
    counts = _metrics if settings.open_metrics else guarded(keyring, "metrics", _metrics)
    route(
        "/metrics",
        methods=["GET"],
        summary="Prometheus metrics",
        openapi_extra=METRICS_OPENAPI,
        response_class=PlainTextResponse,
    )(counts)
    add_docs(app)
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        document.setdefault("components", {})["securitySchemes"] = SECURITY_SCHEMES
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to add to the document
    return app
