"""The reader of NDJSON and JSON: one object after another."""

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
        self._texts = self._by_line() if lines else iter(_Objects(source.name, self._blocks))

    def read(self, count: int) -> Chunk:
        """Return the next objects."""
        numbered = list(islice(self._texts, count))
        texts = [text for _, text in numbered]
        return Chunk(list(texts), texts, [line for line, _ in numbered])

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


class _Objects:
    """The objects of JSON that may go over many lines, each as the number of its first line, and its text.

    The text is read in blocks: `_buffer` holds what has been read and not handed out, from `_place` on.
    """

    def __init__(self, name: str, blocks: Iterator[bytes]) -> None:
        utf8 = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
        self._name = name
        self._blocks = (utf8.decode(block) for block in blocks)
        self._decoder = json.JSONDecoder()
        self._buffer = next(self._blocks, "")
        self._place, self._line = 0, 1
        self._envelope = _ENVELOPE.match(self._buffer)
        begun = self._envelope or _ARRAY.match(self._buffer)
        self._in_list = begun is not None
        if begun:
            self._go_to(begun.end())

    def __iter__(self) -> Iterator[tuple[int, str]]:
        while True:
            if between := _BETWEEN.match(self._buffer, self._place):
                self._go_to(between.end())
            if self._in_list and self._place < len(self._buffer) - 1 and self._buffer[self._place] == "]":
                self._check_end(self._buffer[self._place + 1 :])
                return
            try:
                stop = self._end_of_object()
            except (ValueError, RecursionError) as error:
                if not self._read_on(error):
                    return
                continue
            yield self._line, self._buffer[self._place : stop]
            self._go_to(stop)

    def _go_to(self, place: int) -> None:
        self._line += self._buffer.count("\n", self._place, place)
        self._place = place

    def _end_of_object(self) -> int:
        """Return where the next object ends. Raises ValueError or RecursionError if it is not there in one piece."""
        if self._place >= len(self._buffer) - 1:
            raise ValueError
        _, stop = self._decoder.raw_decode(self._buffer, self._place)
        if stop == len(self._buffer) and self._buffer[-1] not in '}]"':
            raise ValueError  # a number at the end of the data may go on
        return stop

    def _read_on(self, error: Exception) -> bool:
        """Read a block more, after `error`. Return False at the end of the file; raise ImportFailed in the middle."""
        more = next(self._blocks, None)
        if more is None:
            if not self._in_list and self._place >= len(self._buffer.rstrip()):
                return False
            if self._in_list and not self._envelope and self._buffer[self._place :] == "]":
                return False
            raise ImportFailed(f"{self._name} is no JSON after line {self._line}: it ends in the middle") from None
        if len(self._buffer) - self._place > 16 * LONGEST:
            raise ImportFailed(f"{self._name} is no JSON after line {self._line}: {error}") from None
        self._buffer, self._place = self._buffer[self._place :] + more, 0
        return True

    def _check_end(self, rest: str) -> None:
        """Raise ImportFailed if there may be events after the list: nothing but other members of its object may be."""
        for block in self._blocks:
            rest += block
            if len(rest) > 16 * LONGEST:
                break
        if not self._envelope:
            goes_on = bool(rest.strip())
        else:
            try:
                goes_on = "events" in json.loads("{" + rest.lstrip().removeprefix(","))
            except (ValueError, RecursionError):
                goes_on = True
        if goes_on:
            raise ImportFailed(
                f"{self._name} goes on after the end of its list in line {self._line}: a file holds one list"
            )


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
        # The line is incomplete, or bad.
        return line.rstrip().endswith(b"}") or not newline
    return True
