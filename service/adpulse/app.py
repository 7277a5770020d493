"""The HTTP service: routes, lifespan, error replies."""

import hashlib
import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

import asyncpg
import orjson
from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adpulse import database, metrics, reports
from adpulse.bodies import is_ndjson, read_body
from adpulse.database import UNAVAILABLE, SchemaError
from adpulse.events import BodyError, Decoder
from adpulse.ingest import Answer, KeyReused, Overloaded, Unavailable, Writer
from adpulse.maintenance import Maintainer
from adpulse.openapi import events_openapi, report_openapi
from adpulse.reports import QueryError, Reporter
from adpulse.settings import Settings

log = logging.getLogger(__name__)

RETRY_AFTER_S = "1"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> Response:
    """An RFC 9457 problem document. `detail` is ours: a reply never holds what was sent."""
    content = {
        "type": f"urn:adpulse:{code}",
        "title": code.replace("_", " "),
        "status": status,
        "detail": detail,
    }
    return Response(orjson.dumps(content | more), status, headers, media_type="application/problem+json")


def _unavailable(detail: str) -> Response:
    return problem(503, "unavailable", detail, {"Retry-After": RETRY_AFTER_S})


# ── POST /events ─────────────────────────────────────────────────────────────────────────────────────────────


async def _post_events(request: Request) -> Response:
    state = request.app.state
    try:
        ndjson = is_ndjson(request.headers.get("content-type", ""))
        key = _idempotency_key(request)
        body = await read_body(request, state.settings)
        batch = state.decoder.decode(body, ndjson=ndjson)
        body_hash = hashlib.sha256(body).digest() if key is not None else None
        answer = await state.writer.submit(batch, key, body_hash)
    except BodyError as error:
        headers = {"Connection": "close"} if error.status in (408, 413) else None
        return problem(error.status, error.code, error.detail, headers)
    except ClientDisconnect:
        return problem(400, "disconnected", "The body did not arrive whole; nothing was stored.")
    except Overloaded:
        return _unavailable("More events arrive than can be written; nothing of this request was stored.")
    except Unavailable:
        return _unavailable("The database cannot be reached; the events were not acknowledged.")
    except KeyReused:
        return problem(409, "idempotency_key_reused", "This Idempotency-Key was used before, with another body.")
    return _events_reply(answer)


def _events_reply(answer: Answer) -> Response:
    metrics.EVENTS.labels("accepted").inc(answer.accepted)
    metrics.EVENTS.labels("duplicate").inc(answer.duplicates)
    metrics.EVENTS.labels("rejected").inc(answer.rejected_count)
    content: dict[str, Any] = {
        "accepted": answer.accepted,
        "duplicates": answer.duplicates,
        "rejected": answer.rejected,
        "rejected_count": answer.rejected_count,
    }
    if answer.rejected_count and not answer.accepted and not answer.duplicates:
        return problem(422, "all_rejected", "No event of the request was accepted.", **content)
    return Response(orjson.dumps(content), media_type="application/json")


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not (1 <= len(key) <= 128 and key.isascii() and key.isprintable()):
        raise BodyError(400, "idempotency_key", "An Idempotency-Key has 1 to 128 printable ASCII characters.")
    return key


# ── GET /report ──────────────────────────────────────────────────────────────────────────────────────────────


async def _get_report(request: Request) -> Response:
    state = request.app.state
    settings: Settings = state.settings
    try:
        query = reports.parse(_query_items(request), reports.now(), settings)
        report = await state.reporter.report(query)
    except QueryError as error:
        return problem(422, "invalid_parameter", f"{error.field} {error}.", parameter=error.field)
    except asyncpg.QueryCanceledError:
        most = settings.report_timeout_ms
        advice = "take a shorter window, fewer campaigns, or a variant whose roll-ups hold the dimension"
        return problem(504, "report_timeout", f"The report took longer than {most} ms; {advice}.")
    except asyncpg.NumericValueOutOfRangeError:
        return problem(422, "sum_out_of_range", "A sum of the report exceeds 2**63 micros; take a shorter window.")
    except SchemaError:
        return _unavailable("The database is not set up yet.")
    except UNAVAILABLE:
        return _unavailable("The database cannot be reached, or all its readers are busy.")
    if query.format == "csv":
        return Response(reports.to_csv(report), media_type="text/csv; charset=utf-8")
    return Response(reports.to_json(report), media_type="application/json")


