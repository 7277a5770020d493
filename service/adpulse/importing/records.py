"""Records of a chunk that can be read; the others are rejected, each with its reason."""

import re
from collections.abc import Sequence
from typing import Any

import orjson

from adpulse.event.contract import Rejection
from adpulse.importing.chunk import Chunk
from adpulse.ingest import json_reader
from adpulse.ingest.json_reader import RepeatedMember, UnreadableError
from adpulse.terminal import counted

_BROKEN = re.compile("[\ud800-\udfff]")


def readable(chunk: Chunk, header: list[str] | None, *, plain: bool) -> tuple[list[int], list[Any], list[Rejection]]:
    """Return the places of the records that can be read, these records, and the rejections of the others.

    `plain`: the texts of objects stay texts, as events that need no mapping.
    """
    places = list(range(len(chunk)))
    records = chunk.records
    if not records:
        return places, records, []
    problems: dict[int, tuple[str, str]] = {}
    if isinstance(records[0], list):
        width = len(header or ())
        if set(map(len, records)) != {width}:
            for place, row in enumerate(records):
                if len(row) != width:
                    problems[place] = ("columns", f"has {counted(len(row), 'column')}, and the header {width}")
    elif isinstance(records[0], str):
        if _BROKEN.search("".join(records)):
            bad = [place for place in places if _BROKEN.search(records[place])]
            problems = dict.fromkeys(bad, ("malformed_json", "is not valid UTF-8"))
        if not plain:
            records = [None if place in problems else _parsed(records, place, problems) for place in places]
    if not problems:
        return places, records, []
    rejected = [
        Rejection(index=place, field=None, code=code, message=message)
        for place, (code, message) in sorted(problems.items())
    ]
    places = [place for place in places if place not in problems]
    return places, [records[place] for place in places], rejected


def _exact(text: bytes) -> Any:
    """Return the value of JSON if the fast reader lost nothing, such as digits or a repeated member; else None."""
    try:
        value = orjson.loads(text)
        return value if orjson.dumps(value) == text else None
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return None


def _parsed(records: Sequence[str], place: int, problems: dict[int, tuple[str, str]]) -> Any:
    """Return the object of a text, or note its error."""
    text = records[place].encode()
    try:
        value = _exact(text)
        if value is None:
            value = json_reader.read_event(text)
    except UnreadableError as error:
        problems[place] = (error.code, str(error))
        return None
    if isinstance(value, RepeatedMember):
        problems[place] = ("repeated_field", "has a field twice")
        return None
    if not isinstance(value, dict):
        problems[place] = ("type", "must be an object")
        return None
    return value
