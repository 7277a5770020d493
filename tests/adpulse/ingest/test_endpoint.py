"""POST /events as a client meets it: which bodies are taken, which are refused, and the contract that says so.

The table is the list of bad envelopes that the service promises to answer.
"""

import gzip
import json
import zlib

from httpx import ASGITransport, AsyncClient
from hypothesis import given, settings
from hypothesis import strategies as st

from adpulse.database.connections import Connection
from tests.adpulse.ingest.bodies import JSON, NDJSON, batch, event, stored
from tests.services import Serve

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
    """The reply to any bytes is an answer that adds up, or a problem of the client."""
    if packed and "Content-Encoding" in kind:
        body = gzip.compress(body)
    reply = await client.post("/events", content=body, headers=kind)
    assert reply.status_code in (200, 400, 413, 415, 422)
    answer = reply.json()
    if reply.status_code == 200 or answer["title"] == "all rejected":
        assert min(answer["accepted"], answer["duplicates"], answer["rejected_count"]) >= 0
        assert len(answer["rejected"]) == min(answer["rejected_count"], 20)
        assert (reply.status_code == 200) == (answer["accepted"] + answer["duplicates"] > 0)


# ── The published contract ───────────────────────────────────────────────────────────────────────────────────


async def test_behind_a_prefix_the_answers_are_the_same(client: AsyncClient, connection: Connection) -> None:
    """FastAPI's route answers behind a prefix, and not the shortcut: the function and the metric are the same."""
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
    for value in ("77", "1,234,567", "2,345", "3 levels", "24 hours"):
        assert value in text
    assert {"200", "400", "408", "409", "413", "415", "422", "503"} <= operation["responses"].keys()
    assert "Idempotency-Key" in text
