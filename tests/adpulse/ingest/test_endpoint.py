"""POST /events as a client meets it: what is taken, what is refused, and how.

The tables are the lists of bad inputs that the service promises to answer.
"""

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import uvicorn
from httpx import ASGITransport, AsyncClient
from hypothesis import given, settings
from hypothesis import strategies as st

from adpulse.database.connections import Connection, connect
from adpulse.settings import Settings
from adpulse.web.app import create_app
from adpulse.web.protocol import Protocol
from tests.conftest import Serve

JSON = {"Content-Type": "application/json"}
NDJSON = {"Content-Type": "application/x-ndjson"}
GOOD = {"ts": "2025-09-24T06:59:31.849Z", "campaign_id": "C", "user_id": "U", "event_type": "click"}


def event(**fields: Any) -> str:
    return json.dumps(GOOD | fields)


def batch(*events: str) -> bytes:
    return f'{{"events":[{",".join(events)}]}}'.encode("utf-8", "surrogatepass")


async def stored(connection: Connection) -> int:
    return await connection.fetchval("SELECT count(*) FROM events")


# ── The envelope ─────────────────────────────────────────────────────────────────────────────────────────────

BODY = batch(event())
MANY = [event()] * 21
ENVELOPE: dict[str, tuple[bytes, dict[str, str], int, str]] = {
    "empty body": (b"", JSON, 422, "empty"),
    "white space": (b" \n ", JSON, 422, "empty"),
    "empty NDJSON": (b"\n\n", NDJSON, 422, "empty"),
    "half a body": (b"{", JSON, 400, "malformed_json"),
    "bytes after the body": (BODY + b"x", JSON, 400, "malformed_json"),
    "no Content-Type": (BODY, {}, 415, "content_type"),
    "wrong Content-Type": (BODY, {"Content-Type": "text/html"}, 415, "content_type"),
    "unknown charset": (BODY, {"Content-Type": "application/json; charset=klingon"}, 415, "charset"),
    "charset UTF-16": (
        BODY.decode().encode("utf-16"), {"Content-Type": "application/json; charset=utf-16"}, 415, "charset"
    ),
    "UTF-16 by its mark": (BODY.decode().encode("utf-16"), JSON, 415, "charset"),
    "invalid UTF-8": (batch(event(user_id="?")).replace(b"?", b"\xff"), JSON, 400, "malformed_json"),
    "invalid UTF-8 in NDJSON": (event().encode() + b"\n\xc3\n", NDJSON, 400, "malformed_json"),
    "unknown Content-Encoding": (BODY, JSON | {"Content-Encoding": "br"}, 415, "content_encoding"),
    "two Content-Encodings": (BODY, JSON | {"Content-Encoding": "gzip, gzip"}, 415, "content_encoding"),
    "no gzip": (BODY, JSON | {"Content-Encoding": "gzip"}, 400, "malformed_gzip"),
    "cut gzip": (gzip.compress(BODY)[:-9], JSON | {"Content-Encoding": "gzip"}, 400, "malformed_gzip"),
    "gzip with a wrong checksum": (
        gzip.compress(BODY)[:-8] + bytes(8), JSON | {"Content-Encoding": "gzip"}, 400, "malformed_gzip"
    ),
    "bytes after gzip": (gzip.compress(BODY) + b"x", JSON | {"Content-Encoding": "gzip"}, 400, "malformed_gzip"),
    "no deflate": (BODY, JSON | {"Content-Encoding": "deflate"}, 400, "malformed_deflate"),
    "gzip bomb": (gzip.compress(bytes(5_000_000)), JSON | {"Content-Encoding": "gzip"}, 413, "too_large"),
    "gzip of ten thousand members": (
        gzip.compress(b"") * 10_000, JSON | {"Content-Encoding": "gzip"}, 400, "malformed_gzip"
    ),
    "body over the cap": (bytes(2_000_001), JSON, 413, "too_large"),
    "too many events": (batch(*MANY), JSON, 413, "too_many_events"),
    "too many lines": ("\n".join(MANY).encode(), NDJSON, 413, "too_many_events"),
    "too many bad events": (batch(*["1"] * 21), JSON, 413, "too_many_events"),
    "values without end": (b'{"events":[' + b"[]," * 100_000 + b"[]]}", JSON, 413, "too_many_values"),
    "nesting without end": (b'{"events":' + b"[" * 20_000 + b"]" * 20_000 + b"}", JSON, 413, "too_many_values"),
    "top-level array without an event": (b" [ ] ", JSON, 422, "empty"),
    "too many in a top-level array": (f"[{','.join(MANY)}]".encode(), JSON, 413, "too_many_events"),
    "half a top-level array": (f"[{event()}".encode(), JSON, 400, "malformed_json"),
    "top-level null": (b"null", JSON, 422, "envelope"),
    "no events": (b"{}", JSON, 422, "envelope"),
    "events of another type": (b'{"events":{}}', JSON, 422, "envelope"),
    "no event": (b'{"events":[]}', JSON, 422, "empty"),
    "unknown field beside events": (BODY[:-1] + b',"more":1}', JSON, 422, "unknown_field"),
    "the same, with a lone surrogate": (BODY[:-1] + b',"\\ud800":1}', JSON, 422, "unknown_field"),
    "Idempotency-Key without characters": (BODY, JSON | {"Idempotency-Key": ""}, 400, "idempotency_key"),
    "Idempotency-Key of 129 characters": (BODY, JSON | {"Idempotency-Key": "k" * 129}, 400, "idempotency_key"),
    "Idempotency-Key with a control character": (BODY, JSON | {"Idempotency-Key": "a\tb"}, 400, "idempotency_key"),
}  # fmt: skip


