"""Members of JSON, written column by column: always valid JSON, for any values."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adpulse.importing import fragments

values = st.none() | st.text() | st.integers() | st.booleans() | st.lists(st.integers(0, 9), max_size=2)


@given(st.lists(values, max_size=5))
def test_a_column_becomes_members(column: list[Any]) -> None:
    """Each value is one member of valid JSON, numbers as text; no value is no member. The two ways agree."""
    written = fragments.members("id", column)
    assert list(written) == [fragments.member("id", value) for value in column]
    for value, member in zip(column, written, strict=True):
        if value is None or value == "":
            assert member == ""
        else:
            expected = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
            assert json.loads(f"{{{member}}}") == {"id": expected}


def test_repeated_values_are_written_once() -> None:
    """A value is converted once; values that cannot be remembered are converted each time."""
    made: list[Any] = []

    def make(value: Any) -> str:
        made.append(value)
        return str(value)

    column = fragments.remembered(make)
    assert list(column(["a", "b", "a"])) == ["a", "b", "a"]
    assert list(column(["a"])) == ["a"]
    assert made == ["a", "b"]
    assert list(column([["list"], "a"])) == ["['list']", "a"]


def test_the_memory_is_bounded() -> None:
    """A column of ever new values forgets the first ones."""
    made: list[Any] = []
    column = fragments.remembered(lambda value: made.append(value) or str(value))  # type: ignore[func-returns-value]
    column(range(fragments.REMEMBERED + 1))
    column([0])
    assert made.count(0) == 2
