"""The published contract: it says what the service does, and its page needs nobody else."""

import json
import re
from typing import Any
from urllib.parse import quote, urljoin

import httpx
import pytest
from httpx import URL
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from adpulse.reports.answer import ReportAnswer
from adpulse.reports.query import PARAMETERS, REPEATABLE
from adpulse.settings import Settings
from adpulse.web.app import create_app
from tests.conftest import Client

DOCUMENT = create_app(Settings(database_url="postgresql://nowhere.invalid/none")).openapi()
REPORT = DOCUMENT["paths"]["/report"]["get"]
PUBLISHED = {parameter["name"]: parameter for parameter in REPORT["parameters"]}
ANSWER = REPORT["responses"]["200"]["content"]["application/json"]["schema"]


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """Return a validator of a schema that may name others of the document."""
    whole = {"components": DOCUMENT["components"], **schema}
    Draft202012Validator.check_schema(whole)
    return Draft202012Validator(whole)


def question(name: str, value: Any) -> str:
    """Return a whole query string for the parameter, with what it needs beside it."""
    beside = ["" if name == "start" else "start=2025-09-01" if str(value).startswith("2025") else "start=-2d"]
    beside += ["group_by=geo"] if name == "order_by" else []
    beside += ["end=2025-09-26"] if name == "start" and str(value).startswith("2025") else []
    values = value if isinstance(value, list) else [value]
    return "&".join([*beside, *(f"{name}={quote(str(each))}" for each in values)])


def test_every_parameter_is_published_with_description_schema_and_examples() -> None:
    """The published parameters are those that the parser knows, and no other."""
    assert tuple(PUBLISHED) == PARAMETERS
    for name, parameter in PUBLISHED.items():
        assert parameter["in"] == "query"
        assert parameter["required"] == (name == "start")
        assert len(parameter["description"]) > 20, name
        assert parameter["schema"]["examples"], name
        assert (parameter["schema"]["type"] == "array") == (name in REPEATABLE), name


def test_the_schemas_are_sound_and_hold_for_the_examples() -> None:
    """JSON Schema 2020-12, as OpenAPI 3.1 has it."""
    for parameter in PUBLISHED.values():
        for example in parameter["schema"]["examples"]:
            validator(parameter["schema"]).validate(example)
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


async def test_the_examples_and_every_enumerated_value_are_accepted(client: Client) -> None:
    """What the page offers to try works."""
    for name, parameter in PUBLISHED.items():
        schema = parameter["schema"]
        offered = schema["examples"] + schema.get("enum", [])
        offered += re.findall(r" Default: `([^`]+)`\.", parameter["description"])
        offered += [schema[bound] for bound in ("minimum", "maximum") if bound in schema]
        for value in offered:
            reply = await client.get(f"/report?{question(name, value)}")
            assert reply.status_code == 200, f"{name}={value}: {reply.text}"


def test_the_page_fills_in_the_start_only() -> None:
    """Swagger UI fills in examples and defaults of parameters: a first "Execute" would ask for all that there is."""
    for name, parameter in PUBLISHED.items():
        filled = [parameter.get("example"), parameter.get("examples"), parameter["schema"].get("default")]
        assert any(filled) == (name == "start")
        assert "example" not in parameter["schema"]


def media_types() -> list[tuple[str, str, dict[str, Any]]]:
    """Every body in the document that is JSON: where, media type, schema and example."""
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
    """Of what is sent and of every error, against the document's own schemas; an error's is of its own status."""
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


@pytest.mark.parametrize(
    "asked",
    [
        "start=-1h",
        "start=-1d&granularity=hour&timezone=Asia/Kolkata&compare=previous",
        "start=2025-09-24&end=2025-09-25&group_by=geo&limit=1&metrics=impressions,cost,unique_users&compare=previous",
        "start=2025-03-01&end=2025-04-01&granularity=day&compare=previous&group_by=campaign_id",
    ],
)
async def test_answers_have_the_published_shape(client: Client, asked: str) -> None:
    """All of it: members that are required are there, and no other."""
    events = [
        {"ts": ts, "campaign_id": "C", "user_id": "U", "event_type": "click", "cost": 0.25, "metadata": metadata}
        for ts in ("2025-03-30T12:00:00Z", "2025-09-24T12:00:00Z")
        for metadata in ({"geo": "IN"}, {})
    ]
    assert (await client.post("/events", json={"events": events})).status_code == 200
    reply = await client.get(f"/report?{asked}")
    validator(ANSWER).validate(reply.json())
    ReportAnswer.model_validate_json(reply.content)


@pytest.mark.parametrize(
    "damage", [{"totals": {"impressions": -1}}, {"meta": {}}, {"more": 1}, {"rows": [{}]}], ids=str
)
async def test_another_shape_is_told_from_the_published_one(client: Client, damage: dict[str, Any]) -> None:
    """Find a member that is missing, unknown or out of its bounds: else the test above could not fail."""
    reply = (await client.get("/report?start=-1h&granularity=hour")).json() | damage
    assert list(validator(ANSWER).iter_errors(reply))
    with pytest.raises(ValidationError):
        ReportAnswer.model_validate_json(json.dumps(reply))


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