async def test_a_bad_envelope_is_refused_whole(serve: Serve, url: str, connection: Connection) -> None:
    """Each has its status and its code, in a problem document that repeats nothing of the body; nothing is stored."""
    client = await serve(url, max_events=20, max_body_bytes=2_000_000)
    replies = {}
    for name, (body, headers, _, _) in ENVELOPE.items():
        reply = await client.post("/events", content=body, headers=headers)
        assert reply.headers["content-type"] == "application/problem+json", name
        problem = reply.json()
        assert problem["status"] == reply.status_code, name
        assert problem["type"] == f"urn:adpulse:{problem['title'].replace(' ', '_')}", name
        replies[name] = (reply.status_code, problem["title"].replace(" ", "_"))
    assert replies == {name: (status, code) for name, (_, _, status, code) in ENVELOPE.items()}
    assert await stored(connection) == 0


async def test_deep_nesting_is_malformed(client: AsyncClient) -> None:
    """JSON that is nested 20,000 deep is refused as malformed, and does not exhaust the stack."""
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        body = f'{{"events":[{opening * 20_000}1{closing * 20_000}]}}'
        reply = await client.post("/events", content=body, headers=JSON)
        assert (reply.status_code, reply.json()["title"]) == (400, "malformed json")


async def test_all_forms_of_a_good_body_are_taken(client: AsyncClient, connection: Connection) -> None:
    """JSON with and without an envelope, NDJSON, plain and compressed, with a mark, a charset, white space."""
    lines = f"\n{event()}\r\n\n  {event()}  \n".encode()
    bodies = [
        (batch(event(), event()), JSON),
        (b"\xef\xbb\xbf" + batch(event(), event()), JSON),
        (b' {"events" :\n[ %b,\t%b ] } \n' % (event().encode(), event().encode()), JSON),
        (batch(event(), event()), {"Content-Type": 'Application/JSON; Charset="UTF-8"'}),
        (f"\n[{event()},{event()}] ".encode(), JSON),
        (b"\xef\xbb\xbf[%b,%b]" % (event().encode(), event().encode()), {"Content-Type": "text/plain;charset=UTF-8"}),
        (zlib.compress(batch(event(), event())), JSON | {"Content-Encoding": "deflate"}),
        (lines, {"Content-Type": "application/jsonl"}),
        (lines, NDJSON),
        (b"\xef\xbb\xbf" + lines, NDJSON | {"Content-Encoding": "identity"}),
        (gzip.compress(lines), NDJSON | {"Content-Encoding": "gzip"}),
        (gzip.compress(lines[:20]) + gzip.compress(lines[20:]), NDJSON | {"Content-Encoding": "GZIP"}),
    ]
    for body, headers in bodies:
        reply = await client.post("/events", content=body, headers=headers)
        assert reply.json() == {"accepted": 2, "duplicates": 0, "rejected": [], "rejected_count": 0}
    assert await stored(connection) == 2 * len(bodies)


