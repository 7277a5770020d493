"""An import: records are read, judged and written, a group at a time, while the next one is being read."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from adpulse.event.contract import Rejection
from adpulse.importing import aggregates, readers
from adpulse.importing.chunk import CHARACTERS, RECORDS, SLICE, Chunk
from adpulse.importing.documents import DocumentReader
from adpulse.importing.errors import ImportFailed
from adpulse.importing.events import EventBuilder, Events
from adpulse.importing.ledger import Group
from adpulse.importing.mapping import Mapping
from adpulse.importing.outcome import Outcome
from adpulse.importing.rejects import Rejects
from adpulse.importing.source import Source
from adpulse.importing.target import Judged, Target
from adpulse.ingest.batch import Batch, BodyError
from adpulse.ingest.decoder import Decoder
from adpulse.settings import Settings

# Of one group; a record may be several events.
_MOST_EVENTS = 1_000_000


class Import:
    """The import of one file."""

    def __init__(self, source: Source, mapping: Mapping, settings: Settings) -> None:
        """Raise ImportFailed when the file cannot be read, or the mapping does not fit it."""
        self.source = source
        self.mapping = mapping
        self.reader = readers.reader(source, mapping)
        self._builder = EventBuilder(mapping, self.reader.header)
        self._decoder = Decoder(settings.model_copy(update={"max_events": _MOST_EVENTS}))
        self._first = True

    def read(self, count: int) -> Chunk:
        """Return the next records, fewer than `count` where they are large. Raises ImportFailed.

        An aggregated export is refused.
        """
        chunk, characters = Chunk(), 0
        while len(chunk) < count and characters < CHARACTERS:
            more = self.reader.read(min(SLICE, count - len(chunk)))
            if not more:
                break
            characters += sum(map(len, more.texts))
            chunk.extend(more)
        if self._first and chunk:
            self._first = False
            header, rows = _table(self.reader.header, chunk.records)
            aggregates.refuse(header, rows, self._builder.used, self.source.name)
        return chunk

    def judge(self, chunk: Chunk) -> Judged:
        """Return the events of a chunk, as rows of the table where the contract accepts them."""
        events = self._builder.build(chunk)
        if not events.body:
            return Judged(events, Batch(0, listed=_MOST_EVENTS))
        ndjson = self.mapping.plain and isinstance(self.reader, DocumentReader)
        if ndjson:
            # A line feed inside an object is white space, but would end a line of NDJSON.
            text = "\n".join([each.replace("\n", " ").replace("\r", " ") for each in events.body])
        else:
            text = f'{{"events":[{",".join(events.body)}]}}'
        try:
            return Judged(events, self._decoder.decode(text.encode(), ndjson=ndjson, listed=_MOST_EVENTS))
        except BodyError as error:
            raise ImportFailed(f"{self.source.name}, lines {chunk.lines[0]:,} and on: {error.detail}") from None

    async def run(
        self, target: Target, rejects: Rejects, *, name: str, on_progress: Callable[[Outcome], None]
    ) -> Outcome:
        """Import the file; groups that were imported before are skipped. Raises ImportFailed and errors of the target.

        `name` is part of what makes the file the same one.
        """
        began = time.monotonic()
        outcome = Outcome()
        writer = _Writing(target, rejects, outcome, on_progress)
        before = hashlib.sha256(name.encode() + b"\0" + self.reader.seed).digest()
        pending, writing = Chunk(), None
        try:
            while chunk := pending + await asyncio.to_thread(self.read, RECORDS - len(pending)):
                if outcome.records == 0:
                    await target.begin(chunk.split(1)[0].digest(before))
                known = await target.find(before, chunk)
                chunk, pending = chunk.split(known.records if known else len(chunk))
                after = chunk.digest(before)
                group = Group(self.source.name, outcome.records + 1, len(chunk), before, after)
                before = after
                outcome.records += len(chunk)
                if known and known.effective:
                    outcome.known_records += len(chunk)
                    outcome.known_at = known.imported_at
                    on_progress(outcome)
                    continue
                judged = await asyncio.to_thread(self.judge, chunk)
                if writing is not None:
                    await writing
                writing = asyncio.create_task(writer.write(chunk, judged, group))
            if writing is not None:
                await writing
                writing = None
        finally:
            if writing is not None:
                await asyncio.gather(writing, return_exceptions=True)
        outcome.seconds = time.monotonic() - began
        return outcome


@dataclass(slots=True)
class _Writing:
    """The output of an import: good events go to the target, bad records to a file, and both are counted."""

    target: Target
    rejects: Rejects
    outcome: Outcome
    on_progress: Callable[[Outcome], None]

    async def write(self, chunk: Chunk, judged: Judged, group: Group) -> None:
        # Before the commit, so that rejected records are in the file even if the commit fails.
        first = rejected(chunk, judged)
        self.rejects.write(chunk, first)
        answer = await self.target.write(judged, group)
        if answer is None:
            self.outcome.known_records += len(chunk)
            return
        later = _at_records(judged.events, answer.rejected[len(judged.batch.rejected) :])
        self.rejects.write(chunk, later)
        self.outcome.add(answer, judged.events, (*first, *later))
        self.on_progress(self.outcome)


def rejected(chunk: Chunk, judged: Judged) -> list[Rejection]:
    """Return the rejections of a chunk; `index` is the place of the record in it."""
    found = judged.events.rejected + _at_records(judged.events, judged.batch.rejected)
    return sorted(found, key=lambda each: each["index"])


def _at_records(events: Events, of_events: list[Rejection]) -> list[Rejection]:
    return [Rejection(**{**each, "index": events.places[each["index"]]}) for each in of_events]


def _table(header: list[str] | None, records: list[Any]) -> tuple[list[str], list[list[Any]]]:
    """Return the columns and rows of a chunk whose records may be objects, or texts of objects."""
    if records and isinstance(records[0], list):
        return header or [], records
    objects = [each for each in (_as_object(record) for record in records[:100]) if each]
    names = list(dict.fromkeys(name for each in objects for name in each))
    return names, [[each.get(name) for name in names] for each in objects]


def _as_object(record: Any) -> dict[str, Any] | None:
    try:
        value = orjson.loads(record) if isinstance(record, str) else record
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None
