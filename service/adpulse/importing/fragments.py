"""The members of an event's JSON, as POST /events takes it.

A column of values becomes a column of texts such as '"user_id":"U1"'; '' for no value. A value that
repeats is converted once.
"""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from adpulse.event.metadata import Digits

Fragments = Sequence[str]

# A full cache is cleared.
REMEMBERED = 20_000

_SPECIAL = re.compile('[\x00-\x1f"\\\\\ud800-\udfff]')


def text(value: Any) -> str:
    """Return any value as JSON."""
    try:
        return orjson.dumps(value, default=_written, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z).decode()
    except (TypeError, orjson.JSONEncodeError):  # a lone surrogate, or a number past 64 bits
        return json.dumps(value, default=str)


def members(name: str, column: Sequence[Any]) -> Fragments:
    """Return a member of that name for each value: a text as it is, a number of an object as text."""
    try:
        plain = not _SPECIAL.search("".join(column))
    except TypeError:  # not all are texts
        plain = False
    if not plain:
        return [member(name, value) for value in column]
    start = f'"{name}":"'
    return [f'{start}{value}"' if value else "" for value in column]


def member(name: str, value: Any) -> str:
    """Return one member; '' for no value."""
    if value is None or value == "":
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)  # ids are texts here, and numbers in many files
    return f'"{name}":{text(value)}'


class _Memory(dict[Any, str]):
    """The JSON of values by value; that of a new value is made by `make`, and kept."""

    def __init__(self, make: Callable[[Any], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, value: Any) -> str:
        if len(self) >= REMEMBERED:
            self.clear()
        made = self[value] = self._make(value)
        return made


def remembered(make: Callable[[Any], str]) -> Callable[[Sequence[Any]], Fragments]:
    """Return a function of a column that calls `make` once for each value that it remembers."""
    memory = _Memory(make)

    def column(values: Sequence[Any]) -> Fragments:
        try:
            return list(map(memory.__getitem__, values))
        except TypeError:  # a list or an object
            return [make(value) for value in values]

    return column


def _written(value: Any) -> Any:
    if isinstance(value, Digits):
        return orjson.Fragment(value.text)
    return str(value)  # a value of Parquet, such as a Decimal or bytes