async def test_equal_events_are_no_bomb(client: AsyncClient) -> None:
    """Equal events compress a hundredfold; up to a million bytes that is nobody's fault."""
    body = gzip.compress(batch(*[event()] * 5_000))
    assert len(batch(*[event()] * 5_000)) / len(body) > 150
    reply = await client.post("/events", content=body, headers=JSON | {"Content-Encoding": "gzip"})
    assert reply.json()["accepted"] == 5_000


# ── The fields ───────────────────────────────────────────────────────────────────────────────────────────────


def without(name: str) -> str:
    return json.dumps({key: value for key, value in GOOD.items() if key != name})


def raw(name: str, text: str) -> str:
    """Return an event with a field whose value is this JSON text."""
    return f'{without(name)[:-1]},"{name}":{text}}}'


NOW = datetime.now(UTC)
FIELDS: dict[str, tuple[str, str | None, str]] = {
    **{f"{name} missing": (without(name), name, "missing") for name in GOOD},
    **{f"{name} null": (event(**{name: None}), name, "type") for name in GOOD if name != "event_type"},
    "event_type null": (event(event_type=None), "event_type", "value"),
    **{f"{name} of another type": (event(**{name: 5}), name, "type") for name in ("ts", "campaign_id", "user_id")},
    "an event that is a number": ("1", None, "type"),
    "an event that is null": ("null", None, "type"),
    "an event that is an array": ("[]", None, "type"),
    "unknown field": (event(extra=1), None, "unknown_field"),
    "unknown field with NUL": (event(**{"a\0": 1}), None, "unknown_field"),
    "unknown field that is half a pair": (event(**{"\ud800": 1}), None, "characters"),
    **{f"NUL in {name}": (event(**{name: "a\0b"}), name, "characters") for name in [*GOOD, "event_id"]},
    **{f"lone surrogate in {name}": (event(**{name: "\ud800"}), name, "characters") for name in [*GOOD, "event_id"]},
    "NUL in a metadata value": (event(metadata={"a": ["\0"]}), "metadata", "characters"),
    "NUL in a metadata key": (event(metadata={"a": {"\0": 1}}), "metadata", "characters"),
    "lone surrogate in a metadata value": (event(metadata={"a": "x\udfff"}), "metadata", "characters"),
    "lone surrogate in a metadata key": (event(metadata={"\udc00\ud800": 1}), "metadata", "characters"),
    **{
        f"{text} as {name}": (raw(name, text), name, "non_finite")
        for name in ("cost", "revenue")
        for text in ("NaN", "Infinity", "-Infinity", "1e999", "-1e400", "9" * 400)
    },
    "NaN in metadata": (raw("metadata", '{"a":NaN}'), "metadata", "non_finite"),
    "1e999 in metadata": (raw("metadata", '{"a":[1e999]}'), "metadata", "non_finite"),
    '"NaN" as text': (event(cost="NaN"), "cost", "type"),
    "number as text": (event(cost="0.5"), "cost", "type"),
    "true as number": (event(cost=True), "cost", "type"),
    "false as number": (event(revenue=False), "revenue", "type"),
    "null as number": (event(cost=None), "cost", "type"),
    "money past the range": (event(cost=1_000_000.01), "cost", "range"),
    "money far past the range": (raw("cost", "1e308"), "cost", "range"),
    "money past 64 bits": (raw("revenue", "99999999999999999999999"), "revenue", "range"),
    "negative money": (event(revenue=-0.01), "revenue", "range"),
    "seven decimals": (raw("cost", "0.0000005"), "cost", "precision"),
    "the least double": (raw("cost", "5e-324"), "cost", "precision"),
    "time without zone": (event(ts="2025-09-24T06:59:31"), "ts", "timezone"),
    "time as a bare number": (event(ts=1758697171), "ts", "type"),
    "time as a number in text": (event(ts="1758697171"), "ts", "format"),
    "a date": (event(ts="2025-09-24"), "ts", "format"),
    "a day that is not": (event(ts="2025-02-29T00:00:00Z"), "ts", "format"),
    "a leap second in the middle of a day": (event(ts="2016-12-31T22:59:60Z"), "ts", "format"),
    "time without seconds": (event(ts="2025-09-24T06:59Z"), "ts", "format"),
    "year 1 at a zone's edge": (event(ts="0001-01-01T00:00:00+14:00"), "ts", "range"),
    "year 9999 at a zone's edge": (event(ts="9999-12-31T23:59:59-14:00"), "ts", "range"),
    "year 1969": (event(ts="1969-12-31T23:59:59.999999Z"), "ts", "range"),
    "more than a day in the future": (event(ts=(NOW + timedelta(hours=25)).isoformat()), "ts", "future"),
    "older than the retention": (event(ts=(NOW - timedelta(days=10_001)).isoformat()), "ts", "too_old"),
    "unknown type": (event(event_type="view"), "event_type", "value"),
    "type in capitals": (event(event_type="CLICK"), "event_type", "value"),
    "empty campaign": (event(campaign_id=""), "campaign_id", "length"),
    "empty user": (event(user_id=""), "user_id", "length"),
    "campaign of 129 characters": (event(campaign_id="c" * 129), "campaign_id", "length"),
    "user of 129 characters": (event(user_id="😀" * 129), "user_id", "length"),
    "metadata that is an array": (event(metadata=[1]), "metadata", "type"),
    "metadata that is null": (event(metadata=None), "metadata", "type"),
    "metadata that is text": (event(metadata="{}"), "metadata", "type"),
    "metadata six deep": (raw("metadata", '{"a":' * 6 + "1" + "}" * 6), "metadata", "depth"),
    "metadata 300 deep": (raw("metadata", '{"a":' * 300 + "1" + "}" * 300), "metadata", "depth"),
    "metadata too large": (event(metadata={"a": "x" * 4_089}), "metadata", "size"),
    "event_id that is empty": (event(event_id=""), "event_id", "length"),
    "event_id of 129 characters": (event(event_id="😀" * 129), "event_id", "length"),
    "event_id that is a number": (event(event_id=7), "event_id", "type"),
    "event_id that is a list": (event(event_id=["1"]), "event_id", "type"),
    "event_id that is true": (event(event_id=True), "event_id", "type"),
}  # fmt: skip


