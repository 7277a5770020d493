"""HTTP/1.1 in bytes: what a client library would put right before sending it is sent as it is."""

import asyncio
from dataclasses import dataclass
from typing import Self

# What HTTP itself has no place for. Sent as it is, it would be another request or none, and the server's library would
# say so before the service sees it.
_BREAKS_TARGET = frozenset([*range(0x21), ord("#"), *range(0x7F, 0x100)])
_BREAKS_HEADER = b"\0\r\n"
HOST = b"127.0.0.1"  # under which the service is called


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it goes out. `headers` have no Host and no length: those are put around them."""

    method: str
    path: str
    query: bytes
    headers: tuple[tuple[str, bytes], ...]
    body: bytes
    host: bytes = HOST

    @property
    def head_bytes(self) -> int:
        """The length of its head."""
        return len(self.encode()) - len(self.body)

    def encode(self) -> bytes:
        """Its bytes, framed so that the connection can go on after the reply."""
        target = self.path.encode() + (b"?" + _percent(self.query) if self.query else b"")
        lines = [self.method.encode() + b" " + target + b" HTTP/1.1", b"Host: " + self.host]
        lines += [name.encode() + b": " + value.translate(None, _BREAKS_HEADER) for name, value in self.headers]
        if self.body or self.method == "POST":
            lines.append(b"Content-Length: %d" % len(self.body))
        return b"\r\n".join([*lines, b"", self.body])


def _percent(query: bytes) -> bytes:
    return b"".join(b"%%%02X" % byte if byte in _BREAKS_TARGET else bytes([byte]) for byte in query)


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers by lower-case name, and the whole body."""

    status: int
    headers: dict[str, str]
    body: bytes


class Wire:
    """One connection, opened again when the server has closed it."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, request: Request) -> Reply:
        """Send a request and return its reply. Raise OSError or IncompleteReadError when no whole reply comes."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port, limit=1 << 20)
        reader, writer = self._streams
        try:
            writer.write(request.encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            length = 0 if request.method == "HEAD" else int(headers.get("content-length", "0"))
            reply = Reply(int(head[0].split(" ", 2)[1]), headers, await reader.readexactly(length))
        except (OSError, asyncio.IncompleteReadError, ValueError):
            self.close()
            raise
        if headers.get("connection", "").lower() == "close":
            self.close()
        return reply

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()