def _query_items(request: Request) -> list[tuple[str, str]]:
    try:
        return parse_qsl(request.url.query, keep_blank_values=True, max_num_fields=2_000)
    except ValueError:
        raise QueryError("query", "has more than 2000 parameters") from None


# ── The rest ─────────────────────────────────────────────────────────────────────────────────────────────────


async def _healthz() -> Response:
    return Response(b'{"status":"ok"}', media_type="application/json")


async def _readyz(request: Request) -> Response:
    state = request.app.state
    try:
        async with state.pool.acquire(timeout=2) as connection:
            await connection.fetchval("SELECT 1", timeout=2)
            if not state.schema_checked:
                if await database.version(connection) < database.latest_version():
                    return _unavailable("The database schema is older than this service; run: adpulse migrate.")
                state.schema_checked = True
    except UNAVAILABLE:
        return _unavailable("The database cannot be reached.")
    if not state.writer.connected:
        return _unavailable("No writer is connected to the database yet.")
    return Response(b'{"status":"ready"}', media_type="application/json")


async def _metrics() -> Response:
    content, media_type = metrics.page(os.environ.get("PROMETHEUS_MULTIPROC_DIR"))
    return Response(content, media_type=media_type)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers) if error.headers else None
    return problem(error.status_code, "http_error", f"{error.detail}.", headers)


async def _server_error(request: Request, error: Exception) -> Response:
    return problem(500, "internal_error", "The server made a mistake; its log says more.")


class Observe:
    """ASGI middleware: counts and times every request under its route's template."""

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
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            # Labels come from our routes and a fixed set of methods: a client cannot invent series.
            route = getattr(scope.get("route"), "path", "other")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            metrics.REQUESTS.labels(method, route, str(status)).inc()
            metrics.LATENCY.labels(method, route).observe(time.perf_counter() - started)


def _lifespan(settings: Settings) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        url = settings.database_url
        assert url is not None
        state = app.state
        state.writer = Writer(url, settings)
        state.pool = await database.pool(
            url,
            settings.readers,
            "adpulse reports",
            plan_cache_mode="force_custom_plan",  # parameters that are null fold away; see sql/README.md
            statement_timeout=str(settings.report_timeout_ms),
            default_transaction_read_only="on",
            jit="off",  # compiling costs more than any report that meets its target
        )
        state.reporter = Reporter(state.pool, settings)
        maintainer = Maintainer(url, settings)
        await state.writer.start()
        await maintainer.start()
        yield
        await maintainer.stop()
        await state.writer.stop()
        await state.pool.close()

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
        redoc_url=None,
        exception_handlers={HTTPException: _http_error, Exception: _server_error},
        middleware=[],
    )
    app.state.settings = settings
    app.state.decoder = Decoder(settings)
    app.state.schema_checked = False
    app.add_middleware(Observe)
    route: Callable[..., Callable[[Callable[..., Awaitable[Response]]], Any]] = app.api_route
    route("/events", methods=["POST"], summary="Take events", openapi_extra=events_openapi(settings))(_post_events)
    route("/report", methods=["GET"], summary="Answer a report", openapi_extra=report_openapi())(_get_report)
    route("/healthz", methods=["GET"], summary="The process lives")(_healthz)
    route("/readyz", methods=["GET"], summary="The database answers")(_readyz)
    route("/metrics", methods=["GET"], summary="Prometheus metrics")(_metrics)
    return app
