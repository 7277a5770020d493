"""The HTTP service: its lifespan, its middleware in order, and the replies to errors."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from adpulse.auth import guard
from adpulse.auth.guard import guarded
from adpulse.ingest import pixel
from adpulse.ingest.endpoint import FIREHOSE_PATH, PATH, post_events
from adpulse.ingest.writer import Writer
from adpulse.maintenance.gauges import QueueGauges
from adpulse.maintenance.loop import Maintainer
from adpulse.problems import problem
from adpulse.reports.endpoint import get_report
from adpulse.reports.replica import open_reports
from adpulse.settings import Settings
from adpulse.web.docs import add_docs
from adpulse.web.heap import HeapWatch
from adpulse.web.hosts import Hosts, Pages
from adpulse.web.middleware import CheckHead, Compress, Cors, Endpoint, HeadAsGet, Observe, Shortcut
from adpulse.web.page import add_page
from adpulse.web.routes import add_routes
from adpulse.web.state import State


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers) if error.headers else {}
    if "GET" in (allowed := headers.get("Allow", "").split(", ")) and "HEAD" not in allowed:
        headers["Allow"] += ", HEAD"  # HeadAsGet answers it
    return problem(error.status_code, "http_error", f"{error.detail}.", headers)


async def _server_error(request: Request, error: Exception) -> Response:
    # This reply bypasses all middleware, so it adds the headers that Observe adds to others.
    headers = {name.decode(): value.decode() for name, value in guard.HEADERS}
    headers["Connection"] = "close"  # the server closes it after an exception, so no client may use it again
    return problem(500, "internal_error", "The server made a mistake; its log says more.", headers)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Start what works beside the requests, and stop it the other way round, also after a start that fails half-way."""
    state: State = app.state  # type: ignore[assignment]  # create_app has put it there
    settings = state.settings
    url = settings.database_url
    assert url is not None
    async with AsyncExitStack() as stack:
        state.reporter = await open_reports(state.primary, settings, settings.readers, "adpulse reports")
        stack.push_async_callback(state.reporter.close)
        state.writer = Writer(settings.pooler_url or url, settings)
        # Maintenance holds an advisory lock, which belongs to a session: never through a pooler.
        maintainer, gauges = Maintainer(url, settings), QueueGauges(state.writer.waiting)
        for part in (state.keyring, state.writer, maintainer, gauges, HeapWatch()):
            stack.push_async_callback(part.stop)  # also when its start fails half-way
            await part.start()
        yield


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the application. `settings.database_url` must name a database; it may still be starting."""
    settings = settings or Settings()
    if settings.database_url is None:
        raise ValueError("ADPULSE_DATABASE_URL is not set; `adpulse up` starts the embedded database")
    app = FastAPI(
        title="AdPulse++",
        summary="Ad events in, exact campaign reports out.",
        lifespan=_lifespan,
        docs_url=None,  # add_docs below brings the page
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # we have our own, and these cost every request
        redirect_slashes=False,  # the address of a redirect would be the Host that the client sent
        exception_handlers={HTTPException: _http_error, Exception: _server_error},
    )
    state = State.of(settings)
    app.state = state  # type: ignore[assignment]  # our state has types
    take, answer = guarded(state.keyring, "write", post_events), guarded(state.keyring, "read", get_report)
    show = guarded(state.keyring, "write", pixel.get_pixel)
    _add_middleware(app, state, take, show, answer)
    add_routes(app, state, take, show, answer)
    add_docs(app)
    add_page(app, state.keyring)
    return app


def _add_middleware(app: FastAPI, state: State, take: Endpoint, show: Endpoint, answer: Endpoint) -> None:
    """Add the middleware, from the inside out."""
    settings = state.settings
    app.add_middleware(Shortcut, endpoints={("GET", "/report"): answer})
    app.add_middleware(Compress)
    app.add_middleware(HeadAsGet)
    app.add_middleware(Shortcut, endpoints={("POST", PATH): take, ("GET", pixel.PATH): show})
    app.add_middleware(
        CheckHead,
        keyring=state.keyring,
        hosts=Hosts(settings),
        pages=Pages(settings),
        writing=(("POST", PATH), ("POST", FIREHOSE_PATH), ("GET", pixel.PATH)),
    )
    if settings.cors_origins:
        app.add_middleware(
            Cors,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "X-API-Key", "Content-Type", "Content-Encoding", "Idempotency-Key"],
            expose_headers=["Retry-After", "RateLimit", "RateLimit-Policy"],
        )
    app.add_middleware(Observe)
