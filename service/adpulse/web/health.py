"""The endpoints for orchestrators and Prometheus: /healthz, /readyz, /metrics."""

import asyncio
import os

import asyncpg
import orjson
from starlette.requests import Request
from starlette.responses import Response

from adpulse import telemetry
from adpulse.database import durability, migrations
from adpulse.database.errors import UNAVAILABLE
from adpulse.problems import unavailable
from adpulse.web.state import State

# A schema on which the login has no rights looks like one that is not there.
_NOT_MIGRATED = "The database schema is older than this service, or closed to its login; run: adpulse migrate."


async def healthz() -> Response:
    """Return 200: the process lives."""
    return Response(b'{"status":"ok"}', media_type="application/json")


async def readyz(request: Request) -> Response:
    """Return 200 when the service can do its work: database, schema, a writer, the keys. 503 says what is missing."""
    state: State = request.app.state
    try:
        async with state.reporter.pool.acquire(timeout=2) as connection:
            async with asyncio.timeout(2):
                risks = await durability.risks(connection)
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
    if state.writer.stalled:
        return unavailable("All writers have waited in a transaction for seconds, as for a lock.")
    # Ready all the same: what is at risk in a crash is the operator's choice, and is said.
    said = {"status": "ready", "warnings": risks} if risks else {"status": "ready"}
    return Response(orjson.dumps(said), media_type="application/json")


async def metrics(request: Request) -> Response:
    """Return the page that Prometheus scrapes, of all workers."""
    content, media_type = telemetry.page(os.environ.get("PROMETHEUS_MULTIPROC_DIR"))
    return Response(content, media_type=media_type)
