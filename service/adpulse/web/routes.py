"""The routes of the service, with what FastAPI publishes of each."""

from collections.abc import Awaitable, Callable
from functools import partial
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
    _add_events(app, state, take, show)
    _add_report(app, state, answer)
    _add_operations(app, state)
    _add_security_schemes(app)


def _add_events(app: FastAPI, state: State, take: _Endpoint, show: _Endpoint) -> None:
    add: Callable[..., None] = partial(app.router.add_api_route, tags=["events"], response_model=None)
    add(
        PATH,
        take,
        methods=["POST"],
        summary="Take events",
        openapi_extra=events_openapi(state.settings),
    )
    add(
        pixel.PATH,
        show,
        methods=["GET"],
        summary="Take the event in the address",
        response_class=Response,
        openapi_extra=pixel_openapi(state.settings),
    )
    add(
        FIREHOSE_PATH,
        firehose.in_its_form(guarded(state.keyring, "write", post_firehose)),
        methods=["POST"],
        summary="Take a delivery of Amazon Data Firehose",
        openapi_extra=firehose_openapi(),
    )


def _add_report(app: FastAPI, state: State, answer: _Endpoint) -> None:
    add: Callable[..., None] = app.router.add_api_route
    add(
        "/report",
        with_parameters(answer, parameters(state.settings)),
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


def _add_operations(app: FastAPI, state: State) -> None:
    add: Callable[..., None] = partial(
        app.router.add_api_route, methods=["GET"], tags=["operations"], response_model=None
    )
    add("/healthz", healthz, summary="The process lives")
    add("/readyz", readyz, summary="Events can be written", openapi_extra=READY_OPENAPI)
    add(
        "/metrics",
        metrics if state.settings.open_metrics else guarded(state.keyring, "metrics", metrics),
        summary="Prometheus metrics",
        openapi_extra=METRICS_OPENAPI,
        response_class=PlainTextResponse,
    )


def _add_security_schemes(app: FastAPI) -> None:
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        document.setdefault("components", {})["securitySchemes"] = SECURITY_SCHEMES
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to add to the document