@pytest.mark.parametrize("ndjson", [False, True], ids=["json", "ndjson"])
async def test_a_bad_event_costs_only_itself(serve: Serve, url: str, connection: Connection, ndjson: bool) -> None:
    """The events around it are stored, and the reply names its place, its field and the reason, but not its content."""
    client = await serve(url, retention_days=10_000)
    found = {}
    for name, (text, _, _) in FIELDS.items():
        events = [event(), text, event()]
        body = "\n".join(events).encode("utf-8", "surrogatepass") if ndjson else batch(*events)
        reply = await client.post("/events", content=body, headers=NDJSON if ndjson else JSON)
        assert reply.status_code == 200, name
        answer = reply.json()
        assert (answer["accepted"], answer["duplicates"], answer["rejected_count"]) == (2, 0, 1), name
        [rejection] = answer["rejected"]
        assert rejection["index"] == 1, name
        found[name] = (text, rejection["field"], rejection["code"])
    assert found == FIELDS
    assert await stored(connection) == 2 * len(FIELDS)


async def test_a_batch_without_a_good_event_is_422(client: AsyncClient, connection: Connection) -> None:
    """Of ten thousand bad events twenty are listed, and all are counted."""
    reply = await client.post("/events", content=batch(*["{}"] * 10_000), headers=JSON)
    answer = reply.json()
    assert (reply.status_code, answer["status"], answer["title"]) == (422, 422, "all rejected")
    assert (answer["accepted"], answer["duplicates"], answer["rejected_count"]) == (0, 0, 10_000)
    assert [rejection["index"] for rejection in answer["rejected"]] == list(range(20))
    assert await stored(connection) == 0


