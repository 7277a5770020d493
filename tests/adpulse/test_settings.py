"""ADPULSE_* variables."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from adpulse.settings import Settings, unknown_variables
from tests.services import Serve


def test_a_field_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """`max_events` is ADPULSE_MAX_EVENTS, as the type that the field has."""
    monkeypatch.setenv("ADPULSE_MAX_EVENTS", "7")
    monkeypatch.setenv("ADPULSE_RETENTION_DAYS", "90")
    settings = Settings()
    assert (settings.max_events, settings.retention_days) == (7, 90)


def test_an_empty_variable_is_no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose files set variables to nothing; that must not be read as a number or a URL."""
    monkeypatch.setenv("ADPULSE_DATABASE_URL", "")
    monkeypatch.setenv("ADPULSE_RETENTION_DAYS", "")
    settings = Settings()
    assert (settings.database_url, settings.retention_days) == (None, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("WRITERS", "0"),
        ("MAX_MONEY", "0"),
        ("BODY_TIMEOUT_S", "0"),
        ("READERS", "x"),
    ],
)
def test_a_value_out_of_range_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A setting that cannot work fails at the start and not under load."""
    monkeypatch.setenv(f"ADPULSE_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


NUMBERS = [
    (name, kind)
    for name, schema in Settings.model_json_schema()["properties"].items()
    for kind in schema.get("anyOf", [schema])
    if kind["type"] in ("integer", "number")
]


@pytest.mark.parametrize(("name", "kind"), NUMBERS, ids=[name for name, _ in NUMBERS])
def test_every_number_has_bounds(name: str, kind: dict[str, Any]) -> None:
    """A number that no timer, date or PostgreSQL can hold is refused here, and is no error of each request."""
    assert {"minimum", "exclusiveMinimum"} & kind.keys()
    for beyond in (kind["maximum"] * 2 + 1, -1, "inf", "-inf", "nan"):
        with pytest.raises(ValidationError, match=name):
            Settings(**{name: beyond})


async def test_the_greatest_numbers_work(serve: Serve, url: str) -> None:
    """A service with each number at its maximum stores an event, reports it and keeps its house in order."""
    # Of these, each is a process or a connection.
    few = {"writers", "readers", "workers"}
    greatest = {name: kind["maximum"] for name, kind in NUMBERS if name not in few}
    client = await serve(url, **greatest)
    event = {"ts": datetime.now(UTC).isoformat(), "campaign_id": "C", "user_id": "U", "event_type": "click"}
    reply = await client.post("/events", json=[event], headers={"Idempotency-Key": "k"})
    assert reply.json()["accepted"] == 1
    for question in ("granularity=minute", "metrics=clicks,unique_users&group_by=geo&compare=previous"):
        report = await client.get(f"/report?start=-1h&{question}")
        assert report.json()["totals"]["clicks"] == 1, report.text
    assert (await client.get("/openapi.json")).status_code == 200


ADDRESSES = [
    "postgresql://",
    "postgres://user:p%40ss@host:5432/name?sslmode=require",
    "postgresql://a:1,b:65535/x",
    "postgresql://[::1]:5432/x",
    "postgresql://user@/x?host=/tmp&port=5432",
    "postgresql://%2Ftmp:5432/x",
]
WRONG = [
    "nonsense",
    "mysql://host/x",
    "postgresql://host:port/x",
    "postgresql://host:65536/x",
    "postgresql://a:1,b:-1/x",
    "postgresql://a,,b/x",
    "postgresql://[::1/x",
    "postgresql://host/x?port=many",
    "postgresql://user:secret/word@host/x",
]


@pytest.mark.parametrize("name", ["database_url", "read_database_url", "pooler_url"])
def test_the_address_of_a_database_can_be_read(name: str) -> None:
    """A service does not try one that cannot be read for ever; what is said of it repeats no password."""
    for address in ADDRESSES:
        assert getattr(Settings(**{name: address}), name) == address
    for address in WRONG:
        with pytest.raises(ValidationError) as refused:
            Settings(**{name: address})
        assert "secret" not in refused.value.errors(include_input=False)[0]["msg"], address


def test_a_misspelt_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only names that begin like ours and are not ours are reported."""
    monkeypatch.setenv("ADPULSE_MAX_EVENT", "7")
    monkeypatch.setenv("ADPULSE_MAX_EVENTS", "7")
    assert unknown_variables() == ["ADPULSE_MAX_EVENT"]


@pytest.mark.parametrize("text", ["a.example,b.example", "a.example, b.example", " a.example ,\tb.example , "])
@pytest.mark.parametrize(("name", "prefix"), [("CORS_ORIGINS", "https://"), ("DIMENSIONS", ""), ("ALLOWED_HOSTS", "")])
def test_blanks_in_a_list_mean_nothing(monkeypatch: pytest.MonkeyPatch, name: str, prefix: str, text: str) -> None:
    """Every setting that is a list: as people write lists."""
    monkeypatch.setenv(f"ADPULSE_{name}", text.replace("a.", f"{prefix}a.").replace("b.", f"{prefix}b."))
    assert getattr(Settings(), name.lower()) == (f"{prefix}a.example", f"{prefix}b.example")
