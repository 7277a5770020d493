"""Make events of records: JSON as POST /events takes it, so that one contract judges all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from adpulse.event.contract import Rejection
from adpulse.importing import members, values
from adpulse.importing.chunk import Chunk
from adpulse.importing.fields import check_columns, matching, values_of
from adpulse.importing.fragments import Fragments
from adpulse.importing.mapping import Field, Mapping
from adpulse.importing.members import NO_TIME, SKIP, Converter, converter
from adpulse.importing.records import readable
from adpulse.importing.values import Columns

T = TypeVar("T")


@dataclass(slots=True)
class Events:
    """The events of a chunk, not judged yet, and the rejected records."""

    body: list[str] = field(default_factory=list)  # each the JSON of an event
    places: list[int] = field(default_factory=list)  # the place of its record in the chunk, for each event
    rejected: list[Rejection] = field(default_factory=list)  # `index` is the place of the record
    skipped: int = 0  # number of events with a type that was not asked for


class _Kind(NamedTuple):
    """A kind of event of a mapping: which records are one (`when`), and how its fields become JSON."""

    when: dict[str, str]
    fields: dict[str, Field]
    converters: dict[str, Converter]

    def read(self, columns: Columns, count: int, chosen: list[int] | None) -> dict[str, Fragments]:
        """Return the fragments of each field, of the records at the places `chosen` (None: of all `count`)."""
        return {
            name: self.converters[name](_at(values_of(columns, each, count), chosen))
            for name, each in self.fields.items()
        }


def _at(column: Sequence[T], chosen: list[int] | None) -> Sequence[T]:
    return column if chosen is None else [column[place] for place in chosen]


class EventBuilder:
    """A builder of events from records, by a mapping. One for a file: it remembers conversions."""

    def __init__(self, mapping: Mapping, header: list[str] | None) -> None:
        """Raise ImportFailed when the mapping does not fit the columns of the file."""
        self._mapping = mapping
        self._header = header
        if header is not None:
            check_columns(mapping, header)
        self.used = {path for each in self._all_fields() for path in each.columns()}
        self.used |= {path for variation in mapping.events for path in variation.when}
        self._metadata: Converter | None = None
        given = [(variation.when, {**mapping.fields, **variation.fields}) for variation in mapping.events]
        self._kinds = [
            _Kind(when, fields, {name: converter(name, each, mapping.file.decimal) for name, each in fields.items()})
            for when, fields in given or [({}, mapping.fields)]
        ]

    def build(self, chunk: Chunk) -> Events:
        """Return the events of a chunk."""
        events = Events()
        places, records, events.rejected = readable(chunk, self._header, plain=self._mapping.plain)
        if self._header is None and self._mapping.plain:
            events.body, events.places = records, places
            return events
        columns = (
            values.of_rows(self._header, records)
            if self._header is not None and records and isinstance(records[0], list)
            else values.of_objects(records)
        )
        metadata = self._read_metadata(columns, records)
        for kind in self._kinds:
            chosen = matching(columns, kind.when, len(records))
            of = kind.read(columns, len(records), chosen)
            self._add(events, of, metadata and _at(metadata, chosen), _at(places, chosen))
        return events

    def _add(self, events: Events, of: dict[str, Fragments], metadata: Fragments | None, at: Sequence[int]) -> None:
        """Add the events of one kind, given the fragments of each field; their records are at these places."""
        found = [*of.values()] if metadata is None else [*of.values(), metadata]
        # A column without any value costs as much as one with values.
        full = [each for each in found if any(each)] or found
        rows = zip(*full, strict=True)
        joined = map(",".join, rows if all(map(all, full)) else (filter(None, row) for row in rows))
        body = [f"{{{each}}}" for each in joined]
        if SKIP in of["event_type"]:
            events.skipped += sum(kind == SKIP for kind in of["event_type"])
        if NO_TIME in of["ts"]:
            bad = [at[place] for place, time in enumerate(of["ts"]) if time == NO_TIME]
            message = "is a time that the clocks of its zone skip"
            events.rejected += [Rejection(index=place, field="ts", code="timezone", message=message) for place in bad]
        if SKIP in of["event_type"] or NO_TIME in of["ts"]:
            pairs = zip(of["event_type"], of["ts"], strict=True)
            kept = [place for place, (kind, time) in enumerate(pairs) if kind != SKIP and time != NO_TIME]
            body, at = [body[place] for place in kept], [at[place] for place in kept]
        events.body += body
        events.places += at

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
            return [members.merged(each) for each in rest]
        if not keys:
            return None
        if self._metadata is None:
            self._metadata = members.metadata_of_columns(tuple(keys))
        return self._metadata(list(zip(*(columns(path) for path in keys.values()), strict=True)))

    def _all_fields(self) -> list[Field]:
        return [*self._mapping.fields.values()] + [
            each for variation in self._mapping.events for each in variation.fields.values()
        ]
