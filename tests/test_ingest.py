"""The writer: nothing is answered before it is stored, nothing is stored twice, and nobody waits for ever."""

import asyncio
import contextlib
import json
import logging
import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from conftest import NewDatabase, Serve, dial
from httpx import AsyncClient

from adpulse.database import Connection, connect
from adpulse.decoder import Batch, Decoder
from adpulse.ingest import Answer, KeyReused, Overloaded, Unavailable, Writer
from adpulse.settings import Settings

JSON = {"Content-Type": "application/json"}
GOOD = {"ts": "2025-09-24T06:59:31.849Z", "campaign_id": "C", "user_id": "U", "event_type": "click"}
IDS = [str(uuid.UUID(int=n + 1)) for n in range(1_000)]

Start = Callable[..., Awaitable[Writer]]


def body(*events: dict[str, Any]) -> bytes:
    return json.dumps({"events": [GOOD | event for event in events]}).encode()


def batch(*events: dict[str, Any]) -> Batch:
    return Decoder(Settings()).decode(body(*events))


async def users(connection: Connection) -> list[str]:
    """Who is stored, each once for each event."""
    records = await connection.fetch("SELECT user_id FROM events ORDER BY user_id")
    return [record[0] for record in records]


@pytest.fixture
async def start(url: str) -> AsyncIterator[Start]:
    """A factory: `await start(queue_events=5)` is a connected writer on the database of `url`, or of another."""
    writers = []

    async def new(to: str = url, **settings: Any) -> Writer:
        writer = Writer(to, Settings(**settings))
        await writer.start()
        writers.append(writer)
        async with asyncio.timeout(30):
            while writer._connected < Settings(**settings).writers:
                await asyncio.sleep(0.01)
        return writer

    yield new
    await asyncio.gather(*(writer.stop() for writer in writers))


@contextlib.asynccontextmanager
async def blocked(url: str) -> AsyncIterator[None]:
    """Nobody can write events meanwhile."""
    connection = await connect(url)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


async def idle(writer: Writer) -> None:
    """Returns when the writers have taken everything from the queue."""
    async with asyncio.timeout(30):
        while writer._queue:
            await asyncio.sleep(0.01)


# ── Group commit ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_requests_that_wait_share_a_commit(start: Start, url: str, connection: Connection) -> None:
    """What arrives while a writer is busy is written by one transaction; each sender gets its own answer."""
    writer = await start(writers=1)
    async with blocked(url):
        first = asyncio.create_task(writer.submit(batch({})))
        await asyncio.sleep(0)
        await idle(writer)
        waiting = [asyncio.create_task(writer.submit(batch(*[{}] * n))) for n in range(1, 21)]
        await asyncio.sleep(0.05)
        assert not any(task.done() for task in waiting)
    assert (await first).accepted == 1
    assert [answer.accepted for answer in await asyncio.gather(*waiting)] == list(range(1, 21))
    assert await connection.fetchval("SELECT count(DISTINCT xmin::text) FROM events") == 2
    assert await connection.fetchval("SELECT count(*) FROM events") == 1 + sum(range(1, 21))


async def test_requests_that_arrive_together_share_a_commit(start: Start, connection: Connection) -> None:
    """Those whose bytes are there when the writer wakes go with the request that woke it: few, and full, commits."""
    writer = await start(writers=2)
    tasks = []
    for _ in range(3):
        tasks.append(asyncio.create_task(writer.submit(batch({}))))
        await asyncio.sleep(0)  # each in a turn of the event loop of its own
    await asyncio.gather(*tasks)
    assert await connection.fetchval("SELECT count(DISTINCT xmin::text) FROM events") == 1


async def test_a_group_has_a_size(start: Start, url: str, connection: Connection) -> None:
    """Not more than group_events in a transaction, unless one request has more."""
    writer = await start(writers=1, group_events=10)
    async with blocked(url):
        tasks = [asyncio.create_task(writer.submit(batch(*[{"user_id": f"U{n}"}] * 4))) for n in range(5)]
        tasks.append(asyncio.create_task(writer.submit(batch(*[{}] * 25))))
        await asyncio.sleep(0.05)
    await asyncio.gather(*tasks)
    sizes = await connection.fetch("SELECT count(*) FROM events GROUP BY xmin::text ORDER BY 1")
    assert [record[0] for record in sizes] == [4, 8, 8, 25]


