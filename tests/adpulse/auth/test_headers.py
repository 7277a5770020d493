"""The headers of every reply for browsers, and the pages that may send requests."""

import pytest

from adpulse.settings import Settings
from tests.adpulse.auth.conftest import BATCH, DAY, NewKey
from tests.services import Client, Serve


async def test_every_reply_forbids_guessing_its_type(client: Client) -> None:
    """Answers, errors, pages and files; a report is kept by nobody, and the page runs only what is its own."""
    replies = [
        await client.post("/events", json=BATCH),
        await client.post("/events", content=b"{"),
        *[await client.get(path) for path in (DAY, f"{DAY}&format=csv", "/healthz", "/readyz", "/metrics", "/nothing")],
        *[
            await client.get(path)
            for path in ("/docs", "/docs/start.js", "/docs/assets/swagger-ui.css", "/openapi.json")
        ],
    ]
    assert [reply.headers["x-content-type-options"] for reply in replies] == ["nosniff"] * len(replies)
    assert [reply.headers["cache-control"] for reply in replies[2:4]] == ["no-store"] * 2
    policy = (await client.get("/docs")).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


async def test_pages_of_others_are_let_in_by_name_only(serve: Serve, url: str, new_key: NewKey) -> None:
    """No origin is named by default; one that is named gets the headers for it, on refusals too, others do not."""
    await new_key("write")
    page = {"Origin": "https://app.example.com"}
    asks = page | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    silent = await serve(url)
    for reply in (
        await silent.post("/events", json=BATCH, headers=page),
        await silent.options("/events", headers=asks),
    ):
        assert not [name for name in reply.headers if name.startswith("access-control")]
    named = await serve(url, cors_origins=("https://app.example.com",))
    refused = await named.post("/events", json=BATCH, headers=page)
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "https://app.example.com"
    preflight = await named.options("/events", headers=asks)
    assert preflight.status_code == 200
    assert "access-control-allow-credentials" not in preflight.headers
    stranger = await named.options("/events", headers=asks | {"Origin": "https://other.example.com"})
    assert "access-control-allow-origin" not in stranger.headers


@pytest.mark.parametrize("origins", ["*", "https://*", "app.example.com", "https://a/b", "null", "https://a,*"])
def test_an_origin_is_written_out(origins: str) -> None:
    """No wildcard gets in by the setting."""
    with pytest.raises(ValueError, match="cors_origins"):
        Settings(cors_origins=origins)


async def test_the_contract_tells_of_the_doors(client: Client) -> None:
    """Every guarded operation publishes how a key is sent, and what is said to who has none; the others do not."""
    document = (await client.get("/openapi.json")).json()
    schemes = document["components"]["securitySchemes"]
    assert schemes["bearer"]["scheme"] == "bearer"
    assert schemes["header"]["name"] == "X-API-Key"
    for path, method in (
        ("/events", "post"),
        ("/events/firehose", "post"),
        ("/pixel.gif", "get"),
        ("/report", "get"),
        ("/metrics", "get"),
    ):
        operation = document["paths"][path][method]
        in_address = [{"address": []}] if path in ("/events", "/pixel.gif") else []
        assert operation["security"] == [*in_address, {"bearer": []}, {"header": []}, {}]
        assert {"401", "403", "429", "503"} <= operation["responses"].keys()
    assert "security" not in document["paths"]["/healthz"]["get"]
