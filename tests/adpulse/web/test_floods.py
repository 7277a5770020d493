"""The memory that a peer can use is bounded while it floods, and freed when it has gone."""

import asyncio
import gc
import re
import signal
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from httptools import HttpRequestParser
from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from adpulse.web import answer, heap, memory, protocol
from adpulse.web.protocol import Protocol
from adpulse.web.request_bytes import RequestBytes
from tests.adpulse.web.large_answers import app
from tests.patience import PATIENCE_S, until, wait_for

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to see memory")


MB = 2**20


class Process:
    """A running server of large_answers.py."""

    def __init__(self, log: Path) -> None:
        self.log = log
        with log.open("w") as out:
            command = [sys.executable, "-m", "tests.adpulse.web.large_answers", "0"]
            self.process = subprocess.Popen(command, stdout=out, stderr=out)
        wait_for("a port", lambda: self._port() or self.process.poll() is not None)
        port = self._port()
        assert port, log.read_text()
        self.address = ("127.0.0.1", int(port))
        self.clients: list[socket.socket] = []

    def _port(self) -> str | None:
        found = re.search(r"running on http://127\.0\.0\.1:(\d+)", self.log.read_text())
        return found[1] if found else None

    def megabytes(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found
        return int(found[1]) / 1024

    def connect(self) -> socket.socket:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(PATIENCE_S)
        client.connect(self.address)
        self.clients.append(client)
        return client

    def hang_up(self) -> None:
        for client in self.clients:
            client.close()

    def answers(self) -> bool:
        with self.connect() as client:
            client.sendall(b"GET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return b"".join(iter(lambda: client.recv(65_536), b"")).endswith(b"\r\n\r\nxx")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path / "log")
    yield process
    process.hang_up()
    process.process.kill()
    process.process.wait()


def send_until_stuck(client: socket.socket, data: bytes, most: int) -> int:
    """Send again and again without reading, until the peer takes nothing for a moment, or `most` bytes."""
    client.settimeout(0.5)
    sent = 0
    try:
        while sent < most:
            sent += client.send(data)
    except OSError:
        pass  # stuck, or cut off: what a flood meets
    return sent


def test_pipelined_requests_wait_outside(server: Process) -> None:
    """Any number of requests ahead on one connection is answered, and few are in memory at a time."""
    request = b"GET /2 HTTP/1.1\r\nHost: x\r\n\r\n"
    count = 60_000
    before = server.megabytes()
    most = 0.0
    with server.connect() as client:
        sender = threading.Thread(target=lambda: [client.sendall(request * 1000) for _ in range(count // 1000)])
        sender.start()
        answers = 0
        while answers < count:
            piece = client.recv(65_536)
            assert piece
            answers += piece.count(b"\n\r\n")  # at times across two pieces: then more come than are counted
            most = max(most, server.megabytes())
            if not sender.is_alive() and answers > count - 2_000:
                break
        sender.join()
    assert most < before + 30, "kept, each request takes 5 KB: 300 MB"
    wait_for("memory back", lambda: server.megabytes() < before + 15)


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /2 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /200000 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /200000 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    ],
    ids=["small", "large", "chunked"],
)
def test_a_peer_that_only_sends_is_not_read(server: Process, request_: bytes) -> None:
    """Requests whose answers nobody reads stay in the peer's own buffers."""
    before = server.megabytes()
    clients = [server.connect() for _ in range(5)]
    for client in clients:
        assert send_until_stuck(client, request_ * 1000, 60 * MB) < 60 * MB
    assert server.megabytes() < before + 60
    assert server.answers()
    server.hang_up()
    wait_for("memory back", lambda: server.megabytes() < before + 15)


def test_answers_that_nobody_reads_are_bounded_together(server: Process) -> None:
    """Hundreds that ask for 5 MB and do not read: the oldest are cut, others are served, and a stop is short."""
    before = server.megabytes()
    clients = []
    for _ in range(200):
        client = server.connect()
        client.sendall(b"GET /5000000 HTTP/1.1\r\nHost: x\r\n\r\n")
        clients.append(client)
    assert server.answers()
    assert server.megabytes() < before + 2 * memory.MOST_KEPT_BYTES / MB, "kept, it would be 1,000 MB"
    server.hang_up()
    wait_for("memory back", lambda: server.megabytes() < before + 40)
    clients = [server.connect() for _ in range(20)]
    for client in clients:
        client.sendall(b"GET /5000000 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert server.answers()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(PATIENCE_S) in (0, -signal.SIGTERM)
    assert "graceful shutdown exceeded" not in server.log.read_text()


@pytest.mark.parametrize(
    ("first", "more"),
    [
        (b"GET /2 HTTP/1.1\r\nHost: x\r\nA: ", b"b" * 60_000),
        (b"POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000000\r\n\r\n", b"x" * 2 * MB),
        (b"POST /2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
        (b"no request", b"x" * 2 * MB),
    ],
    ids=["heads", "refused bodies", "refused chunked bodies", "no requests"],
)
def test_incomplete_requests_are_not_kept(server: Process, first: bytes, more: bytes) -> None:
    """Beginnings of heads within their size, bodies that nobody reads, and what comes after a refusal."""
    before = server.megabytes()
    clients = [server.connect() for _ in range(100)]
    for client in clients:
        send_until_stuck(client, first + more, len(first + more))
    assert server.megabytes() < before + 40
    assert server.answers()
    server.hang_up()
    wait_for("memory back", lambda: server.megabytes() < before + 15)


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Yield the port of a server in this process that soon gives up on peers that do not read."""
    monkeypatch.setattr(Protocol, "head_timeout_s", 0.4)
    monkeypatch.setattr(answer, "UNREAD_S", 0.4)
    running = Server(Config(app, port=0, http=Protocol, ws="none", lifespan="off", log_level="critical"))
    task = asyncio.create_task(running.serve())
    await until(lambda: running.started)
    yield running.servers[0].sockets[0].getsockname()[1]
    running.should_exit = True
    await task


@pytest.mark.parametrize("speed", [0, 100], ids=["not at all", "a byte now and then"])
async def test_a_client_that_reads_too_slowly_is_cut_off(port: int, speed: int) -> None:
    """An answer is kept for a time that its size and a slow line explain, and no longer."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(client, ("127.0.0.1", port))
        await loop.sock_sendall(client, b"GET /20000000 HTTP/1.1\r\nHost: x\r\n\r\n")
        await loop.sock_recv(client, 1)
        async with asyncio.timeout(PATIENCE_S):
            while Protocol.memory.total:
                await asyncio.sleep(0.05)
                for _ in range(speed // 20):
                    await loop.sock_recv(client, 1)


@pytest.mark.parametrize("end", ["answered", "in a head", "in a body", "unread", "refused", "half closed"])
async def test_a_connection_leaves_nothing_behind(port: int, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its memory is freed with it, without the cyclic garbage collector, which hardly ever runs.

    When that is much, its pages go back to the system, too.
    """
    trims: list[int] = []
    monkeypatch.setattr(heap, "_malloc_trim", trims.append)
    connections: list[weakref.ref[Protocol]] = []
    made = Protocol.connection_made

    def note(self: Protocol, transport: asyncio.Transport) -> None:
        connections.append(weakref.ref(self))
        made(self, transport)

    monkeypatch.setattr(Protocol, "connection_made", note)
    get = b"GET /2 HTTP/1.1\r\nHost: x\r\n\r\n"
    sent = {
        "answered": get,
        "in a head": get + b"GET /",
        "in a body": get + b"POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nx",
        "unread": b"GET /20000000 HTTP/1.1\r\nHost: x\r\n\r\n" + get * 50_000,
        "refused": b"no request",
        "half closed": get * 3,
    }[end]
    gc.collect()
    gc.disable()
    try:
        for _ in range(5):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            if end == "half closed":
                writer.write_eof()
                assert (await reader.read()).count(b"HTTP/1.1 200 ") == 3
            else:
                assert await reader.read(4)
            writer.transport.abort()
        await until(lambda: not any(each() for each in connections) and (end != "unread" or trims))
    finally:
        gc.enable()
    assert len(connections) == 5
    assert Protocol.memory.total == 0


LARGE = b"a" * 60_000
REQUESTS = {
    "header": b"GET /2 HTTP/1.1\r\nHost: x\r\nA: " + LARGE + b"\r\n\r\n",
    "path": b"GET /2/" + LARGE + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "query": b"GET /2?" + LARGE + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "unread body": b"POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + LARGE,
    "unread chunks": b"POST /2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"EA60\r\n%s\r\n0\r\n\r\n" % LARGE,
}


def bytes_kept_by(connection: Protocol) -> int:
    """Return the bytes of all texts that a connection, its last request and their containers refer to."""
    found: dict[int, object] = {}
    level: list[object] = [vars(connection)]
    while level := [each for each in level if id(each) not in found]:
        found |= {id(each): each for each in level}
        inside = (dict, list, tuple, RequestResponseCycle, HttpRequestParser, RequestBytes)
        level = [other for each in level if isinstance(each, inside) for other in gc.get_referents(each)]
        level += [vars(each) for each in level if isinstance(each, RequestResponseCycle)]
        level = [each for each in level if not isinstance(each, ModuleType)]
    return sum(sys.getsizeof(each) for each in found.values() if isinstance(each, bytes | bytearray | str))


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
async def test_an_idle_connection_keeps_nothing_of_its_last_request(
    port: int, request_: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands that have sent one large request, and then wait, would keep all of them."""
    connections: list[Protocol] = []
    made = Protocol.connection_made

    def note(self: Protocol, transport: asyncio.Transport) -> None:
        connections.append(self)
        made(self, transport)

    monkeypatch.setattr(Protocol, "connection_made", note)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(request_)
        async with asyncio.timeout(PATIENCE_S):
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
            await reader.readexactly(2)
        await until(lambda: not (connections[0].flow.read_paused or connections[0].received.in_body))
    assert bytes_kept_by(connections[0]) < 10_000
    writer.transport.abort()


async def test_there_is_a_most_of_connections(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more is told so, and the others go on."""
    monkeypatch.setattr(protocol, "MOST_CONNECTIONS", 2)
    open_ones = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(PATIENCE_S):
        said = await reader.read()
        assert said.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after" in said
        writer.close()
        for reader, writer in open_ones:
            writer.write(b"GET /2 HTTP/1.1\r\nHost: x\r\n\r\n")
            await reader.readuntil(b"\r\n\r\nxx")
            writer.close()
