"""Decompress a body: every Content-Encoding by one bounded loop.

In each encoding, a decompressor is asked for at most one byte more than is allowed, so a bomb is never unpacked.
"""

import importlib
import sys
import zlib
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import NamedTuple, Protocol

from adpulse.ingest.batch import BodyError
from adpulse.terminal import counted

zstd: ModuleType | None
try:
    zstd = importlib.import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
except ImportError:  # a Python that was built without it offers no zstd
    zstd = None

# A body up to this size may have any ratio: a thousand equal events are no bomb.
RATIO_FROM_BYTES = 1_000_000
# zlib copies the rest of the input for each member: thousands of empty ones would take minutes.
MEMBERS = 100
# The memory that a Zstandard frame may ask for, as a power of two: 8 MB, what RFC 9659 allows over HTTP.
_WINDOW_LOG = 23

# RFC 9110, 8.4.1: upper and lower case mean the same; an empty name means no encoding.
PLAIN = frozenset({b"", b"identity"})


class _Decompressor(Protocol):
    """The interface that zlib's and zstd's objects share."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class Encoding(NamedTuple):
    """A Content-Encoding: its name in problem documents, what decompresses one member of it, how many there may be."""

    name: str
    member: Callable[[bytes], _Decompressor]  # the data that follows decides
    members: int = MEMBERS


def _gzip(data: bytes) -> _Decompressor:
    return zlib.decompressobj(wbits=31)


def _deflate(data: bytes) -> _Decompressor:
    # "deflate" means zlib's format, but many clients send the bare stream without its two bytes of header.
    headed = len(data) > 1 and data[0] & 15 == 8 and int.from_bytes(data[:2], "big") % 31 == 0
    return zlib.decompressobj(wbits=15 if headed else -15)


_GZIP = Encoding("gzip", _gzip)
ENCODINGS = {
    b"gzip": _GZIP,
    b"x-gzip": _GZIP,  # the same (RFC 9110, 8.4.1.3)
    b"deflate": Encoding("deflate", _deflate, members=1),
}
# The errors of decompressors for input in another encoding.
CORRUPT: tuple[type[Exception], ...] = (zlib.error,)
if zstd is not None:
    _bounded = partial(zstd.ZstdDecompressor, options={zstd.DecompressionParameter.window_log_max: _WINDOW_LOG})
    ENCODINGS[b"zstd"] = Encoding("zstd", lambda data: _bounded())
    CORRUPT += (zstd.ZstdError,)
# The header of a 415 for the encoding: the accepted encodings (RFC 9110, 15.5.16).
ACCEPTED = {"Accept-Encoding": ", ".join(dict.fromkeys(each.name for each in ENCODINGS.values()))}


def find(name: bytes) -> Encoding | None:
    """Return the encoding of that name; None for a plain body. Raise BodyError (415) for one that is not taken."""
    name = name.strip().lower()
    if name in PLAIN:
        return None
    if (found := ENCODINGS.get(name)) is None:
        detail = f"Send the body plain, or in one of {ACCEPTED['Accept-Encoding']}."
        raise BodyError(415, "content_encoding", detail, ACCEPTED)
    return found


def decompress(data: bytes, encoding: Encoding, most: int, ratio: int) -> bytes:
    """Return the content, of at most `most` bytes, and past RATIO_FROM_BYTES at most `ratio` times what was sent.

    Raise BodyError: 413 for more, 400 for what is not in this encoding.
    """
    fair = max(RATIO_FROM_BYTES, ratio * len(data))
    parts: list[bytes] = []
    left = min(most, fair) + 1
    while data:
        member = encoding.member(data)
        # Make the error where it is raised: an error in a variable keeps this frame alive, with the parts.
        try:
            part = member.decompress(data, left)
        except CORRUPT:
            raise _corrupt(encoding) from None
        parts.append(part)
        left -= len(part)
        if left <= 0:
            raise too_many_bytes(most) if fair >= most else _bomb(ratio)
        data = member.unused_data
        if not member.eof or (data and len(parts) >= encoding.members):
            raise _corrupt(encoding)
    return b"".join(parts)


def _corrupt(encoding: Encoding) -> BodyError:
    return BodyError(400, f"malformed_{encoding.name}", f"The body is not valid {encoding.name}.")


def too_many_bytes(most: int) -> BodyError:
    """Return the refusal of a body over the cap."""
    return BodyError(413, "too_large", f"The body has more than {counted(most, 'byte')}; split the batch.")


def _bomb(ratio: int) -> BodyError:
    detail = (
        f"Past {counted(RATIO_FROM_BYTES, 'byte')}, a compressed body may expand at most {ratio} times; "
        "split the batch, or send it plain."
    )
    return BodyError(413, "too_large", detail)
