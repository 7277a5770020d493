"""The database goes away, says nothing, or was never there: every sender gets an answer, and nothing is lost."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from adpulse.database.connections import Connection, connect
from adpulse.ingest.batch import Unavailable
from adpulse.ingest.writer import Writer
from adpulse.settings import Settings
from tests.adpulse.ingest.conftest import Start, batch, blocked, until_stored, users
from tests.patience import PATIENCE_S, until
from tests.servers import NewDatabase
from tests.wire import dial


class Pipe(asyncio.Protocol):
    """One direction of a connection through the proxy; the far end's direction is its partner."""

    def __init__(self, proxy: "Proxy", partner: "Pipe | None" = None) -> None:
        self._proxy = proxy
        self.partner = partner or Pipe(proxy, self)
        self.transport: asyncio.Transport | None = None
        self._held: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._proxy.pipes.add(self)
        self.partner.flow()

    def data_received(self, data: bytes) -> None:
        self._held.append(data)
        self.flow()

    def flow(self) -> None:
        far = self.partner.transport
        if far is not None and self._proxy.flowing:
            far.writelines(self._held)
            self._held.clear()
        elif self.transport is not None and sum(map(len, self._held)) > 100_000:
            self.transport.pause_reading()  # as a network would, which holds so much and no more

    def connection_lost(self, error: Exception | None) -> None:
        self._proxy.pipes.discard(self)
        if self.partner.transport is not None:
            self.partner.transport.abort()

    def release(self) -> None:
        self.flow()
        if self.transport is not None:
            self.transport.resume_reading()


class Proxy:
    """A way to the server of a URL that can be cut, closed or plugged: a socket in a directory."""

    def __init__(self, url: str, directory: Path) -> None:
        self._far = url
        self._path = directory / ".s.PGSQL.5432"
        self._server: asyncio.Server | None = None
        self._callers: set[asyncio.Task[object]] = set()
        self.pipes: set[Pipe] = set()
        self.flowing = True

    async def open(self) -> None:
        self._server = await asyncio.get_running_loop().create_unix_server(self._accept, self._path)

    def _accept(self) -> Pipe:
        near = Pipe(self)
        calling = asyncio.get_running_loop().create_connection(lambda: near.partner, sock=dial(self._far))
        task: asyncio.Task[object] = asyncio.create_task(calling)
        self._callers.add(task)
        task.add_done_callback(self._callers.discard)
        return near

    async def close(self) -> None:
        """Refuse new connections, and end those that are open."""
        if self._server is not None:
            self._server.close()
            self._server = None
            self._path.unlink(missing_ok=True)
        await asyncio.gather(*self._callers)
        self.cut()
        while self.pipes:
            await asyncio.sleep(0.01)

    def cut(self) -> None:
        """Close the connections inside, in the middle of a message."""
        for pipe in self.pipes:
            if pipe.transport is not None:
                pipe.transport.abort()

    def plug(self) -> None:
        """Let nothing through any more, and tell nobody."""
        self.flowing = False

    def unplug(self) -> None:
        self.flowing = True
        for pipe in self.pipes:
            pipe.release()


@pytest.fixture
async def proxy(url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[str, Proxy]]:
    """Yield the URL of the same database through a proxy, and the proxy."""
    near = tmp_path_factory.mktemp("p")
    proxy = Proxy(url, near)
    await proxy.open()
    yield f"postgresql://postgres@{urlsplit(url).path}?host={near}", proxy
    proxy.unplug()
    await proxy.close()


async def test_without_a_database_there_is_an_answer(start: Start, proxy: tuple[str, Proxy]) -> None:
    """Batches are refused while the database is away, at once; when it is back, they are taken without a restart."""
    url, way = proxy
    writer = await start(url)
    assert (await writer.submit(batch({}))).accepted == 1
    await way.close()
    await until(lambda: not writer.connected)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await writer.submit(batch({}))
    await way.open()
    assert (await until_stored(writer, {})).accepted == 1


async def test_waiting_batches_are_refused_when_the_database_goes(
    start: Start, url: str, proxy: tuple[str, Proxy]
) -> None:
    """Those in the queue and those being written are told. A server behind a network may still store the group that
    was on its way to it: whole, as one transaction, or not at all.
    """
    proxied, way = proxy
    writer = await start(proxied, writers=1)
    async with blocked(url):
        tasks = [asyncio.create_task(writer.submit(batch({}))) for _ in range(5)]
        await asyncio.sleep(0.05)
        await way.close()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Unavailable] * 5
    connection = await connect(url)
    assert len(await users(connection)) in (0, 5)
    await connection.close()


