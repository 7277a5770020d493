"""The values of records, column by column: of rows of a table, or of objects by a dotted path."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

import orjson

Column = Sequence[Any]  # one value for each record, or None
Columns = Callable[[str], Column]


def of_rows(header: list[str], rows: list[list[str]]) -> Columns:
    """Return the columns of rows that are as long as the header. An empty text is no value.

    A dotted path goes into the JSON that a column holds.
    """
    places = {name: place for place, name in enumerate(header)}

    def column(path: str) -> Column:
        if (place := places.get(path)) is not None:
            return list(map(itemgetter(place), rows))
        name, _, rest = path.partition(".")
        if (place := places.get(name)) is None:
            return [None] * len(rows)
        return [find(_object(row[place]), rest) for row in rows]

    return column


def of_objects(records: list[dict[str, Any]]) -> Columns:
    """Return the columns of objects. A path is a name as it is, or one with dots that leads into inner objects."""

    def column(path: str) -> Column:
        return [record[path] if path in record else find(record, path) for record in records]

    return column


def find(value: Any, path: str) -> Any:
    """Return the value at a path, or None. Search a list of {"key": …, "value": …}, as BigQuery has it, by key."""
    while path:
        if isinstance(value, str):
            value = _object(value)
        if isinstance(value, dict) and path in value:
            return _plain(value[path])
        name, _, path = path.partition(".")
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list):
            value = _in_list(value, name)
        else:
            return None
    return _plain(value)


def _in_list(found: list[Any], name: str) -> Any:
    """Return the item of that number, or the value of the item with that key."""
    if name.isdecimal():
        return found[int(name)] if int(name) < len(found) else None
    return next((each.get("value") for each in found if isinstance(each, dict) and each.get("key") == name), None)


def _plain(value: Any) -> Any:
    """Return the one value of {"string_value": …, "int_value": null, …}."""
    if isinstance(value, dict) and value and all(name.endswith("_value") for name in value):
        return next((each for each in value.values() if each is not None), None)
    return value


def _object(text: Any) -> Any:
    if not isinstance(text, str) or not text.startswith(("{", "[")):
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
