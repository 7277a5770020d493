"""Records become events: JSON as POST /events takes it, so that one contract judges all of them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson

from adpulse.event.contract import Rejection
from adpulse.importing import amounts, fragments, times, values
from adpulse.importing.chunk import Chunk
from adpulse.importing.errors import ImportFailed
from adpulse.importing.fragments import Fragments
from adpulse.importing.mapping import Field, Mapping
from adpulse.importing.values import Column, Columns
from adpulse.ingest import json_reader
from adpulse.ingest.json_reader import RepeatedMember, UnreadableError

REQUIRED = ("ts", "campaign_id", "user_id", "event_type")

_SKIP = "skip"  # instead of a member
_NO_TIME = "no such time"
_BROKEN = re.compile("[\ud800-\udfff]")
# A column of times of one kind needs no look at each: with offsets as the contract has them, or without any.
_INSTANTS = re.compile(r"(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)\n)*", re.ASCII)
_CLOCKS = re.compile(r"(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?\n)*", re.ASCII)


@dataclass(slots=True)
class Events:
    """The events of a chunk, not judged yet, and the records that gave none."""

    body: list[str] = field(default_factory=list)  # each the JSON of an event
    places: list[int] = field(default_factory=list)  # of the record in the chunk
    rejected: list[Rejection] = field(default_factory=list)  # `index` is the place of the record
    skipped: int = 0  # events that are not asked for


class EventBuilder:
    """Makes events of records, by a mapping. One for a file: it remembers what it has converted."""

    def __init__(self, mapping: Mapping, header: list[str] | None) -> None:
        """Raise ImportFailed when the mapping does not fit the columns of the file."""
        self._mapping = mapping
        self._header = header
        if header is not None:
            self._check_columns(header)
        self.used = {path for each in self._all_fields() for path in each.columns()}
        self.used |= {path for variation in mapping.events for path in variation.when}
        self._metadata: Callable[[Column], Fragments] | None = None
        given = [(variation.when, {**mapping.fields, **variation.fields}) for variation in mapping.events]
        self._kinds = [
            (when, fields, {name: self._converter(name, each) for name, each in fields.items()})
            for when, fields in given or [({}, mapping.fields)]
        ]

    def build(self, chunk: Chunk) -> Events:
        """Return the events of a chunk."""
        events = Events()
        places, records = self._readable(chunk, events)
        if self._header is None and self._mapping.plain:
            events.body, events.places = records, places
            return events
        columns = (
            values.of_rows(self._header, records)
            if self._header is not None and records and isinstance(records[0], list)
            else values.of_objects(records)
        )
        metadata = self._read_metadata(columns, records)
        for when, fields, converters in self._kinds:
            chosen = _matching(columns, when, len(records))
            self._add(events, columns, metadata, fields, converters, places, chosen)
        return events

    def _readable(self, chunk: Chunk, events: Events) -> tuple[list[int], list[Any]]:
        """Return the records that can be read, and their places; the others are rejected."""
        places = list(range(len(chunk)))
        records = chunk.records
        if not records:
            return places, records
        problems: dict[int, tuple[str, str]] = {}
        if isinstance(records[0], list):
            width = len(self._header or ())
            if set(map(len, records)) != {width}:
                for place, row in enumerate(records):
                    if len(row) != width:
                        problems[place] = ("columns", f"has {len(row)} columns, and the header {width}")
        elif isinstance(records[0], str):
            if _BROKEN.search("".join(records)):
                bad = [place for place in places if _BROKEN.search(records[place])]
                problems = dict.fromkeys(bad, ("malformed_json", "is not valid UTF-8"))
            if not self._mapping.plain:
                records = [None if place in problems else _parsed(records, place, problems) for place in places]
        if problems:
            events.rejected += [
                Rejection(index=place, field=None, code=code, message=message)
                for place, (code, message) in sorted(problems.items())
            ]
            places = [place for place in places if place not in problems]
            records = [records[place] for place in places]
        return places, records

    def _add(
        self,
        events: Events,
        columns: Columns,
        metadata: Fragments | None,
        fields: dict[str, Field],
        converters: dict[str, Callable[[Column], Fragments]],
        places: list[int],
        chosen: list[int] | None,
    ) -> None:
        """Add the events of one kind: one for each chosen record, None: for all."""
        found: list[Fragments] = []
        for name, each in fields.items():
            column = _source(columns, each, len(places))
            if chosen is not None:
                column = [column[at] for at in chosen]
            found.append(converters[name](column))
        if metadata is not None:
            found.append(metadata if chosen is None else [metadata[at] for at in chosen])
        at = places if chosen is None else [places[each] for each in chosen]
        # A column without any value costs as much as one with values.
        full = [each for each in found if any(each)] or found
        rows = zip(*full, strict=True)
        joined = map(",".join, rows if all(map(all, full)) else (filter(None, row) for row in rows))
        body = [f"{{{members}}}" for members in joined]
        of = dict(zip(fields, found, strict=False))  # metadata come after the fields
        if _SKIP in of["event_type"]:
            events.skipped += sum(kind == _SKIP for kind in of["event_type"])
        if _NO_TIME in of["ts"]:
            bad = [at[place] for place, time in enumerate(of["ts"]) if time == _NO_TIME]
            message = "is a time that the clocks of its zone skip"
            events.rejected += [Rejection(index=place, field="ts", code="timezone", message=message) for place in bad]
        if _SKIP in of["event_type"] or _NO_TIME in of["ts"]:
            pairs = zip(of["event_type"], of["ts"], strict=True)
            kept = [place for place, (kind, time) in enumerate(pairs) if kind != _SKIP and time != _NO_TIME]
            body, at = [body[place] for place in kept], [at[place] for place in kept]
        events.body += body
        events.places += at

    def _converter(self, name: str, each: Field) -> Callable[[Column], Fragments]:
        """Return what makes members of the values of a field. Raises ImportFailed for a mapping that cannot be."""
        try:
            if name == "ts":
                return _times(each)
            if name in ("cost", "revenue"):
                return fragments.remembered(_named(name, amounts.compiled(each, self._mapping.file.decimal)))
        except ValueError as error:
            raise ImportFailed(f"the mapping of {name}: {error}", usage=True) from None
        if name == "event_type":
            return fragments.remembered(_words(each))
        if name == "campaign_id":
            return fragments.remembered(lambda value: fragments.member(name, value))
        return lambda column: fragments.members(name, column)

    def _read_metadata(self, columns: Columns, records: list[Any]) -> Fragments | None:
        wanted = self._mapping.metadata
        if wanted == "none" or not records:
            return None
        if isinstance(wanted, dict):
            keys = wanted
        elif self._header is not None:
            taken = set(self.used) | {path.partition(".")[0] for path in self.used}
            keys = {name: name for name in self._header if name and name not in taken}
        else:
            taken = {path.partition(".")[0] for path in self.used} | self.used
            rest = [{name: each for name, each in record.items() if name not in taken} for record in records]
            return [_merged(each) for each in rest]
        if not keys:
            return None
        if self._metadata is None:
            self._metadata = fragments.remembered(partial(_object, tuple(keys)))
        return self._metadata(list(zip(*(columns(path) for path in keys.values()), strict=True)))

    def _all_fields(self) -> list[Field]:
        return [*self._mapping.fields.values()] + [
            each for variation in self._mapping.events for each in variation.fields.values()
        ]

    def _check_columns(self, header: list[str]) -> None:
        """Raise ImportFailed when a field reads columns of which the file has none, or a needed one reads nothing."""
        there = set(header)
        for name, each in self._mapping.fields.items():
            named = each.columns()
            if any(path in there or path.partition(".")[0] in there for path in named) or each.value is not None:
                continue
            default = named == [name]
            overridden = self._mapping.events and all(name in variation.fields for variation in self._mapping.events)
            if overridden or (default and name not in REQUIRED):
                continue
            missing = " or ".join(named) or name
            raise ImportFailed(
                f"the file has no column {missing} for {name}; it has: {', '.join(header[:40])}. "
                f"Say which: --map {name}=COLUMN, or --set {name}=VALUE",
                usage=True,
            )


def _times(each: Field) -> Callable[[Column], Fragments]:
    read = times.compiled(each)
    written = each.format in (None, "rfc3339")
    in_utc = each.timezone == "UTC"

    def one(value: Any) -> str:
        if value is None or value == "":
            return ""
        try:
            return f'"ts":{read(value)}'
        except times.Skipped:
            return _NO_TIME

    def column(found: Column) -> Fragments:
        if written:
            try:
                text = "\n".join(found) + "\n"
            except TypeError:  # not all of them are texts
                text = ""
            if text and _INSTANTS.fullmatch(text):
                return [f'"ts":"{value}"' for value in found]
            if text and in_utc and _CLOCKS.fullmatch(text):
                return [f'"ts":"{value}Z"' for value in found]
        return [one(value) for value in found]

    return column


def _words(each: Field) -> Callable[[Any], str]:
    words, others = each.words or {}, _SKIP if each.others == "skip" else None

    def read(value: Any) -> str:
        word = words.get(value if isinstance(value, str) else str(value))
        if word is None and others is not None and value not in ("impression", "click", "conversion"):
            return others
        return fragments.member("event_type", value if word is None else word)

    return read


def _named(name: str, read: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: "" if value is None or value == "" else f'"{name}":{read(value)}'


def _source(columns: Columns, each: Field, count: int) -> Column:
    """Return the values of a field: the first of its columns that is not empty, its template, its value."""
    found: list[Column] = []
    if each.column is not None:
        found += [columns(path) for path in ([each.column] if isinstance(each.column, str) else each.column)]
    if each.template is not None:
        found.append(_filled(columns, each.template, count))
    if each.value is not None:
        found.append([each.value] * count)
    if len(found) == 1:
        return found[0]
    return [
        next((value for value in row if value is not None and value != ""), None) for row in zip(*found, strict=True)
    ]


def _filled(columns: Columns, template: str, count: int) -> Column:
    """Return a template with each record's values; None where one is missing."""
    parts = [part.partition("}") for part in template.split("{")[1:]]
    start = template.partition("{")[0]
    found = [columns(name) for name, _, _ in parts]
    if not found:
        return [template] * count
    ends = [end for _, _, end in parts]
    return [
        None
        if any(value is None or value == "" for value in row)
        else start + "".join(f"{value}{end}" for value, end in zip(row, ends, strict=True))
        for row in zip(*found, strict=True)
    ]


