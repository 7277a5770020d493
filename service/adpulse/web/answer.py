"""One answer on its way out, in as few pieces as it can be."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adpulse.web.protocol import Protocol


class OnePiece:
    """What a cycle of uvicorn's uses of a transport: holds the head back until the first piece of the body.

    uvicorn writes head and body apart. Each is a system call here, and a packet that wakes the client up: together a
    tenth of what a request with one event costs (docs/decisions/0014).
    """

    __slots__ = ("_connection", "_head")

    def __init__(self, connection: "Protocol") -> None:
        self._connection = connection
        self._head: bytes | None = None  # not come yet; b"": gone

    def write(self, data: bytes) -> None:
        """Write a piece of the answer. The first one is the head, except for "100 Continue", which is urgent."""
        if self._head is None:
            if data.startswith(b"HTTP/1.1 100 "):
                self._connection.write(data)
            else:
                self._head = data
        else:
            self._connection.write(self._head + data if self._head else data)
            self._head = b""

    def close(self) -> None:
        """Write what is held back, and end the connection."""
        if self._head:
            self._connection.write(self._head)
            self._head = b""
        self._connection.hang_up()

    def is_closing(self) -> bool:
        """Return True when nothing more can be written."""
        return self._connection.transport.is_closing()
