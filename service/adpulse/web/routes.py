"""The routes of the service, with what FastAPI publishes of each."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, Response
from starlette.requests import Request

from adpulse.auth.guard import guarded
from adpulse.ingest import pixel
from adpulse.ingest.endpoint import FIREHOSE_PATH, PATH, post_firehose
from adpulse.ingest.formats import firehose
from adpulse.reports.answer import ReportAnswer
from adpulse.reports.parameters import parameters
from adpulse.web.health import healthz, metrics, readyz
from adpulse.web.openapi import (
    KEY,
    METRICS_OPENAPI,
    READY_OPENAPI,
    SECURITY_SCHEMES,
    report_responses,
)
from adpulse.web.openapi_events import events_openapi, firehose_openapi, pixel_openapi
from adpulse.web.published import PublishedRoute, with_parameters
from adpulse.web.state import State

_Endpoint = Callable[[Request], Awaitable[Response]]


def add_routes(app: FastAPI, state: State, take: _Endpoint, show: _Endpoint, answer: _Endpoint) -> None:
    """Add every route but /docs; `take`, `show` and `answer` are the guarded endpoints of events, pixel and reports."""
    settings = state.settings
    add: Callable[..., None] = app.router.add_api_route
    add(
        PATH,
        take,
        methods=["POST"],
        tags=["events"],
        summary="Take events",
        response_model=None,
        openapi_extra=events_openapi(settings),
    )
    add(
        pixel.PATH,
        show,
        methods=["GET"],
        tags=["events"],
        summary="Take the event in the address",
        response_model=None,
        response_class=Response,
        openapi_extra=pixel_openapi(settings),
    )
    add(
        FIREHOSE_PATH,
        firehose.in_its_form(guarded(state.keyring, "write", post_firehose)),
        methods=["POST"],
        tags=["events"],
        summary="Take a delivery of Amazon Data Firehose",
        response_model=None,
        openapi_extra=firehose_openapi(),
    )
    add(
        "/report",
        with_parameters(answer, parameters(settings)),
        route_class_override=PublishedRoute,
        methods=["GET"],
        tags=["reports"],
        summary="Answer a report",
        description="Totals over a window; with `granularity` or `group_by` also rows, which sum to the totals. "
        "Every event that was acknowledged is in it.",
        response_model=ReportAnswer,
        responses=report_responses(),
        openapi_extra={"security": KEY},
    )
    operations: dict[str, Any] = {"methods": ["GET"], "tags": ["operations"], "response_model": None}
    add("/healthz", healthz, **operations, summary="The process lives")
    add("/readyz", readyz, **operations, summary="Events can be written", openapi_extra=READY_OPENAPI)
    add(
        "/metrics",
        metrics if settings.open_metrics else guarded(state.keyring, "metrics", metrics),
        **operations,
        summary="Prometheus metrics",
        openapi_extra=METRICS_OPENAPI,
        response_class=PlainTextResponse,
    )
    _add_security_schemes(app)


def _add_security_schemes(app: FastAPI) -> None:
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        document.setdefault("components", {})["securitySchemes"] = SECURITY_SCHEMES
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to add to the document
