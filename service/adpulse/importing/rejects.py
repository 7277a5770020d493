"""The file of rejected lines: each with its reason, as NDJSON."""

from pathlib import Path
from typing import IO

import orjson

from adpulse.event.contract import Rejection
from adpulse.importing.chunk import Chunk
from adpulse.importing.errors import ImportFailed
from adpulse.importing.parquet import text_of


class Rejects:
    """The file to which rejected records are appended; the first one creates it. Without a path, nothing is written."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.count = 0
        self._file: IO[bytes] | None = None

    def write(self, chunk: Chunk, rejected: list[Rejection]) -> None:
        """Append the rejections and flush them. Raises ImportFailed."""
        if not rejected or self.path is None:
            return
        lines = [self._line(chunk, rejection) for rejection in rejected]
        try:
            if self._file is None:
                self._file = self.path.open("ab")
            self._file.write(b"".join(lines))
            self._file.flush()
        except OSError as error:
            raise ImportFailed(
                f"the file of rejected lines, {self.path}, cannot be written: {error.strerror}"
            ) from None
        self.count += len(lines)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _line(self, chunk: Chunk, rejection: Rejection) -> bytes:
        place = rejection["index"]
        record = chunk.records[place]
        text = text_of(record) if isinstance(record, dict) else chunk.texts[place].rstrip("\r\n")
        fields = {name: rejection[name] for name in ("field", "code", "message")}
        # Bytes that are not UTF-8 are shown as escapes.
        shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        return orjson.dumps({"line": chunk.lines[place], **fields, "text": shown}) + b"\n"