async def test_the_commit_is_seen_before_the_answer(client: AsyncClient, connection: Connection) -> None:
    """Whoever has a 200 finds the events, and the report knows them."""
    for n in range(1, 6):
        assert (await client.post("/events", content=body({}), headers=JSON)).json()["accepted"] == 1
        assert len(await users(connection)) == n
        report = await client.get("/report?campaign_id=C&start=2025-09-24&end=2025-09-25")
        assert report.json()["totals"]["clicks"] == n


# ── Back-pressure ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_full_queue_refuses_at_once(start: Start, url: str, connection: Connection) -> None:
    """When as many events or bytes wait as may, the next batch is refused without waiting; the others are written."""
    for limits in ({"queue_events": 20}, {"queue_bytes": 3_000}):
        writer = await start(writers=1, **limits)
        async with blocked(url):
            taken = [asyncio.create_task(writer.submit(batch(*[{}] * 5)))]
            await asyncio.sleep(0)
            await idle(writer)
            for _ in range(20):
                task = asyncio.create_task(writer.submit(batch(*[{}] * 5)))
                await asyncio.sleep(0)
                taken.append(task)
            refused = [task for task in taken if task.done()]
            assert 0 < len(refused) < len(taken)
            for task in refused:
                assert isinstance(task.exception(), Overloaded)
            with pytest.raises(Overloaded):
                writer.admit(10, 1_000)
        answers = await asyncio.gather(*(task for task in taken if task not in refused))
        assert sum(answer.accepted for answer in answers) == len(await users(connection))
        assert (writer._events, writer._bytes) == (0, 0)
        await connection.execute("DELETE FROM events")


async def test_a_batch_larger_than_the_queue_is_taken_when_nothing_waits(start: Start) -> None:
    """Or it could never be sent."""
    writer = await start(queue_events=2)
    assert (await writer.submit(batch({}, {}, {}))).accepted == 3


async def test_an_overloaded_service_says_when_to_come_back(serve: Serve, url: str, connection: Connection) -> None:
    """503 with Retry-After, without reading the body; every batch with a 200 is stored, and no other."""
    client = await serve(url, writers=1, queue_events=3)
    async with blocked(url):
        posts = []
        for n in range(10):
            post = client.post("/events", content=body({"user_id": f"U{n}"}), headers=JSON)
            posts.append(asyncio.create_task(post))
            await asyncio.sleep(0.02)
        refused = [post.result() for post in posts if post.done()]
        assert len(refused) >= 5
        for reply in refused:
            assert (reply.status_code, reply.headers["retry-after"]) == (503, "1")
        assert (await client.get("/healthz")).status_code == 200
    replies = await asyncio.gather(*posts)
    stored = [f"U{n}" for n, reply in enumerate(replies) if reply.status_code == 200]
    assert {reply.status_code for reply in replies} == {200, 503}
    assert await users(connection) == stored
    assert (await client.post("/events", content=body({}), headers=JSON)).status_code == 200


async def test_what_would_not_fit_is_refused_unread(serve: Serve, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that the rest of the queue has no room for costs no decoding: only what is taken is decoded."""
    decoded: list[bytes] = []
    decode = Decoder.decode

    def counting(self: Decoder, raw: bytes, **options: Any) -> Batch:
        decoded.append(raw)
        return decode(self, raw, **options)

    monkeypatch.setattr(Decoder, "decode", counting)
    client = await serve(url, writers=1, queue_events=10)
    async with blocked(url):
        posts = []
        for _ in range(8):
            post = client.post("/events", content=body(*[{}] * 4), headers=JSON)
            posts.append(asyncio.create_task(post))
            await asyncio.sleep(0.02)
    statuses = [reply.status_code for reply in await asyncio.gather(*posts)]
    assert set(statuses) == {200, 503}
    assert len(decoded) == statuses.count(200)


async def test_what_no_longer_fits_is_refused_undecoded(
    serve: Serve, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bodies that were all let in while the queue was empty are not decoded once it is full."""
    decoded: list[bytes] = []
    decode = Decoder.decode

    def counting(self: Decoder, raw: bytes, **options: Any) -> Batch:
        decoded.append(raw)
        return decode(self, raw, **options)

    monkeypatch.setattr(Decoder, "decode", counting)
    client = await serve(url, writers=1, queue_events=10)
    arrives = asyncio.Event()

    async def late() -> AsyncIterator[bytes]:
        await arrives.wait()
        yield body(*[{}] * 4)

    async with blocked(url):
        posts = [asyncio.create_task(client.post("/events", content=late(), headers=JSON)) for _ in range(8)]
        await asyncio.sleep(0.1)
        arrives.set()
        while not any(post.done() for post in posts):
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.1)
    statuses = [reply.status_code for reply in await asyncio.gather(*posts)]
    assert set(statuses) == {200, 503}
    assert len(decoded) == statuses.count(200)


