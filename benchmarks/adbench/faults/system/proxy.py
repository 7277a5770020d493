"""A TCP proxy before PostgreSQL that reads along, and does its harm at the moment when a commit has been asked for.

What a frontend sends after its start-up packet is messages of a type byte and a length
(https://www.postgresql.org/docs/current/protocol-message-formats.html). A transaction commits after the query COMMIT,
and a COPY outside of a transaction after CopyDone.
"""

import asyncio
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

CHUNK = 65_536
_SSL_OR_GSS = (80877103, 80877104)  # asks for encryption; the start-up packet comes after the answer


class AtCommit(StrEnum):
    """The action of the proxy when a commit passes."""

    DROP = "drop"  # the COMMIT never reaches the server, and both sides are cut: nothing may be stored or acknowledged
    CUT = "cut"  # the client is cut; the server commits, and its answer goes nowhere: stored and not acknowledged
    RESET = "reset"  # both sides are reset at once, while the server commits
    STALL = "stall"  # the answer is held back


class Frontend:
    """A parser that follows the stream of one client."""

    def __init__(self) -> None:
        self._started = False
        self._skip = 0  # bytes of the current message's body that are of no interest
        self._pending = b""
        self._in_transaction = False

    def commits(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Return where in `data` a message begins and ends after which something commits.

        It may have begun in the data before: then the first is not positive.
        """
        at = 0
        held = len(self._pending)
        data = self._pending + data
        self._pending = b""
        while at < len(data):
            if self._skip:
                step = min(self._skip, len(data) - at)
                self._skip -= step
                at += step
                continue
            head = 5 if self._started else 8
            if len(data) - at < head:
                self._pending = data[at:]
                return
            if not self._started:
                length, code = struct.unpack_from("!ii", data, at)
                self._started = code not in _SSL_OR_GSS
                self._skip = length
                continue
            kind = data[at : at + 1]
            (length,) = struct.unpack_from("!i", data, at + 1)
            stop = at + 1 + length
            if kind == b"Q" and length < 64:
                if stop > len(data):
                    self._pending = data[at:]
                    return
                if self._commits(data[at + 5 : stop]):
                    yield at - held, stop - held
            elif kind == b"c" and not self._in_transaction:
                yield at - held, stop - held
            self._skip = 1 + length

    def _commits(self, query: bytes) -> bool:
        word = query[:8].upper()
        if word.startswith(b"BEGIN"):
            self._in_transaction = True
        elif word.startswith((b"COMMIT", b"ROLLBACK")) and not query[8:].upper().startswith(b" TO"):
            self._in_transaction = False
        return word.startswith(b"COMMIT")


class Proxy:
    """Before the server's Unix socket; `url` is what a client is given."""

    def __init__(self, server: Path) -> None:
        self._server_socket = server
        self._server: asyncio.Server | None = None
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._armed: tuple[AtCommit, float] | None = None
        self._fired = asyncio.Event()
        self.port = 0

    async def start(self) -> None:
        """Listen on a free port of the loopback address."""
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening, and cut everybody."""
        assert self._server is not None
        self._server.close()
        self._flowing.set()
        while self._pairs:
            self.cut()
            await asyncio.sleep(0.01)

    def url(self, database: str) -> str:
        """Return the URL of a database through the proxy, for asyncpg and libpq."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def cut(self, *, reset: bool = False) -> None:
        """Cut all connections."""
        for pair in list(self._pairs):
            for writer in pair:
                _cut(writer, reset=reset)

    async def stall(self, seconds: float) -> None:
        """Hold back all bytes, in both directions."""
        self._flowing.clear()
        await asyncio.sleep(seconds)
        self._flowing.set()

    async def at_commit(self, what: AtCommit, *, stall_s: float = 0.0, wait_s: float = 5.0) -> bool:
        """Do `what` to the next commit; return True if one came within `wait_s`."""
        self._fired.clear()
        self._armed = (what, stall_s)
        try:
            async with asyncio.timeout(wait_s):
                await self._fired.wait()
        except TimeoutError:
            return False
        finally:
            self._armed = None
        return True

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_unix_connection(self._server_socket)
        except OSError:
            _cut(writer, reset=True)  # the server is away: as if nobody listened
            return
        pair = (writer, back)
        self._pairs.add(pair)
        try:
            with suppress(asyncio.CancelledError):  # the loop ends; asyncio would say so with a traceback
                await asyncio.gather(self._up(reader, back, writer), self._down(there, writer))
        finally:
            self._pairs.discard(pair)
            for each in pair:
                each.close()

    async def _up(self, reader: asyncio.StreamReader, back: asyncio.StreamWriter, client: asyncio.StreamWriter) -> None:
        frontend = Frontend()
        try:
            while data := await reader.read(CHUNK):
                await self._flowing.wait()
                for start, stop in frontend.commits(data):
                    if self._armed is None:
                        continue
                    (what, seconds), self._armed = self._armed, None
                    self._fired.set()
                    if what is AtCommit.DROP:
                        back.write(data[: max(start, 0)])
                        _cut(back)
                        _cut(client)
                        return
                    if what is AtCommit.STALL:
                        self._flowing.clear()
                        asyncio.get_running_loop().call_later(seconds, self._flowing.set)
                        continue
                    back.write(data[:stop])
                    await back.drain()
                    _cut(client, reset=what is AtCommit.RESET)
                    if what is AtCommit.RESET:
                        _cut(back)
                    else:
                        await asyncio.sleep(0.2)  # while the server answers to nobody
                    return
                back.write(data)
                await back.drain()
        except OSError:
            pass  # cut: what this is for
        finally:
            back.close()

    async def _down(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(CHUNK):
                await self._flowing.wait()
                client.write(data)
                await client.drain()
        except OSError:
            pass  # the same
        finally:
            client.close()


def _cut(writer: asyncio.StreamWriter, *, reset: bool = False) -> None:
    """Close at once, also in the middle of a message; with `reset`, TCP says so to the other side."""
    found = writer.get_extra_info("socket")
    if reset and not writer.is_closing() and found.family != socket.AF_UNIX:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
