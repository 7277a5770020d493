"""One answer on its way out, in as few pieces as it can be."""

from collections.abc import Callable


class OnePiece:
    """What a cycle of uvicorn's uses of a transport: holds the head back until the first piece of the body.

    uvicorn writes head and body apart. Each is a system call here, and a packet that wakes the client up: together a
    tenth of what a request with one event costs (docs/decisions/0014).
    """

    __slots__ = ("_close", "_head", "_write", "is_closing")

    def __init__(
        self, write: Callable[[bytes], None], close: Callable[[], None], is_closing: Callable[[], bool]
    ) -> None:
        self._write = write
        self._close = close
        self.is_closing = is_closing
        self._head: bytes | None = None  # not come yet; b"": gone

    def write(self, data: bytes) -> None:
        """Write a piece of the answer. The first one is the head, except for "100 Continue", which is urgent."""
        if self._head is None:
            if data.startswith(b"HTTP/1.1 100 "):
                self._write(data)
            else:
                self._head = data
        else:
            self._write(self._head + data if self._head else data)
            self._head = b""

    def close(self) -> None:
        """Write what is held back, and end the connection."""
        if self._head:
            self._write(self._head)
            self._head = b""
        self._close()
