"""The careful reader of JSON: slower than msgspec and orjson, and without what those lose.

It reads what they refuse (NaN, lone surrogates), so that the reply can name the event that holds it. It notices
repeated members. Numbers that a double cannot hold keep their digits.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from adpulse.event.metadata import Digits, nearest
from adpulse.ingest.batch import BodyError, CheckCount

# How deep a text may be nested. The limits of the readers themselves depend on the version of Python and on the stack.
MOST_NESTED = 500

_MARKS = re.compile(rb'[\[{]+|[\]}]+|"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


class RepeatedMember(dict[str, Any]):
    """A JSON object that has a member twice; the last one counts here."""


class UnreadableError(Exception):
    """An event that is not JSON."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def loads(text: bytes) -> Any:
    """Return JSON in UTF-8 as Python values. Raises ValueError; RecursionError when it is nested too deep."""
    return _loads(text, parse_int=_read_int, parse_float=_read_float, object_pairs_hook=_read_object)


def _loads(text: bytes, **hooks: Any) -> Any:
    value = json.loads(text.decode(), **hooks)
    # A text with no more brackets than that cannot be deeper.
    if text.count(b"[") + text.count(b"{") > MOST_NESTED and _depth(value) > MOST_NESTED:
        raise RecursionError
    return value


def read_body(body: bytes, check: Callable[[Any], object] | None = None) -> Any:
    """Return a body as Python values. Raises BodyError when it is no JSON.

    `check` may raise it too. It gets the body with other numbers in the place of its own: reading them with care takes
    twenty times as long, which a body that is refused anyway is not worth.
    """
    try:
        outline = _loads(body, parse_int=bool, parse_float=bool)
        if check is not None:
            check(outline)
        del outline
        return loads(body)
    except RecursionError:
        raise BodyError(400, "malformed_json", "The body is nested too deep.") from None
    except ValueError:
        raise BodyError(400, "malformed_json", "The body is not valid JSON.") from None


def read_events(body: bytes, check_count: CheckCount, *, strict: bool = True) -> list[Any]:
    """Return the events of a body as Python values. Raises BodyError when it is no batch.

    `check_count` may raise it too, for a number of events. `strict`: the envelope has no other members; else they are
    passed over.
    """

    def events_of(value: Any) -> list[Any]:
        events = value.get("events") if isinstance(value, dict) else value
        if not isinstance(events, list):
            raise BodyError(422, "envelope", 'The body must be an object {"events": [...]} or an array of events.')
        if events is not value and len(value) > 1 and strict:
            raise BodyError(422, "unknown_field", 'The body must hold "events" and nothing else.')
        if isinstance(value, RepeatedMember):
            raise BodyError(422, "repeated_field", 'The body holds "events" twice; send one list of all events.')
        if events:  # an empty list may be the second one
            check_count(len(events))
        return events

    return events_of(read_body(body, events_of))


def read_event(text: bytes) -> Any:
    """Return one event as Python values. Raises UnreadableError."""
    try:
        return loads(text)
    except RecursionError:
        raise UnreadableError("depth", "is nested too deep") from None
    except ValueError:
        raise UnreadableError("malformed_json", "is not valid JSON") from None


def _read_int(text: str) -> int | float:
    # int() would refuse more than 4,300 digits.
    if len(text) <= 20 and -(2**63) <= (value := int(text)) < 2**64:
        return value
    return Digits(text)


def _read_float(text: str) -> float:
    value = nearest(text)
    # Near zero because the text need not be zero: 1e-400.
    return value if Digits.exact(value) or value - value != 0 else Digits(text, value)


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    return value if len(value) == len(pairs) else RepeatedMember(value)


def is_too_deep(text: bytes) -> bool:
    """Return True if JSON is nested too deep. Makes no values: the text may hold too many."""
    if text.count(b"[") + text.count(b"{") <= MOST_NESTED:
        return False
    depth = 0
    for match in _MARKS.finditer(text):
        mark = match[0]
        if mark[0] in b"[{":
            depth += len(mark)
            if depth > MOST_NESTED:
                return True
        elif mark[0] in b"]}":
            depth -= len(mark)
    return False


def _depth(value: Any) -> int:
    """Return how deep lists and objects are nested: 0 for a text, 1 for []."""
    depth, level = 0, [value]
    while level := [value for value in level if isinstance(value, dict | list)]:
        depth += 1
        level = [inner for value in level for inner in (value.values() if isinstance(value, dict) else value)]
    return depth
