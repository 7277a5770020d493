"""The values of a mapped field: first column with a value, template, fixed value; and the records of a kind."""

from typing import Any

import pytest

from adpulse.importing import mapping
from adpulse.importing.errors import ImportFailed
from adpulse.importing.fields import check_columns, matching, values_of
from adpulse.importing.mapping import Field
from adpulse.importing.values import of_objects

COLUMNS = of_objects([{"a": "1", "b": "x"}, {"a": "", "b": "y"}, {"b": None}])


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (Field(column="a"), ["1", "", None]),
        (Field(column=["a", "b"]), ["1", "y", None]),
        (Field(column="a", value="-"), ["1", "-", "-"]),
        (Field(template="{b}/{a}!"), ["x/1!", None, None]),
        (Field(template="{a}{b}", value="-"), ["1x", "-", "-"]),
        (Field(template="fixed"), ["fixed"] * 3),
        (Field(value="-"), ["-"] * 3),
    ],
)
def test_a_field_has_a_value_for_each_record(field: Field, expected: list[Any]) -> None:
    """The first source with a value counts; a template with a missing part has none."""
    assert list(values_of(COLUMNS, field, 3)) == expected


def test_a_kind_is_made_of_matching_records() -> None:
    """All words must match; without any, all records do."""
    assert matching(COLUMNS, {}, 3) is None
    assert matching(COLUMNS, {"b": "y"}, 3) == [1]
    assert matching(COLUMNS, {"b": "y", "a": "1"}, 3) == []


def test_a_missing_column_is_named() -> None:
    """The error shows the columns that there are and the options that help; an optional field may be missing."""
    built = mapping.build(None, None, {})
    with pytest.raises(ImportFailed, match=r"no column ts for ts; it has: campaign_id.*--map ts=COLUMN"):
        check_columns(built, ["campaign_id", "user_id", "event_type"])
    check_columns(built, ["ts", "campaign_id", "user_id", "event_type"])
