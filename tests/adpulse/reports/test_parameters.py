"""The parameters of GET /report are published as they are read."""

import re
from typing import Any
from urllib.parse import quote

from jsonschema import Draft202012Validator

from adpulse.reports.query_string import PARAMETERS, REPEATABLE
from tests.adpulse.web.document import DOCUMENT, REPORT, validator
from tests.services import Client

PUBLISHED = {parameter["name"]: parameter for parameter in REPORT["parameters"]}


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
    """The examples that the page offers work."""
    for name, parameter in PUBLISHED.items():
        schema = parameter["schema"]
        offered = schema["examples"] + schema.get("enum", [])
        offered += re.findall(r" Default: `([^`]+)`\.", parameter["description"])
        offered += [schema[bound] for bound in ("minimum", "maximum") if bound in schema]
        assert offered, name
        for value in offered:
            reply = await client.get(f"/report?{question(name, value)}")
            assert reply.status_code == 200, f"{name}={value}: {reply.text}"


def test_the_page_fills_in_the_start_only() -> None:
    """Swagger UI fills in examples and defaults of parameters: a first "Execute" would ask for all that there is."""
    for name, parameter in PUBLISHED.items():
        filled = [parameter.get("example"), parameter.get("examples"), parameter["schema"].get("default")]
        assert any(filled) == (name == "start")
        assert "example" not in parameter["schema"]
