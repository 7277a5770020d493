"""Amounts of money in files: other units, a decimal comma, thousands set apart."""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from adpulse.importing import fragments
from adpulse.importing.mapping import Field

# Decimal places that a unit is away from the currency unit. CPM is the price of a thousand.
_PLACES = {"units": 0, "cents": 2, "micros": 6, "cpm": 3, "cpm_cents": 5, "cpm_micros": 9}
_MICRO = Decimal("0.000001")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_GROUPED = {
    ".": re.compile(r"[+-]?\d{1,3}(?:[, '\u00a0\u202f]\d{3})+(?:\.\d*)?", re.ASCII),
    ",": re.compile(r"[+-]?\d{1,3}(?:[. '\u00a0\u202f]\d{3})+(?:,\d*)?", re.ASCII),
}
_SPACES = re.compile(r"[ '\u00a0\u202f]")


def compiled(field: Field, decimal: str) -> Callable[[Any], str]:
    """Return a function from a value to a JSON number of currency units, exactly; other values stay as they are.

    `decimal`: the sign between units and decimals, in texts.
    """
    places, rounded = _PLACES[field.unit], field.round

    def read(value: Any) -> str:
        if isinstance(value, str):
            number = _plain(value.strip(), decimal)
        elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            number = str(value)
        else:
            number = ""
        if not _NUMBER.fullmatch(number):
            return fragments.text(value)
        amount = Decimal(number).scaleb(-places)
        if rounded and abs(amount.adjusted()) < 20:
            amount = amount.quantize(_MICRO, ROUND_HALF_EVEN)
        # "f" writes no exponent. _NUMBER limits the exponent, and so the length of the text.
        return format(amount, "f").removeprefix("+")

    return read


def _plain(text: str, decimal: str) -> str:
    if _GROUPED[decimal].fullmatch(text):
        text = _SPACES.sub("", text).replace("," if decimal == "." else ".", "")
    return text if decimal == "." else text.replace(".", "?").replace(",", ".")
