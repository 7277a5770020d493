"""Every Content-Encoding, to compress what is sent and to read again what was."""

import gzip
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

from adpulse.ingest.formats.encodings import CORRUPT, zstd

Packed = tuple[bytes, bytes]  # the name in the header, and the body

# The largest body, and a little more; anything beyond is only too large.
MOST_BYTES = 10_000_000
SIZES = (1_000_001, MOST_BYTES, MOST_BYTES + 1)


def packed(data: bytes) -> list[Packed]:
    """Return the data in each encoding, as different clients write it."""
    halves = data[: len(data) // 2], data[len(data) // 2 :]
    found = [
        (b"gzip", gzip.compress(data, 1, mtime=0)),
        (b"gzip", b"".join(gzip.compress(half, 1, mtime=0) for half in halves)),
        (b"x-gzip", gzip.compress(data, 9, mtime=0)),
        (b"deflate", zlib.compress(data)),
        (b"deflate", zlib.compress(data, wbits=-15)),
        (b"zstd", _raw_frame(data)),
    ]
    if zstd is not None:
        found += [(b"zstd", zstd.compress(data)), (b"zstd", b"".join(map(zstd.compress, halves)))]
    return found


@cache
def bombs() -> list[Packed]:
    """Return a few kilobytes in each encoding that hold some of SIZES bytes of white space."""
    return [each for size in SIZES for each in packed(bytes([0x20]) * size) if len(each[1]) < size // 100]


def plain(name: bytes, body: bytes) -> bytes | None:
    """Return a body decompressed, up to MOST_BYTES + 1 bytes; None if it cannot be decompressed."""
    if name in (b"", b"identity"):
        return body
    opened: dict[bytes, Callable[[], Any]] = {
        b"gzip": lambda: zlib.decompressobj(31),
        b"x-gzip": lambda: zlib.decompressobj(31),
        b"deflate": lambda: zlib.decompressobj(15 if body[:1] == b"x" else -15),
    }
    if zstd is not None:
        opened[b"zstd"] = zstd.ZstdDecompressor
    if name not in opened:
        return None
    found = b""
    while body and len(found) <= MOST_BYTES:
        member = opened[name]()
        try:
            found += member.decompress(body, MOST_BYTES + 1)
        except CORRUPT:
            return None
        if not member.eof:
            return found if len(found) > MOST_BYTES else None
        body = member.unused_data
    return found


def _raw_frame(data: bytes) -> bytes:
    """Return a Zstandard frame (RFC 8878) of one raw block, whose size fits into 17 bits."""
    data = data[: 1 << 17]
    block = (len(data) << 3 | 1).to_bytes(3, "little")  # the last one, raw
    return b"\x28\xb5\x2f\xfd\xa0" + len(data).to_bytes(4, "little") + block + data
