"""The bytes of a connection, cut into the pieces that its parser gets: heads, and parts of bodies.

uvicorn gives its parser all bytes as they come, so a peer decides how many requests wait in memory. Here a piece holds
bytes of one request only. The next request waits as bytes until its turn (docs/explanation/threat-model.md).
"""

from adpulse.web.framing import ChunkedBody, HeadTooLargeError, MalformedError, check_request_line, end_of_head

MOST_HEAD_BYTES = 65_536
# As Python objects, thousands of short headers would take ten times their bytes.
MOST_HEADERS = 200


class RequestBytes:
    """Received bytes that the parser has not got yet, and where the request at hand ends in them."""

    __slots__ = ("_at", "_body_left", "_chunked", "_data", "_framing_bytes", "_searched")

    def __init__(self) -> None:
        self._data = b""
        self._at = 0  # the parser has got all bytes before it
        self._searched = 0  # no head ends before this place
        self._body_left = 0  # bytes of a body of known length that are still to come
        self._chunked: ChunkedBody | None = None  # while a body of unknown length is read
        self._framing_bytes = 0  # bytes since the last data of a body: sizes of chunks, trailers, empty lines

    def __len__(self) -> int:
        """Return how many bytes wait."""
        return len(self._data) - self._at

    @property
    def in_body(self) -> bool:
        """Return True while bytes of a body are expected."""
        return self._body_left > 0 or self._chunked is not None

    def append(self, data: bytes) -> None:
        """Add bytes that the peer has sent."""
        self._data = self._data[self._at :] + data if self._at < len(self._data) else data
        self._at = 0

    def clear(self) -> None:
        """Drop the bytes that wait."""
        self._data, self._at = b"", 0

    def take_head(self) -> bytes | None:
        """Return the next head without empty lines before it, or None while it is incomplete.

        Raises HeadTooLargeError, and MalformedError for bytes of another protocol.
        """
        data = self._data
        # HTTP allows empty lines before a request.
        while self._at < len(data) and data[self._at] == 13 and data.startswith(b"\r\n", self._at):
            self._at += 2
            self._framing_bytes += 2
        end = end_of_head(data, max(self._at, self._searched))
        size = (end or len(data)) - self._at
        if self._framing_bytes + size > MOST_HEAD_BYTES:
            raise _too_large()
        if not end:
            check_request_line(data, self._at)
            self._searched = max(0, size - 3)  # the last three bytes may begin the end of the head
            return None
        head = data[self._at : end]
        # The request line and the empty line at the end are not headers. Short heads need no count.
        if size > 4 * MOST_HEADERS and head.count(b"\n") > MOST_HEADERS + 2:
            raise HeadTooLargeError(f"The head has more than {MOST_HEADERS} headers.")
        if b" HTTP/1." not in head:
            raise MalformedError  # the parser also knows other protocols
        self._at = end
        self._searched = self._framing_bytes = 0
        return head

    def expect_body(self, length: int, *, chunked: bool) -> None:
        """Set how the body ends that follows the head: after `length` bytes, or with its last chunk."""
        self._body_left = length
        self._chunked = ChunkedBody() if chunked else None

    def take_body(self) -> bytes:
        """Return bytes of the body: all that wait, or those up to a place where the body may end."""
        start = self._at
        if self._chunked is None:
            self._at = min(start + self._body_left, len(self._data))
            self._body_left -= self._at - start
        else:
            self._at = self._chunked.next_end(self._data, start)
            self._framing_bytes += self._at - start
        return self._data[start : self._at]

    def note_data(self) -> None:
        """Note that the parser has found data of the body in the last piece."""
        self._framing_bytes = 0

    def check_framing(self) -> None:
        """Raise HeadTooLargeError if a chunked body has had too many bytes without data."""
        if self._framing_bytes > MOST_HEAD_BYTES:
            raise _too_large()

    def end_body(self) -> None:
        """Note that the parser has found the end of the body."""
        self._chunked = None


def _too_large() -> HeadTooLargeError:
    return HeadTooLargeError(f"The head has more than {MOST_HEAD_BYTES} bytes.")
