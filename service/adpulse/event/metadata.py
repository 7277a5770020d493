"""Metadata: the JSON that jsonb takes, in compact form; numbers keep the digits that a double would lose."""

import math
import sys
from typing import Any

import orjson
from pydantic_core import PydanticCustomError

from adpulse.event.limits import Limits
from adpulse.event.text import storable

# A number below 10 to this power is read as zero.
_LEAST_POWER = -324


class Digits(float):
    """A JSON number with more in its text than a double can hold: the nearest double, and the text.

    An integer past 64 bits, a number past all doubles, or one that is nearly zero, which is the least double then.
    """

    __slots__ = ("text",)

    def __new__(cls, text: str, value: float | None = None) -> "Digits":
        number = super().__new__(cls, nearest(text) if value is None else value)
        number.text = text
        return number

    text: str

    @staticmethod
    def exact(value: float) -> bool:
        """Return True if the double can be nothing else than what was written, to the precision of a double."""
        return sys.float_info.min <= abs(value) < 2**63


def nearest(text: str) -> float:
    """Return the double nearest to a JSON number; for one that is nearly zero the least double."""
    # Python takes 2 µs to read 1e-400, for any number of them that a body has.
    digits, _, power = text.lower().partition("e-")
    if power and len(power) < 10 and len(digits) - int(power) < _LEAST_POWER:
        value = -0.0 if digits[0] == "-" else 0.0
    else:
        value = float(text)
    if value == 0 and digits.strip("-0.")[:1].isdigit():
        value = math.copysign(math.ulp(0.0), value)
    return value


class InexactError(Exception):
    """Metadata hold a number that may have lost digits when they were read."""


def canonical(value: Any, limits: Limits, *, bare: bool = False) -> bytes:
    """Return metadata as compact JSON. Raises PydanticCustomError for invalid metadata.

    `bare`: it was read without Digits; raises InexactError where there might have been one.
    """
    if not isinstance(value, dict):
        raise PydanticCustomError("type", "must be an object")
    _check(value, limits.max_metadata_depth, bare)
    most = limits.max_metadata_bytes
    # Texts that are read `bare` are short. To write a large text, orjson takes up to a hundred times its bytes.
    text = orjson.dumps(value, default=_as_written) if bare or _least_bytes(value) <= most else None
    if text is None or len(text) > most:
        raise PydanticCustomError("size", "is larger than {most} bytes", {"most": most})
    return text


def _as_written(value: Any) -> orjson.Fragment:
    """Return the text of the only values that orjson does not know."""
    assert isinstance(value, Digits)
    return orjson.Fragment(value.text)


def _least_bytes(value: Any) -> int:
    """Return how many bytes a value has at least as JSON."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(name) + _least_bytes(item) for name, item in value.items())
    return sum(map(_least_bytes, value)) if isinstance(value, list) else 1


def _check(value: Any, depth: int, bare: bool) -> None:
    """Raise PydanticCustomError for a value that jsonb cannot hold, or that is nested too deep."""
    if isinstance(value, str):
        storable(value)
    elif type(value) is float:
        if value - value != 0:
            raise PydanticCustomError("non_finite", "holds a number that is not finite")
        if bare and not Digits.exact(value):
            raise InexactError
    elif isinstance(value, dict | list):
        if depth == 0:
            raise PydanticCustomError("depth", "is nested too deep")
        for item in value:
            _check(item, depth - 1, bare)
        if isinstance(value, dict):
            for item in value.values():
                _check(item, depth - 1, bare)
