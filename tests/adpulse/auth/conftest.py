"""Shared by the tests of keys and limits: keys that the database knows, and the form of a refusal."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from adpulse.auth import key_store, keys
from adpulse.auth.keys import Scope
from adpulse.database.connections import Connection

EVENT = {"ts": "2025-09-24T06:59:31Z", "campaign_id": "C", "user_id": "U", "event_type": "click"}
BATCH = {"events": [EVENT]}
DAY = "/report?start=2025-09-24&end=2025-09-25"
SECRETS = ("Traceback", "adpulse.", "asyncpg", ".py")
UNKNOWN = f"adp_w_{'0' * 12}_{'0' * 64}"

NewKey = Callable[..., Awaitable[str]]


@pytest.fixture
async def new_key(connection: Connection) -> NewKey:
    """Return a factory: `await new_key("write", campaigns=["C"])` is a key that the database knows."""

    async def new(*scopes: Scope, **bounds: Any) -> str:
        given = {"campaigns": None, "events_per_s": None, "requests_per_s": None} | bounds
        text, key = keys.make("test", scopes, **given)
        await key_store.add(connection, key)
        assert text is not None
        return text

    return new


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def assert_refused(reply: httpx.Response, status: int, code: str, *sent: str) -> None:
    """Assert that the reply is a problem document that repeats no input and names no internals."""
    assert (reply.status_code, reply.json()["type"]) == (status, f"urn:adpulse:{code}")
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert ("www-authenticate" in reply.headers) == (status == 401)
    whole = reply.text + str(reply.headers)
    for word in (*SECRETS, *sent):
        assert word not in whole