async def test_lines_that_are_no_json_cost_only_themselves(client: AsyncClient) -> None:
    """A line of NDJSON is an event: not a half, and not two."""
    half, other = event()[:10], event()[10:]
    lines = [event(), half, other, event() + event(), f"{event()},{event()}", "[" * 20_000 + "]" * 20_000, event()]
    answer = (await client.post("/events", content="\n".join(lines), headers=NDJSON)).json()
    assert answer["accepted"] == 2
    codes = [(rejection["index"], rejection["code"]) for rejection in answer["rejected"]]
    assert codes == [*((index, "malformed_json") for index in (1, 2, 3, 4)), (5, "depth")]


async def test_what_looks_dangerous_is_stored_as_it_is(client: AsyncClient, connection: Connection) -> None:
    """Text is data: SQL, tabs, new lines, backslashes, quotes and every plane of Unicode come back unchanged."""
    texts = [
        "'; DROP TABLE events; --",
        "\\N",
        "\\.",
        "a\tb\nc\r\\",
        '"',
        "💥 ü \u2028",
        "x" * 128,
        "😀" * 128,
        "\\u0000",
    ]
    events = [
        event(campaign_id=text, user_id=text, metadata={text: [text, {"deep": text}]}, cost=0.000001) for text in texts
    ]
    answer = (await client.post("/events", content=batch(*events), headers=JSON)).json()
    assert answer["accepted"] == len(texts)
    stored = {record["campaign_id"]: record for record in await connection.fetch("SELECT * FROM events")}
    assert stored.keys() == set(texts)
    for text, record in stored.items():
        assert (record["user_id"], record["cost_micros"]) == (text, 1)
        assert json.loads(record["metadata"]) == {text: [text, {"deep": text}]}


