"""Make events of records: JSON as POST /events takes it, so that one contract judges all of them."""

from dataclasses import dataclass, field
from typing import Any

from adpulse.event.contract import Rejection
from adpulse.importing import members, values
from adpulse.importing.chunk import Chunk
from adpulse.importing.fields import check_columns, matching, values_of
from adpulse.importing.fragments import Fragments
from adpulse.importing.mapping import Field, Mapping
from adpulse.importing.members import NO_TIME, SKIP, Converter, converter
from adpulse.importing.records import readable
from adpulse.importing.values import Columns


@dataclass(slots=True)
class Events:
    """The events of a chunk, not judged yet, and the rejected records."""

    body: list[str] = field(default_factory=list)  # each the JSON of an event
    places: list[int] = field(default_factory=list)  # of the record in the chunk
    rejected: list[Rejection] = field(default_factory=list)  # `index` is the place of the record
    skipped: int = 0  # events that are not asked for


class EventBuilder:
    """Makes events of records by a mapping. One for a file: it remembers conversions."""

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
            (when, fields, {name: converter(name, each, mapping.file.decimal) for name, each in fields.items()})
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
        for when, fields, converters in self._kinds:
            chosen = matching(columns, when, len(records))
            self._add(events, columns, metadata, fields, converters, places, chosen)
        return events

    def _add(
        self,
        events: Events,
        columns: Columns,
        metadata: Fragments | None,
        fields: dict[str, Field],
        converters: dict[str, Converter],
        places: list[int],
        chosen: list[int] | None,
    ) -> None:
        """Add the events of one kind: one for each record at the places `chosen` (None: for all records)."""
        found: list[Fragments] = []
        for name, each in fields.items():
            column = values_of(columns, each, len(places))
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
        body = [f"{{{each}}}" for each in joined]
        of = dict(zip(fields, found, strict=False))  # metadata come after the fields
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
