"""The filters of a report: `key:value`, or the JSON object that a row of a report has as its "filter".

What a group shows, a filter finds: a filter compares the text by which `group_by` names a group, and every row says by
which filter it is found (docs/decisions/0027).
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from adpulse.event.contract import Event

FIELDS = ("campaign_id", "event_type")  # fields of an event that group_by and filter know, beside keys of metadata
MOST = 32  # conditions of a report, each of which PostgreSQL evaluates for every event
MOST_EXCLUDED = 1_000  # groups that one condition leaves out
_MOST_BYTES = 16_384  # largest filter of a row: it must fit into the head of a request

# The text that names the group; None, the events without the key; {"not": [groups]}, all events but these groups'; or
# OTHER: the values of a dimension that share one row (sql/variants/08_rollup_dims).
Condition = str | None | dict[str, Any]
Filters = dict[str, Condition]
OTHER: dict[str, Any] = {"other": True}

_JSON = 'must be key:value, for example geo:IN, or a row\'s filter, for example {"geo": "IN"}'


def parse(values: Iterable[str]) -> Filters:
    """Return the conditions of all `filter` parameters together. Raises ValueError with the reason."""
    filters: Filters = {}
    for value in values:
        for key, condition in _pairs(value):
            _check(key, condition)
            filters[key] = _both(filters[key], condition) if key in filters else condition
    if len(filters) > MOST:
        raise ValueError(f"names more than {MOST} keys")
    return filters


def _pairs(value: str) -> list[tuple[str, Any]]:
    if not value.startswith("{"):
        key, colon, text = value.partition(":")
        if not key or not colon:
            raise ValueError(_JSON)
        return [(key, text)]
    try:
        # Read every object as its pairs, so that no repeated key is lost.
        pairs = json.loads(value, object_pairs_hook=_Object, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ValueError(_JSON) from None
    return [(key, dict(found) if isinstance(found, _Object) else found) for key, found in pairs]


class _Object(list[tuple[str, Any]]):
    """A JSON object as its pairs, in order."""


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _check(key: str, condition: Any) -> None:
    if key in Event.__annotations__ and key not in FIELDS:
        # Otherwise the report would look for a metadata key of that name, find nothing, and look like an answer.
        allowed = f"{', '.join(FIELDS)} and keys of metadata, for example geo:IN"
        raise ValueError(f"names a field of the event that no report is by; allowed: {allowed}")
    if condition == OTHER and condition["other"] is True and key not in FIELDS:
        condition = None
    excluded = condition.get("not") if isinstance(condition, dict) and len(condition) == 1 else [condition]
    if not isinstance(excluded, list) or not all(each is None or isinstance(each, str) for each in excluded):
        raise ValueError(
            'has a value that is neither a text, nor null, nor {"not": [texts or null]}, nor {"other": true}'
        )
    if len(excluded) > MOST_EXCLUDED:
        raise ValueError(f"leaves out more than {MOST_EXCLUDED} groups")
    if not all(is_text(text) for text in (key, *excluded) if text is not None):
        raise ValueError("holds a character that is not allowed (NUL or half of a surrogate pair)")


def _both(one: Condition, other: Condition) -> Condition:
    """Return the condition that an event meets when it meets both."""
    if one == other:
        return one
    if OTHER in (one, other):
        raise ValueError('names one key with {"other": true} and another value; no event can have both')
    if isinstance(one, dict) and isinstance(other, dict):
        return {"not": list(dict.fromkeys(one["not"] + other["not"]))}
    if isinstance(one, dict):
        one, other = other, one
    if other == one or (isinstance(other, dict) and one not in other["not"]):
        return one
    raise ValueError("names one key with two values; no event can have both")


def is_text(value: str) -> bool:
    """Return True if PostgreSQL can hold the text: no NUL, and no half of a surrogate pair."""
    return "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)


def of_rest(key: str, kept: Sequence[str | None]) -> Filters | None:
    """Return the filter that finds all groups but the kept ones; None where it would be too long for a request."""
    if len(kept) > MOST_EXCLUDED:
        return None
    rest: Filters = {key: {"not": list(kept)}}
    return rest if len(orjson.dumps(rest)) <= _MOST_BYTES else None