instants = st.datetimes(datetime(1970, 1, 2), datetime(2025, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
cents = st.integers(0, 10**12)
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=128)
documents = st.dictionaries(texts, st.one_of(texts, st.integers(-(2**63), 2**63), st.booleans(), st.none()), max_size=4)


@settings(max_examples=40)
@given(st.lists(st.tuples(instants, texts, texts, cents, cents, documents), min_size=1, max_size=5))
async def test_what_is_sent_is_what_is_stored(client: AsyncClient, connection: Connection, sent: list[Any]) -> None:
    """Every value is stored to the microsecond, the micro and the character."""
    body = (
        b'{"events":[%b]}'
        % ",".join(
            f'{{"ts":"{ts.isoformat()}","campaign_id":{json.dumps(campaign)},"user_id":{json.dumps(user)},'
            f'"event_type":"impression","cost":{Decimal(cost).scaleb(-6):f},"revenue":{Decimal(revenue).scaleb(-6):f},'
            f'"metadata":{json.dumps(metadata)}}}'
            for ts, campaign, user, cost, revenue, metadata in sent
        ).encode()
    )
    await connection.execute("DELETE FROM events")
    reply = await client.post("/events", content=body, headers=JSON)
    assert reply.json()["accepted"] == len(sent)
    records = await connection.fetch(
        "SELECT ts, campaign_id, user_id, cost_micros, revenue_micros, metadata FROM events"
    )
    found = [(*(*record.values(),)[:5], json.loads(record["metadata"])) for record in records]
    # jsonb keeps keys in an order of its own.
    assert sorted(found, key=_whole) == sorted(sent, key=_whole)


def _whole(event: tuple[Any, ...]) -> str:
    return repr((*event[:5], sorted(event[5].items())))


# ── Damaged bodies ──────────────────────────────────────────────────────────────────────────────────────────

FRAGMENTS = [
    b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\\u0000", b"\\ud800", b"null", b"1e999", b"NaN", b"\xff", b"\n",
    b"\0", b"\xef\xbb\xbf", b"-", b"1" * 30, b'"ts"', b'"event_id":"x"', b"[" * 300,
]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Draw a good body in which some bytes are cut out and others put in."""
    body = bytearray(
        batch(event(cost=0.5, metadata={"geo": "IN"}), event(event_id="8f14e45f-ceea-467f-a0e6-d4ee1c0f1fd4"))
    )
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(body)))
        body[at : at + draw(st.integers(0, 20))] = draw(st.sampled_from(FRAGMENTS) | st.binary(max_size=4))
    return bytes(body)


@settings(max_examples=300)
@given(
    body=damaged() | st.binary(max_size=200),
    kind=st.sampled_from([JSON, NDJSON, JSON | {"Content-Encoding": "gzip"}]),
    packed=st.booleans(),
)
async def test_no_bytes_are_too_much(client: AsyncClient, body: bytes, kind: dict[str, str], packed: bool) -> None:
    """For any bytes, the reply is an answer that adds up, or a problem that is the client's."""
    if packed and "Content-Encoding" in kind:
        body = gzip.compress(body)
    reply = await client.post("/events", content=body, headers=kind)
    assert reply.status_code in (200, 400, 413, 415, 422)
    answer = reply.json()
    if reply.status_code == 200 or answer["title"] == "all rejected":
        assert min(answer["accepted"], answer["duplicates"], answer["rejected_count"]) >= 0
        assert len(answer["rejected"]) == min(answer["rejected_count"], 20)
        assert (reply.status_code == 200) == (answer["accepted"] + answer["duplicates"] > 0)


# ── Over a real connection ───────────────────────────────────────────────────────────────────────────────────

Listen = Callable[..., Awaitable[int]]


@pytest.fixture
async def listen(url: str) -> AsyncIterator[Listen]:
    """Yield a factory: `await listen(max_body_bytes=1000)` is the port of a service on the database of `url`."""
    stops = []

    async def start(**values: Any) -> int:
        app = create_app(Settings(database_url=url, **values))
        server = uvicorn.Server(
            uvicorn.Config(app, port=0, http=Protocol, log_level="critical", timeout_graceful_shutdown=10)
        )
        task = asyncio.create_task(server.serve())
        stops.append((server, task))
        async with asyncio.timeout(30):
            while not (server.started and app.state.writer.connected):
                await asyncio.sleep(0.01)
        port: int = server.servers[0].sockets[0].getsockname()[1]
        return port

    yield start
    for server, task in stops:
        server.should_exit = True
        await task


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(30):
            yield reader, writer
    finally:
        writer.close()


def head(*headers: str) -> bytes:
    lines = ["POST /events HTTP/1.1", "Host: localhost", "Content-Type: application/json", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


async def reply_on(reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]]:
    """Status and body of the next reply."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    length = next(int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length"))
    return int(lines[0].split()[1]), json.loads(await reader.readexactly(length))


async def test_a_declared_length_over_the_cap_is_refused_unread(listen: Listen) -> None:
    """The reply comes although not one byte of the body was sent, and the connection is closed."""
    port = await listen(max_body_bytes=1_000)
    async with connected(port) as (reader, writer):
        writer.write(head("Content-Length: 1001"))
        assert (await reply_on(reader))[0] == 413
        assert await reader.read() == b""


async def test_chunks_over_the_cap_are_refused(listen: Listen) -> None:
    """A body without a declared length is refused as soon as it has one byte too many."""
    port = await listen(max_body_bytes=1_000)
    async with connected(port) as (reader, writer):
        writer.write(head("Transfer-Encoding: chunked") + b"3e8\r\n" + bytes(1_000) + b"\r\n")
        await writer.drain()
        writer.write(b"1\r\n0\r\n")
        assert (await reply_on(reader))[0] == 413
        assert await reader.read() == b""


async def test_a_trickling_body_is_given_up(listen: Listen, connection: Connection) -> None:
    """A client that sends a byte now and then gets 408 when its time is over, however it keeps on sending."""
    port = await listen(body_timeout_s=0.5)
    body = batch(event())
    async with connected(port) as (reader, writer):
        writer.write(head(f"Content-Length: {len(body)}"))
        reply = asyncio.create_task(reply_on(reader))
        for byte in body[:-1]:
            if reply.done():
                break
            writer.write(bytes([byte]))
            await asyncio.sleep(0.05)
        status, problem = await reply
    assert (status, problem["title"]) == (408, "timeout")
    assert await stored(connection) == 0


async def test_a_client_that_leaves_in_mid_body_stores_nothing(listen: Listen, connection: Connection) -> None:
    """The part of the body that arrived is dropped, also when it ends with a whole line; others are served."""
    port = await listen()
    for tail in (b"", event().encode()[:20]):
        async with connected(port) as (_, writer):
            writer.write(head("Content-Length: 100000").replace(b"json", b"x-ndjson") + event().encode() + b"\n" + tail)
            await writer.drain()
    body = batch(event())
    async with connected(port) as (reader, writer):
        writer.write(head(f"Content-Length: {len(body)}") + body)
        assert await reply_on(reader) == (200, {"accepted": 1, "duplicates": 0, "rejected": [], "rejected_count": 0})
    assert await stored(connection) == 1


async def test_a_client_that_leaves_before_the_answer_has_sent_its_events(listen: Listen, url: str) -> None:
    """The body came whole, so it is written, once; and nobody else waits for the client that has gone."""
    port = await listen()
    blocker = await connect(url)
    body = batch(event())
    async with blocker.transaction():
        await blocker.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        async with connected(port) as (_, writer):
            writer.write(head(f"Content-Length: {len(body)}") + body)
            await writer.drain()
            await asyncio.sleep(0.05)
    async with connected(port) as (reader, writer):
        writer.write(head(f"Content-Length: {len(body)}") + body)
        assert (await reply_on(reader))[0] == 200
    async with asyncio.timeout(30):
        while await stored(blocker) != 2:
            await asyncio.sleep(0.01)
    await blocker.close()


async def test_a_connection_goes_on_after_a_refused_request(listen: Listen) -> None:
    """A request that is refused before its body is read does not spoil the next one."""
    port = await listen()
    body = batch(event())
    async with connected(port) as (reader, writer):
        writer.write(head(f"Content-Length: {len(body)}").replace(b"application/json", b"text/html") + body)
        assert (await reply_on(reader))[0] == 415
        writer.write(head(f"Content-Length: {len(body)}") + body)
        assert (await reply_on(reader))[0] == 200


# ── The published contract ───────────────────────────────────────────────────────────────────────────────────


async def test_behind_a_prefix_the_answers_are_the_same(client: AsyncClient, connection: Connection) -> None:
    """There FastAPI's route answers and not the shortcut: with the same function, and counted under the same name."""
    transport = ASGITransport(app=client._transport.app, root_path="/api")
    async with AsyncClient(transport=transport, base_url="http://localhost") as other:
        for body in (batch(event(), "1"), b"{", b""):
            direct = await client.post("/events", content=body, headers=JSON)
            routed = await other.post("/api/events", content=body, headers=JSON)
            assert (direct.status_code, direct.content) == (routed.status_code, routed.content)
    assert await stored(connection) == 2
    assert 'method="POST",route="/events",status="200"' in (await client.get("/metrics")).text


async def test_the_contract_is_published_with_its_limits(serve: Serve, url: str) -> None:
    """The OpenAPI document has the schema of an event and every cap, as this server has them set."""
    caps = {"max_events": 77, "max_body_bytes": 1_234_567, "max_metadata_bytes": 2_345, "max_metadata_depth": 3}
    client = await serve(url, **caps, max_money=5_432)
    operation = (await client.get("/openapi.json")).json()["paths"]["/events"]["post"]
    content = operation["requestBody"]["content"]
    envelope, array = content["application/json"]["schema"]["anyOf"]
    events = envelope["properties"]["events"]
    assert events == array
    assert (events["minItems"], events["maxItems"]) == (1, 77)
    item = events["items"]
    assert item == content["application/x-ndjson"]["schema"] == content["application/jsonl"]["schema"]
    assert item["required"] == ["ts", "campaign_id", "user_id", "event_type"]
    assert item["additionalProperties"] is False
    assert (item["properties"]["user_id"]["minLength"], item["properties"]["user_id"]["maxLength"]) == (1, 128)
    assert (item["properties"]["cost"]["minimum"], item["properties"]["cost"]["maximum"]) == (0, 5_432)
    text = json.dumps(operation)
    for value in ("77", "1234567", "2345", "3 levels", "24 hours"):
        assert value in text
    assert {"200", "400", "408", "409", "413", "415", "422", "503"} <= operation["responses"].keys()
    assert "Idempotency-Key" in text
