"""Shared by the tests of the HTTP service."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from tests.adpulse.web.connection import echo
from tests.patience import PATIENCE_S
from tests.services import listening

SMOKE = """{"events":[
 {"ts":"2025-09-24T06:59:31.849095Z","campaign_id":"CAMP-123","user_id":"U1","event_type":"impression","cost":0.0005,"revenue":0,"metadata":{"geo":"IN"}},
 {"ts":"2025-09-24T06:59:31.849106Z","campaign_id":"CAMP-123","user_id":"U1","event_type":"click","cost":0.01,"revenue":0,"metadata":{"geo":"IN"}}]}"""
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def smoke(client: AsyncClient) -> AsyncClient:
    reply = await client.post("/events", content=SMOKE, headers=JSON)
    assert reply.status_code == 200
    assert reply.json() == {"accepted": 2, "duplicates": 0, "rejected": [], "rejected_count": 0}
    return client


def client_of(app: FastAPI) -> AsyncClient:
    """Return a client that gets the reply of a failing application, as over a network, and not its exception."""
    return AsyncClient(
        transport=ASGITransport(app, raise_app_exceptions=False), base_url="http://localhost", timeout=PATIENCE_S
    )


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Yield the port of a server that echoes."""
    async with listening(echo, ws="none", lifespan="off") as each:
        yield each
