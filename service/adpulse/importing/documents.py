"""NDJSON and JSON: one object after another."""

import codecs
import json
import re
from collections.abc import Iterator
from itertools import islice

from adpulse.importing.chunk import LONGEST, Chunk
from adpulse.importing.errors import ImportFailed
from adpulse.importing.source import Source

_BETWEEN = re.compile(r"[\s,]*")
_ENVELOPE = re.compile(r'\s*\{\s*"events"\s*:\s*\[')
_ARRAY = re.compile(r"\s*\[")


class DocumentReader:
    """A reader of objects: a line each, or those of an array, of {"events": [...]}, or that stand one after another.

    A record is the text of an object, not yet looked at.
    """

    header: list[str] | None = None
    seed = b"json"

    def __init__(self, source: Source, *, lines: bool) -> None:
        self._name = source.name
        self._blocks = source.blocks()
        self._texts = self._by_line() if lines else self._by_object()

    def read(self, count: int) -> Chunk:
        """Return the next objects."""
        found = list(islice(self._texts, count))
        texts = [text for _, text in found]
        return Chunk(list(texts), texts, [line for line, _ in found])

    def _by_line(self) -> Iterator[tuple[int, str]]:
        number, rest = 0, b""
        for block in self._blocks:
            lines = (rest + block).split(b"\n")
            rest = lines.pop()
            if len(rest) > LONGEST:
                raise ImportFailed(f"{self._name}, line {number + len(lines) + 1:,}: has more than {LONGEST:,} bytes")
            for line in lines:
                number += 1
                if line and not line.isspace():
                    yield number, _text(line, number)
        if rest.strip():
            yield number + 1, _text(rest, number + 1)

    def _by_object(self) -> Iterator[tuple[int, str]]:
        decoder, utf8 = json.JSONDecoder(), codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
        buffer, place, line, nested = "", 0, 1, 0
        blocks = (utf8.decode(block) for block in self._blocks)
        buffer = next(blocks, "")
        envelope = _ENVELOPE.match(buffer)
        if begun := envelope or _ARRAY.match(buffer):
            place, nested = begun.end(), 1
            line += buffer.count("\n", 0, place)
        while True:
            start = _BETWEEN.match(buffer, place).end()  # type: ignore[union-attr]  # it matches nothing, too
            line += buffer.count("\n", place, start)
            place = start
            try:
                if place >= len(buffer) - 1:
                    raise ValueError
                if nested and buffer[place] == "]":
                    self._check_end(buffer[place + 1 :], blocks, line, envelope=bool(envelope))
                    return
                _, stop = decoder.raw_decode(buffer, place)
                if stop == len(buffer) and buffer[-1] not in '}]"':
                    raise ValueError  # a number that may go on
            except (ValueError, RecursionError) as error:
                more = next(blocks, None)
                if more is None:
                    if place >= len(buffer.rstrip()) and not nested:
                        return
                    if nested and buffer[place:] == "]" and not envelope:
                        return
                    raise ImportFailed(f"{self._name} is no JSON after line {line}: it ends in the middle") from None
                if len(buffer) - place > 16 * LONGEST:
                    raise ImportFailed(f"{self._name} is no JSON after line {line}: {error}") from None
                buffer, place = buffer[place:] + more, 0
                continue
            yield line, buffer[place:stop]
            line += buffer.count("\n", place, stop)
            place = stop

    def _check_end(self, rest: str, blocks: Iterator[str], line: int, *, envelope: bool) -> None:
        """Raise ImportFailed if there may be events after the list: nothing but other members of its object may be."""
        for block in blocks:
            rest += block
            if len(rest) > 16 * LONGEST:
                break
        try:
            after = (
                json.loads("{" + rest.lstrip().removeprefix(",")) if envelope else {"events": 1} if rest.strip() else {}
            )
        except (ValueError, RecursionError):
            after = {"events": 1}
        if "events" in after:
            raise ImportFailed(f"{self._name} goes on after the end of its list in line {line}: a file holds one list")


def _text(line: bytes, number: int) -> str:
    if number == 1:
        line = line.removeprefix(codecs.BOM_UTF8)
    return line.decode("utf-8", "surrogateescape")


def by_line(start: bytes) -> bool:
    """Return True if the first bytes of a file are lines of JSON, and not one JSON text over many lines."""
    start = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if not start.startswith(b"{") or _ENVELOPE.match(start[:1000].decode("utf-8", "replace")):
        return False
    line, newline, _ = start.partition(b"\n")
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        # A line that is not complete, or bad.
        return line.rstrip().endswith(b"}") or not newline
    return True
