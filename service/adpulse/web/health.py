"""The endpoints for orchestrators and Prometheus: /healthz, /readyz, /metrics."""

import os

import orjson
from starlette.requests import Request
from starlette.responses import Response

from adpulse import telemetry
from adpulse.problems import unavailable
from adpulse.web.state import State


async def healthz() -> Response:
    """Return 200: the process lives."""
    return Response(b'{"status":"ok"}', media_type="application/json")


async def readyz(request: Request) -> Response:
    """Return 200 when events can be written (primary, schema, a writer, the keys), or 503 with the missing part.

    Reports have a fault of their own when their replica is away: the reply names where they come from.
    """
    state: State = request.app.state
    look = await state.readiness.look()
    if look.missing:
        return unavailable(look.missing)
    if not state.writer.connected:
        return unavailable("No writer is connected to the database yet.")
    if not state.keyring.known:
        return unavailable("The keys have not been read yet.")
    if state.writer.stalled:
        return unavailable("All writers have waited in a transaction for seconds, as for a lock.")
    said: dict[str, object] = {"status": "ready"}
    if look.risks:
        # Ready all the same: the operator chose the risk, and the reply names it.
        said["warnings"] = look.risks
    if source := state.reporter.source:
        said["reports"] = source
    return Response(orjson.dumps(said), media_type="application/json")


async def metrics(request: Request) -> Response:
    """Return the page that Prometheus scrapes, of all workers."""
    content, media_type = telemetry.page(os.environ.get("PROMETHEUS_MULTIPROC_DIR"))
    return Response(content, media_type=media_type)
