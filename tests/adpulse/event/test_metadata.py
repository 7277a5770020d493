"""Metadata become compact JSON that jsonb takes, with every digit."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from adpulse.event.limits import Limits
from adpulse.event.metadata import Digits, InexactError, canonical
from adpulse.settings import Settings

LIMITS = Limits.at(datetime(2025, 9, 24, tzinfo=UTC), Settings(max_metadata_depth=3, max_metadata_bytes=200))
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
scalars = st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.just(0.5), texts)


@given(st.dictionaries(texts, st.one_of(scalars, st.lists(scalars, max_size=2)), max_size=3))
def test_metadata_can_be_read_again(value: dict[str, Any]) -> None:
    """Metadata are stored as they were sent, without spaces."""
    text = canonical(value, LIMITS)
    assert json.loads(text) == value
    assert text == json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "digits", ["123456789012345678901234567890", "1e400", "1e-400", "-1E-400", "0.10000000000000000001"]
)
def test_digits_that_a_double_would_lose_are_kept(digits: str) -> None:
    """Numbers that a double cannot hold are stored in the text that was sent."""
    assert canonical({"n": [Digits(digits)]}, LIMITS) == f'{{"n":[{digits}]}}'.encode()


@pytest.mark.parametrize("digits", ["1e-400", "-1e-400"])
def test_a_number_that_is_nearly_zero_is_not_zero(digits: str) -> None:
    """It keeps its sign: it is compared as the double next to zero."""
    assert abs(Digits(digits)) > 0
    assert (Digits(digits) < 0) == digits.startswith("-")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (["a"], "type"),
        (None, "type"),
        ({"a": "\0"}, "characters"),
        ({"\ud800": 1}, "characters"),
        ({"a": float("nan")}, "non_finite"),
        ({"a": [float("inf")]}, "non_finite"),
        ({"a": {"b": {"c": {}}}}, "depth"),
        ({"a": "x" * 200}, "size"),
    ],
)
def test_values_that_jsonb_refuses_are_refused(value: Any, code: str) -> None:
    """Metadata that jsonb would not take are refused by a code that names what is wrong."""
    with pytest.raises(PydanticCustomError) as refused:
        canonical(value, LIMITS)
    assert refused.value.type == code


@pytest.mark.parametrize("value", [2.0**64, 0.0, 1e-320])
def test_a_number_that_may_have_lost_digits_is_read_again(value: float) -> None:
    """Only where it was read without its text; as it is, it is stored."""
    with pytest.raises(InexactError):
        canonical({"n": value}, LIMITS, bare=True)
    assert canonical({"n": value}, LIMITS)
