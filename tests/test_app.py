"""The HTTP service as a client sees it."""

import pytest
from httpx import AsyncClient

SMOKE = """{"events":[
 {"ts":"2025-09-24T06:59:31.849095Z","campaign_id":"CAMP-123","user_id":"U1","event_type":"impression","cost":0.0005,"revenue":0,"metadata":{"geo":"IN"}},
 {"ts":"2025-09-24T06:59:31.849106Z","campaign_id":"CAMP-123","user_id":"U1","event_type":"click","cost":0.01,"revenue":0,"metadata":{"geo":"IN"}}]}"""


@pytest.fixture
async def smoke(client: AsyncClient) -> AsyncClient:
    reply = await client.post("/events", content=SMOKE, headers={"Content-Type": "application/json"})
    assert reply.status_code == 200
    assert reply.json() == {"accepted": 2, "duplicates": 0, "rejected": [], "rejected_count": 0}
    return client


async def test_the_smoke_test_holds(smoke: AsyncClient) -> None:
    """The project's original example: old events are accepted, the last hour is empty, their day is exact."""
    empty = (await smoke.get("/report?campaign_id=CAMP-123&start=-1h")).json()
    assert empty["totals"] == {
        **dict.fromkeys(("impressions", "clicks", "conversions", "cost", "revenue"), 0),
        **dict.fromkeys(("ctr", "cvr", "cpm", "cpc", "cpa", "roas"), None),
    }
    day = (await smoke.get("/report?campaign_id=CAMP-123&start=2025-09-24&end=2025-09-25")).json()
    assert day["totals"] == {
        "impressions": 1,
        "clicks": 1,
        "conversions": 0,
        "cost": 0.0105,
        "revenue": 0.0,
        "ctr": 1.0,
        "cvr": 0.0,
        "cpm": 10.5,
        "cpc": 0.0105,
        "cpa": None,
        "roas": 0.0,
    }
    assert day["meta"]["variant"] == "rollup"
    assert "rows" not in day
