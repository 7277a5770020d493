"""Columns become members of an event's JSON; what has no value has no member."""

import json
from datetime import datetime
from typing import Any

import pytest

from adpulse.importing import members
from adpulse.importing.errors import ImportFailed
from adpulse.importing.mapping import Field
from adpulse.importing.members import NO_TIME, SKIP, converter, merged

DAWN = "2025-09-24T06:59:31"


@pytest.mark.parametrize(
    ("field", "column", "found"),
    [
        (Field(), [f"{DAWN}Z", f"{DAWN}.5+05:30"], [f"{DAWN}Z", f"{DAWN}.5+05:30"]),
        (Field(timezone="UTC"), [DAWN, DAWN.replace("T", " ")], [f"{DAWN}Z", f"{DAWN}Z"]),
        (Field(timezone="UTC"), [DAWN, "", None], [f"{DAWN}Z", None, None]),
        (Field(timezone="Asia/Kolkata"), [DAWN], [f"{DAWN}+05:30"]),
    ],
)
def test_a_column_of_times(field: Field, column: list[Any], found: list[str | None]) -> None:
    """Together or one by one, with an offset, with the zone of the mapping, or without any value."""
    texts = converter("ts", field, ".")(column)
    read = [datetime.fromisoformat(json.loads(f"{{{text}}}")["ts"]) if text else None for text in texts]
    assert read == [datetime.fromisoformat(each) if each else None for each in found]


def test_a_time_that_the_clocks_skip_is_marked() -> None:
    """Between two and three o'clock in that night there is no time in New York."""
    column = converter("ts", Field(timezone="America/New_York"), ".")(["2025-03-09T02:30:00", "2025-03-09T03:30:00"])
    assert column[0] == NO_TIME
    assert column[1] != NO_TIME


def test_words_of_events() -> None:
    """Words are translated; others are skipped where the mapping says so, and else left for the contract to refuse."""
    column = ["view", 7, "click", "installed", None]
    for others, unknown in ((None, '"event_type":"installed"'), ("skip", SKIP)):
        field = Field(words={"view": "impression", "7": "conversion"}, others=others)
        found = converter("event_type", field, ".")(column)
        assert found[:4] == [
            '"event_type":"impression"',
            '"event_type":"conversion"',
            '"event_type":"click"',
            unknown,
        ]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"a": 1, "metadata": '{"geo":"IN"}'}, {"metadata": {"a": 1, "geo": "IN"}}),
        ({"geo": "US", "metadata": {"geo": "IN"}}, {"metadata": {"geo": "IN"}}),
        ({"a": 1, "metadata": "no object"}, {"metadata": "no object"}),
        ({"a": 1, "metadata": "[1]"}, {"metadata": [1]}),
        ({"a": 1}, {"metadata": {"a": 1}}),
        ({}, {}),
    ],
)
def test_a_column_metadata_takes_the_others_in(row: dict[str, Any], found: dict[str, Any]) -> None:
    """Its own members win; what is no object goes on as it is, so that the contract names it and nothing is lost."""
    assert json.loads(f"{{{merged(row)}}}") == found


def test_columns_without_a_value_are_no_metadata() -> None:
    """An empty cell is no empty text."""
    read = members.metadata_of_columns(("geo", "device"))
    assert list(read([("IN", ""), ("", None), ("IN", "tv")])) == [
        '"metadata":{"geo":"IN"}',
        "",
        '"metadata":{"geo":"IN","device":"tv"}',
    ]


@pytest.mark.parametrize(("name", "field"), [("ts", Field(timezone="Mars/One")), ("ts", Field(format="epoch"))])
def test_a_mapping_that_cannot_be_meant_is_refused(name: str, field: Field) -> None:
    """With the name of the field."""
    with pytest.raises(ImportFailed, match=f"the mapping of {name}: "):
        converter(name, field, ".")
