"""A connection to a server that can be cut."""

import asyncio
import socket
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit


def dial(url: str) -> socket.socket:
    """Open a connection to the server of that URL, through its socket or over TCP."""
    parts = urlsplit(url)
    if parts.hostname is not None:
        return socket.create_connection((parts.hostname, parts.port or 5432))
    (directory,) = parse_qs(parts.query)["host"]
    end = socket.socket(socket.AF_UNIX)
    end.connect(f"{directory}/.s.PGSQL.5432")
    return end


class Wire:
    """A socket in front of the server's, which can be cut and mended: to a client, a database that goes away."""

    def __init__(self, url: str, home: Path) -> None:
        self.url = f"postgresql://postgres@{urlsplit(url).path}?host={quote(str(home))}"
        self._far = url
        self._socket = home / ".s.PGSQL.5432"
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def mend(self) -> None:
        self._server = await asyncio.start_unix_server(self._join, self._socket)

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        self._socket.unlink(missing_ok=True)
        for writer in list(self._writers):
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(sock=dial(self._far))
        self._writers |= {writer, back}
        await asyncio.gather(self._pass_on(reader, back), self._pass_on(there, writer))
        self._writers -= {writer, back}

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass  # it was cut: what the test is about
        finally:
            writer.close()
