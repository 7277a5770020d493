"""HTTP/1.1 in bytes: what a client library would put right before sending it is sent as it is."""

import asyncio
import gzip
from dataclasses import dataclass
from typing import Self

# What HTTP itself has no place for. Sent as it is, it would be another request or none, and the server's library would
# say so before the service sees it.
_BREAKS_TARGET = frozenset([*range(0x21), ord("#"), *range(0x7F, 0x100)])
_BREAKS_HEADER = b"\0\r\n"
HOST = b"127.0.0.1"  # under which the service is called
ORIGIN = "http://127.0.0.1"  # comes before the path, where a whole address is asked for
PACKET_S = 0.002  # time between two packets, so that they stay apart


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it goes out. `headers` have no Host and no length: those are put around them."""

    method: str
    path: str
    query: bytes
    headers: tuple[tuple[str, bytes], ...]
    body: bytes
    host: bytes = HOST
    origin: str = ""  # comes before the path: a target in absolute form
    version: str = "1.1"
    chunk: int = 0  # bytes of a chunk; 0: the body has a length
    packets: int = 1  # number of packets to send it in; 2: head and body

    @property
    def head_bytes(self) -> int:
        """Return the length of the request without its body."""
        return len(self._head())

    def encode(self) -> bytes:
        """Return its bytes, framed so that the connection can go on after the reply."""
        return self._head() + (self._chunks() if self._is_chunked else self.body)

    def pieces(self) -> list[bytes]:
        """Return its bytes as they go out, each piece in a packet of its own."""
        whole = self.encode()
        if self.packets == 2 and self.body:
            return [whole[: self.head_bytes], whole[self.head_bytes :]]
        size = -(-len(whole) // self.packets)
        return [whole[at : at + size] for at in range(0, len(whole), size)]

    @property
    def _is_chunked(self) -> bool:
        return self.chunk > 0 and self.version == "1.1"  # HTTP/1.0 has no chunks

    def _head(self) -> bytes:
        target = (self.origin + self.path).encode() + (b"?" + _percent(self.query) if self.query else b"")
        lines = [self.method.encode() + b" " + target + b" HTTP/" + self.version.encode(), b"Host: " + self.host]
        lines += [name.encode() + b": " + value.translate(None, _BREAKS_HEADER) for name, value in self.headers]
        if self._is_chunked:
            lines.append(b"Transfer-Encoding: chunked")
        elif self.body or self.method == "POST":
            lines.append(b"Content-Length: %d" % len(self.body))
        return b"\r\n".join([*lines, b"", b""])

    def _chunks(self) -> bytes:
        size = max(self.chunk, len(self.body) // 1_000)
        parts = [self.body[at : at + size] for at in range(0, len(self.body), size)]
        return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in [*parts, b""])


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
            for number, piece in enumerate(request.pieces()):
                if number:
                    await asyncio.sleep(PACKET_S)
                writer.write(piece)
            status = 100
            while status < 200:  # 100 Continue is no reply
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                status = int(head[0].split(" ", 2)[1])
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            length = 0 if request.method == "HEAD" else int(headers.get("content-length", "0"))
            body = await reader.readexactly(length)
            if body and headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            reply = Reply(status, headers, body)
        except (OSError, EOFError, ValueError):
            self.close()
            raise
        if headers.get("connection", "").lower() == "close":
            self.close()
        return reply

    def close(self) -> None:
        """Close the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()
