"""The reader of CSV and TSV, in any dialect."""

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from adpulse.importing.chunk import LONGEST, Chunk
from adpulse.importing.errors import ImportFailed
from adpulse.importing.mapping import File
from adpulse.importing.source import Source

_NO_QUOTES = 'where quotes mean nothing in this file, say --quote ""'
_DELIMITERS = (",", "\t", ";", "|")
_BOMS = {  # those of UTF-32 first, because one of them begins like one of UTF-16
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8-sig",
}


class TableReader:
    """A reader of the rows of a CSV or TSV file, each a list of texts."""

    def __init__(self, source: Source, file: File) -> None:
        self._name = source.name
        self._lines: deque[str] = deque()  # lines that csv.reader has taken, and that are not in a row yet
        self._seen = 0
        self._last: tuple[int, str] | None = None  # the row before, with its first line
        self._width = 0  # columns of the header, also those at its end that have no name
        start = source.peek()
        encoding = file.encoding or encoding_of(start)
        try:
            first = start.decode(encoding, "ignore").partition("\n")[0]
        except (LookupError, UnicodeError):  # one of bytes, or of names of hosts
            raise ImportFailed(f"there is no encoding {encoding!r} of texts", usage=True) from None
        self._dialect = dialect(first, file)
        csv.field_size_limit(LONGEST)
        try:
            self._rows = csv.reader(chain.from_iterable(self._read_lines(source, encoding)), **self._dialect)
        except (TypeError, ValueError) as error:  # such as two characters where there may be one
            raise ImportFailed(f"there is no such dialect of CSV: {error}", usage=True) from None
        self.header = file.header
        if self.header is None:
            head = self.read(1)
            if not head.records:
                raise ImportFailed(f"{self._name} is empty", usage=True)
            self.header = [name.strip() for name in head.records[0]]
        self.seed = "\0".join(self.header).encode("utf-8", "surrogatepass")
        if file.header is None:
            self._width = len(self.header)
            while self.header and not self.header[-1]:
                self.header.pop()
            _check_header(self.header, self._name)

    def read(self, count: int) -> Chunk:
        """Return the next rows; empty lines are none."""
        while True:
            chunk, ended = self._read(count)
            if chunk or ended:
                return chunk

    def _read(self, count: int) -> tuple[Chunk, bool]:
        """Return the next rows, none if there are only empty lines, and True at the end of the file."""
        before = self._seen
        try:
            rows = list(islice(self._rows, count))
        except csv.Error as error:
            if str(error).startswith("new-line character"):
                problem = "lines end in a carriage return alone; make them line feeds: tr '\\r' '\\n'"
            else:
                problem = f"{error}; {_NO_QUOTES}"
            raise ImportFailed(f"{self._name}, after line {before}: {problem}") from None
        self._seen = self._rows.line_num
        texts = [self._lines.popleft() for _ in range(self._seen - before)]
        lines = list(range(before + 1, self._seen + 1))
        if len(texts) != len(rows):
            texts, lines = self._by_row(texts, before)
        ended = not rows
        if ended and self._last:
            self._check_quotes(*self._last)
        elif rows:
            self._last = lines[-1], texts[-1]
        if not all(rows):
            full = [place for place, row in enumerate(rows) if row]
            rows = [rows[place] for place in full]
            texts = [texts[place] for place in full]
            lines = [lines[place] for place in full]
        if self.header and len(self.header) < self._width:
            rows = list(map(self._named, rows))
        return Chunk(rows, texts, lines), ended

    def _named(self, row: list[str]) -> list[str]:
        """Return a row without the empty cells below a header that ends in separators; with a value there, as it is."""
        end = len(self.header or ())
        return row if len(row) > self._width or any(row[end:]) else row[:end]

    def _by_row(self, texts: list[str], before: int) -> tuple[list[str], list[int]]:
        """Return the text of each row, and its first line, where rows go over several lines."""
        again = csv.reader(texts, **self._dialect)
        by_row, lines, start = [], [], 0
        for _ in again:
            by_row.append("".join(texts[start : again.line_num]))
            lines.append(before + start + 1)
            if again.line_num > start + 1:
                self._check_quotes(lines[-1], by_row[-1])
            start = again.line_num
        return by_row, lines

    def _check_quotes(self, line: int, text: str) -> None:
        """Raise ImportFailed if a quote of a row does not close at the end of a field: it takes in the next rows."""
        try:
            list(csv.reader(io.StringIO(text, newline=""), strict=True, **self._dialect))
        except csv.Error:
            raise ImportFailed(
                f"{self._name}, line {line:,}: a quote opens, and none closes it at the end of a field; {_NO_QUOTES}"
            ) from None

    def _read_lines(self, source: Source, encoding: str) -> Iterator[list[str]]:
        # A byte that is no text becomes half of a surrogate pair, and its row is rejected for it.
        decoder = codecs.getincrementaldecoder(encoding)("surrogateescape" if "utf-8" in encoding else "strict")
        rest, done = "", 0
        for block in chain(source.blocks(), [b""]):
            try:
                text = rest + decoder.decode(block, final=not block)
            except UnicodeError:
                raise ImportFailed(f"{self._name} is not {encoding}; say what it is with --encoding") from None
            lines = io.StringIO(text, newline="\n").readlines()
            rest = lines.pop() if lines and not lines[-1].endswith("\n") else ""
            done += len(lines)
            if len(rest) > LONGEST:
                raise ImportFailed(f"{self._name}, line {done + 1:,}: has more than {LONGEST:,} characters")
            self._lines.extend(lines)
            yield lines
        if rest:
            self._lines.append(rest)
            yield [rest]


def encoding_of(start: bytes) -> str:
    """Return the encoding that a byte order mark tells, else UTF-8."""
    return next((name for mark, name in _BOMS.items() if start.startswith(mark)), "utf-8")


def dialect(first: str, file: File) -> dict[str, Any]:
    """Return how rows are written, as csv.reader has it. `first`: the first line, for the delimiter."""
    delimiter = file.delimiter
    if delimiter is None:
        bare = "".join(first.split(file.quote)[::2]) if file.quote else first
        delimiter = max(_DELIMITERS, key=bare.count)
    shape: dict[str, Any] = {"delimiter": delimiter, "escapechar": file.escape}
    return shape | ({"quotechar": file.quote} if file.quote else {"quoting": csv.QUOTE_NONE, "quotechar": None})


def _check_header(header: list[str], name: str) -> None:
    if any("\0" in name for name in header):
        raise ImportFailed(f"{name} is not UTF-8, or no text; say what it is with --encoding or --kind", usage=True)
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise ImportFailed(f"{name} has two columns {twice[0]!r}; name the columns with --header", usage=True)
