"""Members of an event's JSON from the columns of a file: times, amounts, words, metadata."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import orjson

from adpulse.importing import amounts, fragments, times
from adpulse.importing.errors import ImportFailed
from adpulse.importing.fragments import Fragments
from adpulse.importing.mapping import Field
from adpulse.importing.values import Column

Converter = Callable[[Column], Fragments]

# Marks in place of a member: the event was not asked for; the clocks of the zone skip its time.
SKIP = "skip"
NO_TIME = "no such time"

# Times of a column are not parsed singly if all of them have offsets, as the contract has them, or none has one.
_INSTANTS = re.compile(r"(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)\n)*", re.ASCII)
_CLOCKS = re.compile(r"(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?\n)*", re.ASCII)


def converter(name: str, field: Field, decimal: str) -> Converter:
    """Return a function from the values of a field to members. Raises ImportFailed for an impossible mapping."""
    try:
        if name == "ts":
            return _times(field)
        if name in ("cost", "revenue"):
            return fragments.remembered(_named(name, amounts.compiled(field, decimal)))
    except ValueError as error:
        raise ImportFailed(f"the mapping of {name}: {error}", usage=True) from None
    if name == "event_type":
        return fragments.remembered(_words(field))
    if name == "campaign_id":
        return fragments.remembered(lambda value: fragments.member(name, value))
    return lambda column: fragments.members(name, column)


def metadata_of_columns(keys: tuple[str, ...]) -> Converter:
    """Return a function from rows of values, one for each key, to the member "metadata"."""
    return fragments.remembered(partial(_object, keys))


def _times(field: Field) -> Converter:
    read = times.compiled(field)
    written = field.format in (None, "rfc3339")
    in_utc = field.timezone == "UTC"

    def one(value: Any) -> str:
        if value is None or value == "":
            return ""
        try:
            return f'"ts":{read(value)}'
        except times.Skipped:
            return NO_TIME

    def column(values: Column) -> Fragments:
        if written:
            try:
                text = "\n".join(values) + "\n"
            except TypeError:  # not all of them are texts
                text = ""
            if text and _INSTANTS.fullmatch(text):
                return [f'"ts":"{value}"' for value in values]
            if text and in_utc and _CLOCKS.fullmatch(text):
                return [f'"ts":"{value}Z"' for value in values]
        return [one(value) for value in values]

    return column


def _words(field: Field) -> Callable[[Any], str]:
    words, others = field.words or {}, SKIP if field.others == "skip" else None

    def read(value: Any) -> str:
        word = words.get(value if isinstance(value, str) else str(value))
        if word is None and others is not None and value not in ("impression", "click", "conversion"):
            return others
        return fragments.member("event_type", value if word is None else word)

    return read


def _named(name: str, read: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: "" if value is None or value == "" else f'"{name}":{read(value)}'


def _object(names: tuple[str, ...], row: tuple[Any, ...]) -> str:
    named = zip(names, row, strict=True)
    return merged({name: value for name, value in named if value is not None and value != ""})


def merged(metadata: dict[str, Any]) -> str:
    """Return the member "metadata". If a column has that name, it holds an object, and the others are added to it."""
    inner = metadata.pop("metadata", None)
    if isinstance(inner, str):
        try:
            inner = orjson.loads(inner)
        except orjson.JSONDecodeError:
            return fragments.member("metadata", inner)  # the contract names the error
    if inner is not None:
        if not isinstance(inner, dict):
            return f'"metadata":{fragments.text(inner)}'
        metadata = {**metadata, **inner}
    return f'"metadata":{fragments.text(metadata)}' if metadata else ""
