"""A chunk of records of a file: some thousands, each with its text and its place."""

import hashlib
from dataclasses import dataclass, field
from typing import Any, Protocol

# Number of records imported in one transaction. The ledger records where a file was cut, so this number may change
# between releases.
RECORDS = 10_000

# A group of large records ends earlier, at this many characters; they are counted every SLICE records.
CHARACTERS = 1 << 24
SLICE = 250

# The largest record, in characters.
LONGEST = 1 << 18


@dataclass(slots=True)
class Chunk:
    """Records in the order of the file."""

    records: list[Any] = field(default_factory=list)  # rows of a table, objects, or the texts of objects
    texts: list[str] = field(default_factory=list)  # as the file has them
    lines: list[int] = field(default_factory=list)  # the line where each begins; in Parquet, its number from 1

    def __len__(self) -> int:
        return len(self.records)

    def __add__(self, other: "Chunk") -> "Chunk":
        return Chunk(self.records + other.records, self.texts + other.texts, self.lines + other.lines)

    def extend(self, other: "Chunk") -> None:
        """Append the records of another chunk."""
        self.records += other.records
        self.texts += other.texts
        self.lines += other.lines

    def split(self, count: int) -> "tuple[Chunk, Chunk]":
        """Return the first `count` records and the others."""
        first = Chunk(self.records[:count], self.texts[:count], self.lines[:count])
        return first, Chunk(self.records[count:], self.texts[count:], self.lines[count:])

    def digest(self, before: bytes) -> bytes:
        """Return the SHA-256 of `before`, the digest of all earlier records, and of these records."""
        # The separator distinguishes the same text cut into other records.
        text = "\0".join(self.texts)
        return hashlib.sha256(before + text.encode("utf-8", "surrogatepass")).digest()


class Reader(Protocol):
    """A file that is read record by record."""

    header: list[str] | None  # the names of columns, where the file has them
    seed: bytes  # the other parts of the content, such as the header; the digests begin with it

    def read(self, count: int) -> Chunk:
        """Return the next records, fewer than `count` at the end. Raises ImportFailed."""
