"""The endpoints for orchestrators and Prometheus."""

from httpx import AsyncClient

from adpulse.settings import Settings
from adpulse.web.app import create_app
from tests.adpulse.web.conftest import JSON, SMOKE, client_of
from tests.patience import until
from tests.servers import NewDatabase
from tests.services import Serve
from tests.wire import Wire


async def test_readiness_follows_the_database(serve: Serve, wire: Wire) -> None:
    """While the database is away: alive, not ready, 503 and Retry-After for all work. Back: as before, by itself."""
    client = await serve(wire.url)
    assert (await client.post("/events", content=SMOKE, headers=JSON)).status_code == 200
    await wire.cut()
    refused = await until(lambda: client.get("/readyz"), lambda reply: reply.status_code == 503)
    assert refused.headers["retry-after"]
    assert (await client.get("/healthz")).status_code == 200
    for reply in (
        await client.get("/report?start=2025-09-24&end=2025-09-25"),
        await client.post("/events", content=SMOKE, headers=JSON),
    ):
        assert reply.status_code == 503
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.headers["retry-after"]
    await wire.mend()
    await until(lambda: client.get("/readyz"), lambda reply: reply.status_code == 200)
    assert (await client.post("/events", content=SMOKE, headers=JSON)).status_code == 200
    day = await client.get("/report?start=2025-09-24&end=2025-09-25")
    assert day.json()["totals"]["impressions"] == 2


async def test_an_empty_database_is_not_ready(new_database: NewDatabase) -> None:
    """Without a schema the service starts, says what to run, and answers no report with a zero."""
    app = create_app(Settings(database_url=await new_database(None)))
    async with app.router.lifespan_context(app), client_of(app) as client:
        reply = await client.get("/readyz")
        assert reply.status_code == 503
        assert "adpulse migrate" in reply.json()["detail"]
        assert (await client.get("/report?start=-1h")).status_code == 503


async def test_metrics_tell_the_share_within_the_target(smoke: AsyncClient) -> None:
    """The latency histogram has an edge at 0.2 s exactly; series are named by route, never by what a client sends."""
    await smoke.get("/report?start=2025-09-24&end=2025-09-25")
    await smoke.get("/no/such/page")
    await smoke.request("INVENTED", "/report")
    page = (await smoke.get("/metrics")).text
    name = "adpulse_http_request_duration_seconds"
    assert f'{name}_bucket{{le="0.2",method="GET",route="/report"}}' in page
    assert f'{name}_bucket{{le="0.2",method="POST",route="/events"}}' in page
    assert "/no/such/page" not in page
    assert "INVENTED" not in page
    assert "adpulse_events_total" in page
