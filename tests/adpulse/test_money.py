"""Money comes in exact, to the micro."""

import math
from decimal import Decimal
from fractions import Fraction

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.money import decimal, number, to_micros


@given(st.integers(0, 10**15))
def test_money_is_exact(micros: int) -> None:
    """Any amount with six decimals, up to 10**9 units, comes through JSON's doubles unchanged."""
    assert to_micros(float(Decimal(micros).scaleb(-6))) == micros


@given(st.integers(0, 10**13), st.integers(1, 9))
def test_a_seventh_decimal_is_seen(micros: int, digit: int) -> None:
    """Up to ten million units, no seventh decimal is lost without a word, and none is taken for noise."""
    with pytest.raises(ValueError, match="decimals"):
        to_micros(float(Decimal(micros * 10 + digit).scaleb(-7)))


@given(st.lists(st.integers(0, 10**11), min_size=2, max_size=4), st.integers(1, 3))
def test_sums_of_prices_are_what_was_meant(prices: list[int], times: int) -> None:
    """A sum of a few doubles, each with six decimals, is the sum of the prices."""
    amount = sum(float(Decimal(price).scaleb(-6)) for price in prices) * times
    assert to_micros(amount) == sum(prices) * times


@given(st.floats(0, 1e9))
def test_accepted_amounts_are_next_to_a_whole_micro(value: float) -> None:
    """Nothing is accepted that is more than four doubles away from its micros, or a hundred-millionth of a unit."""
    try:
        micros = to_micros(value)
    except ValueError:
        return
    exact = micros / 10**6
    assert abs(value - exact) <= min(4 * math.ulp(exact), 1e-8)
    assert micros or value == 0


@pytest.mark.parametrize("value", [5e-324, 1e-308, 1e-30, 4e-7, 5e-7, 9.99e-7])
def test_finer_than_a_micro_is_refused(value: float) -> None:
    """Every amount finer than a micro is refused, however near to zero."""
    with pytest.raises(ValueError, match="decimals"):
        to_micros(value)


@given(st.floats(0, 1e9))
def test_the_nearest_micro(value: float) -> None:
    """With `nearest` an amount is at most half a micro away, and what is exact stays exact."""
    micros = to_micros(value, nearest=True)
    # The product is rounded once more before it becomes a whole number.
    assert abs(Fraction(value) * 10**6 - micros) <= Fraction(1, 2) + Fraction(math.ulp(value * 10**6))
    assert to_micros(micros / 10**6, nearest=True) == micros


@given(st.integers(-(2**63), 2**63 - 1))
def test_money_reads_as_the_micros_it_was(micros: int) -> None:
    """Money is exact in JSON and CSV, also beyond what a double can hold: no micro is lost or invented."""
    assert Decimal(orjson.dumps(number(micros)).decode()) * 10**6 == micros
    assert Decimal(decimal(micros)) * 10**6 == micros
