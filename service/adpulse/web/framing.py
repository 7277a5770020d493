"""The framing of requests in the bytes of a connection (RFC 9112): where a head or a chunked body ends."""

import re
from typing import ClassVar

_END = b"\r\n\r\n"  # the end of a head, and of a chunked body with or without trailers
_REQUEST_LINE = re.compile(rb"[A-Z-]+ [!-~]+ HTTP/1\.[01]\r\n")
_BEGINNINGS = b"\rABCDEFGHIJKLMNOPQRSTUVWXYZ"
_AUTHORITY = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")
_UPGRADE = re.compile(rb"\r\nupgrade(?=:)", re.IGNORECASE)


class MalformedError(Exception):
    """Bytes that are not a request of HTTP/1; the text says why, for the peer."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "malformed_http"

    def __init__(self, detail: str = "The request is not valid HTTP.") -> None:
        super().__init__(detail)


class HeadTooLargeError(MalformedError):
    """A head with too many bytes or headers, or a body with too many bytes around its data."""

    status = 431
    code = "head_too_large"


def end_of_head(data: bytes, start: int) -> int:
    """Return the place behind the first head in `data`, looking from `start` on; 0 when it is not whole."""
    at = data.find(_END, start)
    return at + len(_END) if at >= 0 else 0


def check_request_line(data: bytes, start: int) -> None:
    """Raise MalformedError when what begins at `start` is no request line, nor the beginning of one.

    Without it, bytes of another protocol, such as TLS, would keep the connection until the deadline of a head.
    """
    if _REQUEST_LINE.match(data, start):
        return
    line, ended, _ = data[start:].partition(b"\n")
    if ended or line[:1] not in _BEGINNINGS:
        raise MalformedError(why_malformed(data, start))


def why_malformed(data: bytes, start: int) -> str:
    """Return a sentence about a head that the parser refuses."""
    line = data[start : data.find(b"\n", start)]
    if b" HTTP/1." in line and not line.isascii():
        return "The address has characters that must be percent-encoded, as %C3%A9 for é (UTF-8)."
    return str(MalformedError())


def authority_of(target: bytes) -> bytes | None:
    """Return the host and port of an absolute target, which counts instead of Host (RFC 9112, 3.2.2); else None."""
    if target.startswith(b"/"):  # the usual form
        return None
    match = _AUTHORITY.match(target)
    return match[1] if match else None


def without_offer(head: bytes) -> bytes:
    """Return the head with its offer to upgrade under a name that means nothing."""
    return _UPGRADE.sub(b"\r\nx-upgrade", head)


class ChunkedBody:
    """A search for the end of a chunked body in its pieces, without reading its chunks.

    A body ends with an empty line, and nowhere else. Other empty lines, in its data, only part it into more pieces.
    """

    def __init__(self) -> None:
        self._tail = b""  # the last bytes of the piece before: an empty line may be split

    def next_end(self, data: bytes, start: int) -> int:
        """Return the place behind the first empty line from `start` on, or the end of `data`."""
        seam = self._tail + data[start : start + len(_END) - 1]
        if (at := seam.find(_END)) >= 0:
            end = start + at + len(_END) - len(self._tail)
        elif (at := data.find(_END, start)) >= 0:
            end = at + len(_END)
        else:
            end = len(data)
        self._tail = (self._tail + data[max(start, end - len(_END) + 1) : end])[1 - len(_END) :]
        return end
