"""The reader of Parquet: rows as objects, a batch at a time. Needs pyarrow (extra `archive`)."""

import hashlib
from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson

from adpulse.archive.parquet import BATCH, MissingExtra, check
from adpulse.importing.chunk import Chunk
from adpulse.importing.errors import ImportFailed
from adpulse.importing.source import Source


class ParquetReader:
    """A reader of the rows of a Parquet file, each as an object."""

    def __init__(self, source: Source) -> None:
        if source.path is None or source.compressed:
            raise ImportFailed(
                "Parquet is read from its end: name a file that is not compressed as a whole", usage=True
            )
        try:
            check()
        except MissingExtra as error:
            raise ImportFailed(str(error), usage=True) from None
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            self._file = pq.ParquetFile(source.path)
        except (OSError, pa.ArrowException) as error:
            raise ImportFailed(f"{source.name} cannot be read: {error}") from None
        self.header: list[str] | None = list(self._file.schema_arrow.names)
        # Rows have no text, so the bytes of the whole file identify them.
        with source.path.open("rb") as file:
            self.seed = hashlib.file_digest(file, "sha256").digest()
        self._name = source.name
        self._source = source
        self._number = 0
        self._rows = self._read_rows()

    def read(self, count: int) -> Chunk:
        """Return the next rows."""
        rows = list(islice(self._rows, count))
        first = self._number + 1
        self._number += len(rows)
        lines = list(range(first, self._number + 1))
        return Chunk(rows, [str(line) for line in lines], lines)

    def _read_rows(self) -> Iterator[dict[str, Any]]:
        import pyarrow as pa

        try:
            for batch in self._file.iter_batches(batch_size=BATCH):
                yield from batch.to_pylist()
        except (OSError, pa.ArrowException) as error:
            raise ImportFailed(f"{self._name} cannot be read to its end: {error}") from None


def text_of(row: dict[str, Any]) -> str:
    """Return a row as JSON, for people."""
    return orjson.dumps(row, default=str).decode()
