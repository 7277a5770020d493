"""The bytes of a file or of standard input: opened, decompressed, counted."""

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from adpulse.importing.errors import ImportFailed

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_GZIP, _ZSTD, PARQUET = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1"

# Bytes that are decoded at a time.
BLOCK = 1 << 20


class _Counted(io.RawIOBase):
    """A stream that counts the bytes read from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.count = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # a buffer, as RawIOBase has it
        """Read into a buffer; return how many bytes there were."""
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self.count += len(data)
        return len(data)


class Source:
    """A file, or standard input: its name, the size on disk if it has one, and its decompressed bytes."""

    def __init__(self, name: str, path: Path | None, stream: BinaryIO, size: int | None) -> None:
        self.name = name
        self.path = path
        self.size = size
        self._counted = _Counted(stream)
        self._plain = io.BufferedReader(self._counted, BLOCK)
        self.bytes = _decompressed(self._plain)
        self.compressed = self.bytes is not self._plain

    @property
    def position(self) -> int:
        """Return how much of the file, as it lies on disk, has been read."""
        return self._counted.count

    def peek(self) -> bytes:
        """Return the first bytes without taking them: up to BLOCK. Raises ImportFailed."""
        with self._readable():
            return self.bytes.peek(BLOCK)

    def blocks(self) -> Iterator[bytes]:
        """Yield the bytes in pieces. Raises ImportFailed when they cannot be read to their end."""
        while True:
            with self._readable():
                block = self.bytes.read(BLOCK)
            if not block:
                return
            yield block

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (EOFError, OSError, zlib.error, zstd.ZstdError) as error:
            raise ImportFailed(f"{self.name} cannot be read to its end: {error}") from error


@contextmanager
def opened(name: str) -> Iterator[Source]:
    """Open a file, or standard input for "-". Raises ImportFailed."""
    if name == "-":
        yield Source("standard input", None, sys.stdin.buffer, None)
        return
    path = Path(name)
    try:
        stream = path.open("rb", buffering=0)
    except OSError as error:
        raise ImportFailed(f"{name} cannot be opened: {error.strerror}", usage=True) from None
    with stream:
        size = path.stat().st_size if path.is_file() else None  # a pipe has no size
        yield Source(name, path, stream, size)


def _decompressed(stream: Any) -> "io.BufferedReader[Any]":
    start = stream.peek(4)[:4]
    buffered: io.BufferedReader[Any] = stream
    if start.startswith(_GZIP):
        return io.BufferedReader(gzip.GzipFile(fileobj=stream), BLOCK)
    if start == _ZSTD:
        return io.BufferedReader(zstd.ZstdFile(stream), BLOCK)
    return buffered