def _matching(columns: Columns, when: dict[str, str], count: int) -> list[int] | None:
    if not when:
        return None
    chosen = range(count)
    for path, word in when.items():
        column = columns(path)
        chosen = [place for place in chosen if str(column[place]) == word]  # type: ignore[assignment]  # a list, then
    return list(chosen)


def _exact(text: bytes) -> Any:
    """Return the value of JSON if the fast reader has lost nothing: no digits, and no member that is there twice."""
    try:
        value = orjson.loads(text)
        return value if orjson.dumps(value) == text else None
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return None


def _parsed(records: Sequence[str], place: int, problems: dict[int, tuple[str, str]]) -> Any:
    """Return the object of a text; note what is wrong with it otherwise."""
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


def _object(names: tuple[str, ...], row: tuple[Any, ...]) -> str:
    found = zip(names, row, strict=True)
    return _merged({name: value for name, value in found if value is not None and value != ""})


def _merged(found: dict[str, Any]) -> str:
    """Return the member "metadata". A column of that name holds an object, which the others are added to."""
    inner = found.pop("metadata", None)
    if isinstance(inner, str):
        try:
            inner = orjson.loads(inner)
        except orjson.JSONDecodeError:
            return fragments.member("metadata", inner)  # for the contract to name
    if inner is not None:
        if not isinstance(inner, dict):
            return f'"metadata":{fragments.text(inner)}'
        found = {**found, **inner}
    return f'"metadata":{fragments.text(found)}' if found else ""
