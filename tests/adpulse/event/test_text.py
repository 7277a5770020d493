"""Text that PostgreSQL cannot hold is refused before it gets there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from adpulse.event.text import storable


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_all_other_text_is_let_through(text: str) -> None:
    """Text without NUL and lone surrogates is returned as it is."""
    assert storable(text) is text


@given(st.text(), st.sampled_from(["\0", "\ud800", "\udfff"]), st.text())
def test_nul_and_lone_surrogates_are_refused(before: str, wrong: str, after: str) -> None:
    """NUL and lone surrogates are refused at any place of a text."""
    with pytest.raises(PydanticCustomError, match="cannot be stored"):
        storable(f"{before}{wrong}{after}")


@pytest.mark.parametrize("value", [None, 5, ["\0"]])
def test_other_types_than_text_are_passed_over(value: object) -> None:
    """Only text is looked at."""
    assert storable(value) is value
