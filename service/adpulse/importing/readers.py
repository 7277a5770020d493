"""The reader of a file: by the format that the mapping names, or that the file begins like."""

import re

from adpulse.importing.chunk import Reader
from adpulse.importing.documents import DocumentReader, by_line
from adpulse.importing.mapping import Kind, Mapping
from adpulse.importing.parquet import ParquetReader
from adpulse.importing.source import PARQUET, Source
from adpulse.importing.tables import TableReader, encoding_of

# The beginning of JSON. A column may be named {activity_kind}.
_JSON = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\{\s*["}]|\[)')


def reader(source: Source, mapping: Mapping) -> Reader:
    """Return the reader of the file. Raises ImportFailed when it cannot be read."""
    kind = mapping.file.kind or _kind(source, mapping)
    if kind == "parquet":
        return ParquetReader(source)
    if kind == "csv":
        return TableReader(source, mapping.file)
    return DocumentReader(source, lines=kind == "ndjson")


def _kind(source: Source, mapping: Mapping) -> Kind:
    """Return the format that a file begins like."""
    start = source.peek()
    if start.startswith(PARQUET):
        return "parquet"
    if mapping.file.header is None and encoding_of(start) != "utf-16" and _JSON.match(start):
        return "ndjson" if by_line(start) else "json"
    return "csv"