# ── The database goes away ───────────────────────────────────────────────────────────────────────────────────


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
        """Nobody gets in any more, and those inside are thrown out."""
        if self._server is not None:
            self._server.close()
            self._server = None
            self._path.unlink(missing_ok=True)
        await asyncio.gather(*self._callers)
        self.cut()
        while self.pipes:
            await asyncio.sleep(0.01)

    def cut(self) -> None:
        """Those inside are thrown out, in the middle of whatever they say."""
        for pipe in self.pipes:
            if pipe.transport is not None:
                pipe.transport.abort()

    def plug(self) -> None:
        """Nothing comes through any more, and nobody is told."""
        self.flowing = False

    def unplug(self) -> None:
        self.flowing = True
        for pipe in self.pipes:
            pipe.release()


@pytest.fixture
async def proxy(url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[str, Proxy]]:
    """The URL of the same database through a proxy, and the proxy."""
    near = tmp_path_factory.mktemp("p")
    proxy = Proxy(url, near)
    await proxy.open()
    yield f"postgresql://postgres@{urlsplit(url).path}?host={near}", proxy
    proxy.unplug()
    await proxy.close()


async def until_stored(writer: Writer, *events: dict[str, Any]) -> Answer:
    """Submits until it is taken."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await writer.submit(batch(*events))
            except Unavailable:
                await asyncio.sleep(0.01)


async def test_without_a_database_there_is_an_answer(start: Start, proxy: tuple[str, Proxy]) -> None:
    """Batches are refused while the database is away, at once; when it is back, they are taken without a restart."""
    url, way = proxy
    writer = await start(url)
    assert (await writer.submit(batch({}))).accepted == 1
    await way.close()
    async with asyncio.timeout(30):
        while writer.connected:
            await asyncio.sleep(0.01)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await writer.submit(batch({}))
    await way.open()
    assert (await until_stored(writer, {})).accepted == 1


async def test_what_waits_when_the_database_goes_is_refused(start: Start, url: str, proxy: tuple[str, Proxy]) -> None:
    """Those in the queue and those being written are told. A server behind a network may still store the group that
    was on its way to it: whole, as one transaction, or not at all."""
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
    async with asyncio.timeout(30):
        await writer.stop()


async def test_a_schema_that_is_missing_is_no_poison(new_database: NewDatabase, start: Start) -> None:
    """Without the table nothing can be stored: that is not the event's fault, and is mended without a restart."""
    url = await new_database(None)
    writer = await start(url)
    with pytest.raises(Unavailable):
        await writer.submit(batch({}))
    assert writer.connected


