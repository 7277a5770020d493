"""An import of one file: reads its records in groups, checks them, and writes a group while it reads the next one."""

import asyncio
import hashlib
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import orjson

from adpulse.event.contract import Rejection
from adpulse.importing import aggregates, readers
from adpulse.importing.chunk import CHARACTERS, RECORDS, SLICE, Chunk
from adpulse.importing.documents import DocumentReader
from adpulse.importing.errors import ImportFailed
from adpulse.importing.events import EventBuilder, Events
from adpulse.importing.ledger import Group, Known
from adpulse.importing.mapping import Mapping
from adpulse.importing.outcome import Outcome
from adpulse.importing.rejects import Rejects
from adpulse.importing.source import Source
from adpulse.importing.target import Judged, Target
from adpulse.ingest.batch import Batch, BodyError
from adpulse.ingest.decoder import Decoder
from adpulse.settings import Settings

# In one group. A record may be several events.
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
        """Return the next records, fewer than `count` where they are large.

        Raises ImportFailed, also for an export that holds sums instead of events.
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
        """Return the events of a chunk, and the rows of those that the contract accepts. Raises ImportFailed."""
        events = self._builder.build(chunk)
        if not events.body:
            return Judged(events, Batch(0, listed=_MOST_EVENTS))
        ndjson = self.mapping.plain and isinstance(self.reader, DocumentReader)
        if ndjson:
            # A line feed inside an object is white space, but would end a line of NDJSON.
            text = "\n".join([event.replace("\n", " ").replace("\r", " ") for event in events.body])
        else:
            text = f'{{"events":[{",".join(events.body)}]}}'
        try:
            return Judged(events, self._decoder.decode(text.encode(), ndjson=ndjson, listed=_MOST_EVENTS))
        except BodyError as error:
            raise ImportFailed(f"{self.source.name}, lines {chunk.lines[0]:,} and on: {error.detail}") from None

    async def run(
        self, target: Target, rejects: Rejects, *, name: str, on_progress: Callable[[Outcome], None]
    ) -> Outcome:
        """Import the file, and skip groups that were imported before. Raises ImportFailed and errors of the target.

        A file is the same one if its content and `name` are.
        """
        began = time.monotonic()
        outcome = Outcome()
        writer = _Writer(target, rejects, outcome, on_progress)
        start = hashlib.sha256(name.encode() + b"\0" + self.reader.seed).digest()
        try:
            async with aclosing(self._groups(target, start)) as groups:
                async for chunk, group, known in groups:
                    outcome.records += len(chunk)
                    if known and known.effective:
                        outcome.known_records += len(chunk)
                        outcome.known_at = known.imported_at
                        on_progress(outcome)
                    else:
                        judged = await asyncio.to_thread(self.judge, chunk)
                        await writer.finish()
                        writer.start(chunk, judged, group)
            await writer.finish()
        finally:
            await writer.stop()
        outcome.seconds = time.monotonic() - began
        return outcome

    async def _groups(self, target: Target, start: bytes) -> AsyncGenerator[tuple[Chunk, Group, Known | None]]:
        """Yield the groups of the file, each with its place in the chain, and as it was imported before, if it was.

        `start` is the digest before the first record. A file that was imported before is cut at the same places.
        """
        before, first_record, pending = start, 1, Chunk()
        while chunk := pending + await asyncio.to_thread(self.read, RECORDS - len(pending)):
            if first_record == 1:
                await target.begin(chunk.split(1)[0].digest(before))
            known = await target.find(before, chunk)
            chunk, pending = chunk.split(known.records if known else len(chunk))
            group = Group(self.source.name, first_record, len(chunk), before, chunk.digest(before))
            yield chunk, group, known
            before = group.after
            first_record += len(chunk)


@dataclass(slots=True)
class _Writer:
    """Writes a group while the next one is read: events to the target, rejected records to a file; counts both."""

    target: Target
    rejects: Rejects
    outcome: Outcome
    on_progress: Callable[[Outcome], None]
    task: asyncio.Task[None] | None = None  # writes the last group

    def start(self, chunk: Chunk, judged: Judged, group: Group) -> None:
        """Begin to write a group. The one before must be written."""
        self.task = asyncio.create_task(self._write(chunk, judged, group))

    async def finish(self) -> None:
        """Wait until the last group is written. Raises ImportFailed and errors of the target."""
        if self.task is not None:
            await self.task
            self.task = None

    async def stop(self) -> None:
        """Wait for the last group after an error, which is the one to report."""
        if self.task is not None:
            await asyncio.gather(self.task, return_exceptions=True)

    async def _write(self, chunk: Chunk, judged: Judged, group: Group) -> None:
        # Before the commit, so that rejected records are in the file even if the commit fails.
        by_us = rejected(chunk, judged)
        self.rejects.write(chunk, by_us)
        answer = await self.target.write(judged, group)
        if answer is None:
            self.outcome.known_records += len(chunk)
            return
        by_target = _at_records(judged.events, answer.rejected[len(judged.batch.rejected) :])
        self.rejects.write(chunk, by_target)
        self.outcome.add(answer, judged.events, (*by_us, *by_target))
        self.on_progress(self.outcome)


def rejected(chunk: Chunk, judged: Judged) -> list[Rejection]:
    """Return the rejections of a chunk; `index` is the place of the record in it."""
    rejections = judged.events.rejected + _at_records(judged.events, judged.batch.rejected)
    return sorted(rejections, key=lambda rejection: rejection["index"])


def _at_records(events: Events, rejections: list[Rejection]) -> list[Rejection]:
    """Return rejections of events with the places of their records instead."""
    return [Rejection(**{**rejection, "index": events.places[rejection["index"]]}) for rejection in rejections]


def _table(header: list[str] | None, records: list[Any]) -> tuple[list[str], list[list[Any]]]:
    """Return the columns and rows of a chunk whose records may be objects, or texts of objects."""
    if records and isinstance(records[0], list):
        return header or [], records
    objects = [fields for fields in map(_as_object, records[:100]) if fields]
    names = list(dict.fromkeys(name for fields in objects for name in fields))
    return names, [[fields.get(name) for name in names] for fields in objects]


def _as_object(record: Any) -> dict[str, Any] | None:
    try:
        value = orjson.loads(record) if isinstance(record, str) else record
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None
