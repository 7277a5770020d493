"""ADPULSE_* variables."""

import pytest
from pydantic import ValidationError

from adpulse.settings import Settings, unknown_variables


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