async def test_with_a_key_nothing_is_lost_or_doubled_whatever_breaks(
    start: Start, proxy: tuple[str, Proxy], connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connections are cut at random moments, commits included. Each sender repeats its batch until it has an answer;
    in the end each event is there once."""
    monkeypatch.setattr("adpulse.ingest.RECONNECT_S", 0.01)
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

    async with asyncio.timeout(60):
        breaking = asyncio.create_task(break_things())
        attempts: list[int] = []
        while not breaking.done() or not attempts:
            attempts += await asyncio.gather(*(send(len(attempts) + n) for n in range(10)))
    assert sum(attempts) > len(attempts)  # something did break
    assert await users(connection) == [f"U{n:05d}" for n in range(len(attempts))]


async def test_a_database_that_is_away_is_asked_by_one_writer_at_a_time(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are: it has to come back before it can answer anybody. Then all of them connect."""
    monkeypatch.setattr("adpulse.ingest.RECONNECT_S", 0.01)
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
    async with asyncio.timeout(60):
        while asked < 8:
            await asyncio.sleep(0.01)
        away = False
        writer = await starting
        while writer._connected < 4:
            await asyncio.sleep(0.01)
    assert most == 1


# ── The end ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_clean_stop_writes_what_it_took(start: Start, url: str, connection: Connection) -> None:
    """Everything taken before is stored and answered; what comes later is refused."""
    writer = await start(writers=2, group_events=3)
    async with blocked(url):
        tasks = [asyncio.create_task(writer.submit(batch({"user_id": f"U{n:02d}"}))) for n in range(30)]
        await asyncio.sleep(0.05)
        stopping = asyncio.create_task(writer.stop())
        await asyncio.sleep(0.05)
        with pytest.raises(Unavailable):
            await writer.submit(batch({}))
        assert not stopping.done()
    await stopping
    assert [(await task).accepted for task in tasks] == [1] * 30
    assert await users(connection) == [f"U{n:02d}" for n in range(30)]


async def test_a_sender_that_gives_up_costs_nobody_else(start: Start, url: str, connection: Connection) -> None:
    """Its batch was taken and is written; the others of its group are answered."""
    writer = await start(writers=1)
    async with blocked(url):
        tasks = [asyncio.create_task(writer.submit(batch({"user_id": f"U{n}"}))) for n in range(5)]
        await asyncio.sleep(0.05)
        tasks[0].cancel()  # being written
        tasks[2].cancel()  # waiting, or in the same group
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome).__name__ for outcome in outcomes] == ["CancelledError", "Answer"] * 2 + ["Answer"]
    assert await users(connection) == [f"U{n}" for n in range(5)]


# ── Poison ───────────────────────────────────────────────────────────────────────────────────────────────────

CHECK = "ALTER TABLE events ADD CONSTRAINT poison CHECK (user_id <> 'poison')"
# One by one: Citus hands the text of a whole query to its nodes. Its setting says nothing to other servers.
REFUSE = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.user_id = 'poison' THEN RAISE EXCEPTION 'no'{code}; END IF;
      RETURN NEW;
    END $$