@pytest.mark.parametrize("key", [None, "key"], ids=["plain", "keyed"])
@pytest.mark.parametrize("size", [1, 9_000], ids=["small", "more than the socket takes"])
async def test_a_database_that_says_nothing_is_given_up(
    start: Start, proxy: tuple[str, Proxy], size: int, key: str | None
) -> None:
    """A dead network gives no error: after write_timeout_s the batch is refused, and a new connection made."""
    url, way = proxy
    writer = await start(url, writers=1, write_timeout_s=0.3)
    long = batch(*[{"metadata": {"x": "x" * 1_000}}] * size)
    way.plug()
    with pytest.raises(Unavailable):
        await writer.submit(long, key, b"")
    way.unplug()
    way.cut()
    assert (await until_stored(writer, {})).accepted == 1


async def test_the_service_starts_and_stops_without_a_database(tmp_path: Path) -> None:
    """It answers 503 meanwhile, and its end waits for nothing."""
    writer = Writer(f"postgresql://postgres@/none?host={tmp_path}", Settings())
    await writer.start()
    with pytest.raises(Unavailable):
        await writer.submit(batch({}))
    async with asyncio.timeout(PATIENCE_S):
        await writer.stop()


async def test_a_schema_that_is_missing_is_no_poison(new_database: NewDatabase, start: Start) -> None:
    """Without the table nothing can be stored: that is not the event's fault, and is mended without a restart."""
    url = await new_database(None)
    writer = await start(url)
    with pytest.raises(Unavailable):
        await writer.submit(batch({}))
    assert writer.connected


async def test_with_a_key_no_fault_loses_or_doubles_events(
    start: Start, proxy: tuple[str, Proxy], connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connections are cut at random moments, commits included. Each sender repeats its batch until it has an answer;
    in the end each event is there once.
    """
    monkeypatch.setattr("adpulse.ingest.writer.RECONNECT_S", 0.01)
    url, way = proxy
    writer = await start(url)
    chance = random.Random(4)

    async def send(n: int) -> int:
        attempts = 0
        while True:
            attempts += 1
            try:
                answer = await writer.submit(batch({"user_id": f"U{n:05d}"}), f"key {n}", b"hash")
            except Unavailable:
                await asyncio.sleep(0.01)
                continue
            assert answer.accepted + answer.duplicates == 1
            return attempts

    async def break_things() -> None:
        for _ in range(40):
            await asyncio.sleep(chance.random() * 0.03)
            way.cut()

    async with asyncio.timeout(PATIENCE_S):
        breaking = asyncio.create_task(break_things())
        attempts: list[int] = []
        while not breaking.done() or not attempts:
            attempts += await asyncio.gather(*(send(len(attempts) + n) for n in range(10)))
    assert sum(attempts) > len(attempts)  # something did break
    assert await users(connection) == [f"U{n:05d}" for n in range(len(attempts))]


async def test_a_database_that_is_away_is_asked_by_one_writer_at_a_time(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One writer at a time asks a database that is away; when it is back, all of them connect."""
    monkeypatch.setattr("adpulse.ingest.writer.RECONNECT_S", 0.01)
    away, asked, asking, most = True, 0, 0, 0
    connect = Writer._connect

    async def look(writer: Writer) -> Any:
        nonlocal asked, asking, most
        asked, asking = asked + 1, asking + 1
        most = max(most, asking)
        try:
            await asyncio.sleep(0.01)
            if away:
                raise ConnectionRefusedError
            return await connect(writer)
        finally:
            asking -= 1

    monkeypatch.setattr(Writer, "_connect", look)
    starting = asyncio.create_task(start(writers=4))
    await until(lambda: asked >= 8)
    away = False
    writer = await starting
    await until(lambda: writer._connected == 4)
    assert most == 1


async def test_a_mistake_of_ours_ends_no_connection_for_good(
    start: Start, connection: Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An error that nobody expects is logged with its traceback, and the writer opens its connections again."""
    opened = Writer._connect
    mistakes = iter([ZeroDivisionError("a mistake")])

    async def mistaken(self: Writer) -> Connection:
        for mistake in mistakes:
            raise mistake
        return await opened(self)

    monkeypatch.setattr(Writer, "_connect", mistaken)
    writer = await start(writers=1)
    assert (await writer.submit(batch({}))).accepted == 1
    assert "ZeroDivisionError: a mistake" in caplog.text
