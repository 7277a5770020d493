"""The published contract: it says what the service does, and its page needs nobody else."""

import re
from typing import Any
from urllib.parse import urljoin

import httpx
from httpx import URL

from adpulse.settings import Settings
from adpulse.web.app import create_app
from tests.adpulse.web.document import DOCUMENT, validator
from tests.services import Client


def media_types() -> list[tuple[str, str, dict[str, Any]]]:
    """Return every body in the document that is JSON: where, media type, schema and example."""
    found = []
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
            for status, body in bodies.items():
                for media_type, content in body.get("content", {}).items():
                    if "json" in media_type:
                        found.append((f"{method} {path} {status}", media_type, content))
    return found


def test_the_examples_of_bodies_are_valid_and_say_something() -> None:
    """Bodies and errors are valid by the document's own schemas; an error's example has its own status."""
    errors = 0
    for where, media_type, content in media_types():
        if media_type == "application/problem+json":
            errors += 1
            assert str(content["example"]["status"]) in where
            assert content["example"]["detail"].endswith((".", "…")), where
        if "example" in content:
            validator(content["schema"]).validate(content["example"])
    assert errors > 15
    events = DOCUMENT["paths"]["/events"]["post"]["requestBody"]["content"]["application/json"]
    for money in (0.0105, 0.000001, 0.07, 0.3, 123.456789):
        event = events["example"]["events"][0] | {"cost": money, "revenue": money}
        validator(events["schema"]).validate({"events": [event]})
        validator(events["schema"]).validate([event])


async def test_the_example_of_a_batch_is_accepted(client: Client) -> None:
    example = DOCUMENT["paths"]["/events"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert (await client.post("/events", json=example)).json()["accepted"] == 1


def test_operations_have_groups() -> None:
    """The page shows them one by one, and nothing under "default"."""
    tags = {path: operation["tags"] for path, each in DOCUMENT["paths"].items() for operation in each.values()}
    assert tags == {
        "/events": ["events"],
        "/events/firehose": ["events"],
        "/pixel.gif": ["events"],
        "/report": ["reports"],
        "/healthz": ["operations"],
        "/readyz": ["operations"],
        "/metrics": ["operations"],
    }


async def test_a_prefixed_path_is_answered_by_the_same_endpoint() -> None:
    """FastAPI's route answers there, and neither validates nor words an error by itself."""
    app = create_app(Settings(database_url="postgresql://nowhere.invalid/none"))
    app.state.keyring.learn({}, ever=False)
    transport = httpx.ASGITransport(app=app, root_path="/ads")
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        replies = [await client.get(f"{prefix}/report?start=nonsense&limit=many") for prefix in ("", "/ads")]
    assert [reply.status_code for reply in replies] == [422, 422]
    assert replies[1].json() == replies[0].json()


async def test_the_page_refers_to_addresses_of_its_own_that_answer() -> None:
    """/docs works without internet: page, script, style, icon and document come from this service."""
    app = create_app(Settings(database_url="postgresql://nowhere.invalid/none"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost") as client:
        page = await client.get("/docs")
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")
        found = re.findall(r"""(?:src|href)=["']([^"']+)""", page.text)
        start = await client.get("/docs/start.js")
        found += re.findall(r'url: "([^"]+)"', start.text)
        assert len(found) == 5
        for target in found:
            address = URL(urljoin("http://localhost/docs", target))
            assert address.host == "localhost", target
            reply = await client.get(address)
            assert reply.status_code == 200, target
            assert len(reply.content) > 100, target
        assert "://" not in page.text + start.text
        assert "<script>" not in page.text, "an inline script would need a hole in the Content-Security-Policy"
        # Nor does the style fetch a font or a picture from elsewhere.
        style = await client.get("/docs/assets/swagger-ui.css")
        assert not re.search(r"""url\(["']?(?!["']?data:)|@import""", style.text)


async def test_the_page_shows_the_contract_of_this_server() -> None:
    """The page shows the limits of this server, not the defaults."""
    app = create_app(Settings(database_url="postgresql://nowhere.invalid/none", max_groups=77, max_reach_days=3))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost") as client:
        document = (await client.get("/openapi.json")).json()
    published = {each["name"]: each for each in document["paths"]["/report"]["get"]["parameters"]}
    assert published["limit"]["schema"]["maximum"] == 77
    assert "at most 3 days" in published["metrics"]["description"]