"""
TRIGGER = (
    "SET citus.enable_unsafe_triggers = on",
    "CREATE TRIGGER refuse BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse()",
)


@pytest.mark.parametrize("plant", [(CHECK,), (REFUSE.format(code=""), *TRIGGER)], ids=["constraint", "trigger"])
async def test_a_poison_row_costs_only_itself(
    start: Start, url: str, connection: Connection, caplog: pytest.LogCaptureFixture, plant: tuple[str, ...]
) -> None:
    """Of a group, all else is stored; its own batch names its place; the others never notice. A log line tells."""
    for statement in plant:
        await connection.execute(statement)
    writer = await start(writers=1)
    mixed = Decoder(Settings()).decode(
        body(
            {"user_id": "a"},
            {"cost": -1},
            {"user_id": "poison"},
            {"user_id": "b"},
            {"user_id": "poison"},
            {"user_id": "c"},
        )
    )
    with caplog.at_level(logging.WARNING):
        async with blocked(url):
            tasks = [
                asyncio.create_task(writer.submit(batch({"user_id": f"x{n}"}, {"user_id": f"y{n}"}))) for n in range(3)
            ]
            tasks.insert(1, asyncio.create_task(writer.submit(mixed)))
            await asyncio.sleep(0.05)
        answers = await asyncio.gather(*tasks)
    assert [answer.accepted for answer in answers] == [2, 3, 2, 2]
    poisoned = answers[1]
    assert (poisoned.duplicates, poisoned.rejected_count) == (0, 3)
    assert [(entry["index"], entry["code"]) for entry in poisoned.rejected] == [
        (1, "range"),
        (2, "unstorable"),
        (4, "unstorable"),
    ]
    assert await users(connection) == ["a", "b", "c", "x0", "x1", "x2", "y0", "y1", "y2"]
    assert "left out 2 events that the database refused" in caplog.text


@pytest.mark.parametrize("code", ["disk_full", "internal_error"])
async def test_a_fault_is_no_poison(start: Start, connection: Connection, code: str) -> None:
    """When a node has no room, no event is to blame, and none is refused for good; neither when nobody knows."""
    for statement in (REFUSE.format(code=f" USING ERRCODE = '{code}'"), *TRIGGER):
        await connection.execute(statement)
    writer = await start(writers=1)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await writer.submit(batch({"user_id": "a"}, {"user_id": "poison"}, {"user_id": "b"}))
    assert await users(connection) == []
    assert (await until_stored(writer, {"user_id": "c"})).accepted == 1


async def test_poison_is_counted(client: AsyncClient, connection: Connection) -> None:
    """A batch of poison alone is a 422, and /metrics has the number."""

    async def unstorable() -> float:
        lines = (await client.get("/metrics")).text.splitlines()
        return sum(
            float(line.split()[1]) for line in lines if line.startswith('adpulse_events_total{outcome="unstorable"}')
        )

    await connection.execute(CHECK)
    before = await unstorable()
    reply = await client.post("/events", content=body(*[{"user_id": "poison"}] * 3), headers=JSON)
    assert (reply.status_code, reply.json()["rejected_count"]) == (422, 3)
    assert await unstorable() == before + 3


async def test_poison_leaves_its_key_and_its_id_free(start: Start, connection: Connection) -> None:
    """What was not stored can be sent again, corrected; a repeat within the batch is no duplicate of nothing."""
    await connection.execute(CHECK)
    writer = await start()
    bad = {"user_id": "poison", "event_id": IDS[0]}
    answer = await writer.submit(batch(bad, {"event_id": IDS[1]}, {"user_id": "again", "event_id": IDS[0]}))
    assert (answer.accepted, answer.duplicates, answer.rejected_count) == (1, 0, 2)
    answer = await writer.submit(batch({"user_id": "good", "event_id": IDS[0]}), "key", b"1")
    assert (answer.accepted, answer.duplicates) == (1, 0)
    assert (await writer.submit(batch({"user_id": "poison"}), "other", b"1")).rejected_count == 1
    assert (await writer.submit(batch({"user_id": "new"}), "other", b"2")).accepted == 1
    assert await users(connection) == ["U", "good", "new"]


# ── Once: batches ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_key_makes_a_batch_count_once(client: AsyncClient, connection: Connection) -> None:
    """The same key and body: the first answer, with duplicates for what it accepted. Another body: 409."""

    async def post(key: str, content: bytes) -> tuple[int, dict[str, Any]]:
        reply = await client.post("/events", content=content, headers=JSON | {"Idempotency-Key": key})
        return reply.status_code, reply.json()

    mixed = body({"user_id": "a"}, {"cost": -1}, {"user_id": "b"})
    status, first = await post("k1", mixed)
    assert (status, first["accepted"], first["duplicates"], first["rejected_count"]) == (200, 2, 0, 1)
    for _ in range(2):
        assert await post("k1", mixed) == (200, first | {"accepted": 0, "duplicates": 2})
    status, problem = await post("k1", body({"user_id": "c"}))
    assert (status, problem["title"]) == (409, "idempotency key reused")
    assert (await post("k2", mixed))[1]["accepted"] == 2
    assert await users(connection) == ["a", "a", "b", "b"]


async def test_a_batch_without_effect_leaves_its_key_free(client: AsyncClient, connection: Connection) -> None:
    """A batch that was refused whole may be sent again under its key, corrected."""
    headers = JSON | {"Idempotency-Key": "k"}
    for _ in range(2):
        assert (await client.post("/events", content=body({"cost": -1}), headers=headers)).status_code == 422
    assert (await client.post("/events", content=b"{", headers=headers)).status_code == 400
    assert (await client.post("/events", content=body({"cost": 1}), headers=headers)).json()["accepted"] == 1
    assert (await client.post("/events", content=body({"cost": -1}), headers=headers)).status_code == 409
    assert len(await users(connection)) == 1


async def test_one_key_at_the_same_time_counts_once(start: Start, url: str, connection: Connection) -> None:
    """However many send it together, to one process or to several: one accepts, all others see duplicates."""
    writers = [await start(), await start(), await start()]
    async with blocked(url):
        tasks = [asyncio.create_task(writers[n % 3].submit(batch({}, {}), f"key {n % 2}", b"hash")) for n in range(24)]
        tasks.append(asyncio.create_task(writers[0].submit(batch({}), "key 0", b"other")))
        await asyncio.sleep(0.05)
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    answers = [outcome for outcome in outcomes if isinstance(outcome, Answer)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, KeyReused)]
    assert len(answers) + len(refused) == len(tasks)
    first_other = isinstance(outcomes[-1], Answer) and outcomes[-1].accepted == 1
    assert sum(answer.accepted for answer in answers) == (3 if first_other else 4)
    assert len(refused) == (12 if first_other else 1)
    assert len(await users(connection)) == (3 if first_other else 4)


# ── Once: events ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_id_makes_an_event_count_once(start: Start, connection: Connection) -> None:
    """The first one wins: within a batch, across batches, and whatever else the repeat says, its day included."""
    writer = await start()
    answer = await writer.submit(
        batch(
            {"user_id": "a", "event_id": IDS[0]},
            {"user_id": "b"},
            {"user_id": "a again", "event_id": IDS[0].upper()},
            {"user_id": "c", "event_id": None},
            {"user_id": "d", "event_id": IDS[1]},
        )
    )
    assert (answer.accepted, answer.duplicates) == (4, 1)
    later = {"user_id": "a", "ts": "2025-10-01T00:00:00Z", "event_type": "impression", "event_id": IDS[0]}
    answer = await writer.submit(batch(later, {"user_id": "e", "event_id": IDS[2]}))
    assert (answer.accepted, answer.duplicates) == (1, 1)
    assert await users(connection) == ["a", "b", "c", "d", "e"]


async def test_ids_hold_among_rejected_events(start: Start, connection: Connection) -> None:
    """Rows have other places than the events of the request; accepted + duplicates + rejected = sent."""
    writer = await start()
    mixed = [{"cost": -1, "event_id": IDS[0]}, {"user_id": "a", "event_id": IDS[0]}, {"ts": 1}, {"event_id": IDS[0]}]
    answer = await writer.submit(batch(*mixed))
    assert (answer.accepted, answer.duplicates, answer.rejected_count) == (1, 1, 2)
    assert [entry["index"] for entry in answer.rejected] == [0, 2]
    assert await users(connection) == ["a"]


async def test_concurrent_senders_of_one_id_store_it_once(start: Start, connection: Connection) -> None:
    """Whatever the order and the process: each id is stored once, and each repeat is somebody's duplicate."""
    writers = [await start(), await start(), await start()]
    chance = random.Random(9)
    days = [f"2025-09-{day:02d}T00:00:00Z" for day in range(1, 29)]

    async def send(writer: Writer) -> tuple[int, int]:
        sent = stored = 0
        for n in range(10):
            ids = chance.sample(IDS[:60], 20)
            events = [{"user_id": event_id, "event_id": event_id, "ts": chance.choice(days)} for event_id in ids]
            key = f"{id(writer)} {n}" if n % 2 else None
            answer = await writer.submit(batch(*events), key, b"" if key else None)
            sent += answer.accepted + answer.duplicates
            stored += answer.accepted
        return sent, stored

    async with asyncio.timeout(60):
        counts = await asyncio.gather(*(send(writer) for writer in writers * 3))
    assert [sent for sent, _ in counts] == [200] * 9
    found = await users(connection)
    assert len(found) == len(set(found)) == sum(stored for _, stored in counts)


async def test_a_key_and_ids_together(start: Start, connection: Connection) -> None:
    """A repeated key is answered before any id is looked at; a new key with old ids accepts nothing new."""
    writer = await start()
    events = [{"event_id": IDS[0]}, {"event_id": IDS[1]}]
    assert (await writer.submit(batch(*events), "k", b"1")).accepted == 2
    assert (await writer.submit(batch(*events), "k", b"1")).duplicates == 2
    for _ in range(2):
        answer = await writer.submit(batch(*events), "k2", b"1")
        assert (answer.accepted, answer.duplicates) == (0, 2)
    assert len(await users(connection)) == 2
