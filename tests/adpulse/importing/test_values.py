"""The values of records by column: of tables, of objects, along dotted paths."""

from typing import Any

import pytest

from adpulse.importing.values import find, of_objects, of_rows


def test_a_path_goes_into_the_json_of_a_column() -> None:
    """A column is found by its name; a path of a column that is not there gives no value, and no error."""
    columns = of_rows(["a", "b"], [["1", '{"c": {"d": 2}}'], ["", "no JSON"]])
    assert list(columns("a")) == ["1", ""]
    assert list(columns("b.c.d")) == [2, None]
    assert list(columns("x.y")) == [None, None]


def test_a_name_with_dots_is_found_before_a_path() -> None:
    """An object may have a member `a.b`, or a member `a` with a member `b`."""
    assert list(of_objects([{"a.b": 1, "a": {"b": 2}}, {"a": {"b": 2}}, {}])("a.b")) == [1, 2, None]


@pytest.mark.parametrize(
    ("value", "path", "expected"),
    [
        ({"a": [{"b": 1}, {"b": 2}]}, "a.1.b", 2),
        ({"a": [1]}, "a.7", None),
        ({"p": [{"key": "geo", "value": {"string_value": "IN", "int_value": None}}]}, "p.geo", "IN"),
        ({"p": [{"key": "geo", "value": {"string_value": None}}]}, "p.geo", None),
        ({"a": '{"b": "c"}'}, "a.b", "c"),
        ({"a": 1}, "a.b.c", None),
        ([], "a", None),
    ],
)
def test_a_path_leads_to_a_value_or_to_none(value: Any, path: str, expected: Any) -> None:
    """Lists by number or by key, as in exports of BigQuery; JSON inside of text; None where nothing is."""
    assert find(value, path) == expected
