"""Decoding any body needs a bounded multiple of its bytes."""

import gc
import gzip
import json
import random
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from adpulse.ingest.batch import BodyError
from adpulse.ingest.body import BodyReader
from adpulse.ingest.decoder import VALUES_OF_AN_EVENT, Decoder
from adpulse.ingest.formats import media_types
from adpulse.settings import Settings
from tests.adpulse.ingest.decoders import NOW, SETTINGS, accepted, outcome, written
from tests.adpulse.ingest.test_body import arriving, chunk


def many(text: Callable[[int], str]) -> bytes:
    return ('{"events":[' + ",".join(text(n) for n in range(5_000)) + "]}").encode()


def full(n: int, **fields: Any) -> str:
    return json.dumps({
        "ts": "2025-09-24T06:59:31.849095Z", "campaign_id": f"CAMP-{n}", "user_id": f"U{n:08d}", "event_type": "click",
        "cost": n / 1e6, "metadata": {"geo": "IN", "n": n}, **fields,
    })  # fmt: skip


def measured(body: bytes, *, ndjson: bool) -> tuple[Any, int]:
    """Return what becomes of a body, and the most bytes that it took."""
    decoder = Decoder(SETTINGS)
    tracemalloc.start()
    try:
        return outcome(decoder, body, ndjson=ndjson), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("line", [b"1\n", b"{}\r\n", b"\n", b"\r", b" \n", b"{}\n \n"])
def test_lines_without_end_need_little_memory(line: bytes) -> None:
    """Lines are split until there is one too many; empty ones are none."""
    body = line * (5_000_000 // len(line))
    refused, peak = measured(body, ndjson=True)
    assert refused == ((413, "too_many_events") if line.strip() else (422, "empty"))
    assert peak <= 10 * len(body)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(many(full), id="good"),
        pytest.param(many(lambda n: full(n, extra=1)), id="all bad"),
        pytest.param(many(lambda n: full(n, cost=float("nan"))), id="not even JSON"),
        pytest.param(many(lambda n: full(n, metadata={"n": list(range(200))})), id="large metadata"),
        pytest.param(b'{"events":[' + b"{}," * 600_000 + b"{}]}", id="nothing, often"),
        pytest.param(b'{"events":[{"metadata":[' + b"[]," * 600_000 + b"[]]}]}", id="nothing, in one event"),
    ],
)
def test_memory_is_at_most_ten_times_the_body(body: bytes) -> None:
    """Decoding any body, rows included, never needs more than ten times its bytes at a time."""
    result, peak = measured(body, ndjson=False)
    assert len(result) == 5 or result == (413, "too_many_values")
    assert peak <= 10 * len(body)


VALUES = 50_000
# Objects and arrays that are small as text and large as Python values, and a text that is large itself.
LARGE = {
    "members": "{" + ",".join(f'"{n:x}":0' for n in range(VALUES)) + "}",
    "one member again and again": "{" + ",".join(['"a":0'] * VALUES) + "}",
    "integers": '{"a":[' + ",".join(["1"] * VALUES) + "]}",
    "fractions": '{"a":[' + ",".join(["1.5"] * VALUES) + "]}",
    "digits": '{"a":[' + ",".join(["1e-400"] * VALUES) + "]}",
    "lists": '{"a":[' + ",".join(["[]"] * VALUES) + "]}",
    "objects": '{"a":[' + ",".join(['{"":0}'] * VALUES) + "]}",
    "text": '{"a":"' + "x" * 10 * VALUES + '"}',
    "escapes": '{"a":"' + "\\n" * 10 * VALUES + '"}',
}


@pytest.mark.parametrize("ndjson", [False, True])
@pytest.mark.parametrize("field", ["metadata", "user_id", "extra"])
@pytest.mark.parametrize("large", LARGE)
def test_an_event_with_many_values_is_refused_unread(large: str, field: str, ndjson: bool) -> None:
    """It needs ten times its bytes at most, wherever the values are, and the next event is stored."""
    lines = [written(**{field: LARGE[large]}), written()]
    body = "\n".join(lines) if ndjson else '{"events":[' + ",".join(lines) + "]}"
    (rows, _, positions, rejected, _), peak = measured(body.encode(), ndjson=ndjson)
    assert (len(rows), positions) == (1, [1])
    assert rejected[0]["code"] in ({"size"} if field == "metadata" else {"size", "length", "type", "unknown_field"})
    assert peak <= 10 * len(body)


@pytest.mark.parametrize(
    "body",
    [
        "{" + ",".join(f'"{n:x}":0' for n in range(VALUES)) + "}",
        '{"events":[' + written(cost="NaN", metadata=LARGE["members"]) + "]}",
        '{"events":[' + written(cost="NaN", metadata=LARGE["objects"]) + "]}",
    ],
    ids=["envelope", "members", "objects"],
)
def test_a_body_that_is_read_as_a_whole_needs_a_bounded_size_for_each_value(body: str) -> None:
    """A body that is no JSON cannot be cut into events: its values are counted together."""
    _, peak = measured(body.encode(), ndjson=False)
    assert peak <= 400 * body.count(",")


@pytest.mark.parametrize(
    "inner",
    ["[" + ",".join(["0"] * 2_044) + "]", '"' + "," * 4_088 + '"', "[" + ",".join(["[]"] * 1_362) + "]"],
    ids=["numbers", "commas", "lists"],
)
def test_no_metadata_that_fit_are_refused_for_their_values(inner: str) -> None:
    """Metadata of the largest size are stored, also beside an event that is bad, and with white space."""
    lines = [written(metadata=f'{{"a":{inner}}}'), written(metadata=f'{{ "a" : {inner} }}'), "{}"]
    assert len(accepted("\n".join(lines), ndjson=True)) == 2


def test_a_dropped_field_may_have_many_values() -> None:
    """With ADPULSE_UNKNOWN_FIELDS=ignore, a text of a page is dropped, and its event stored."""
    decoder = Decoder(Settings(retention_days=3_650, unknown_fields="ignore"))
    page = '"' + "a, b, " * (VALUES_OF_AN_EVENT // 2) + '"'
    assert len(accepted('{"events":[' + written(page=page) + "]}", decoder=decoder)) == 1


REFUSED: dict[str, tuple[bytes, str | None, str]] = {
    "too large": (b" " * 10_000_001, None, "application/json"),
    "bomb": (gzip.compress(b" " * 9_000_000), "gzip", "application/json"),
    "too large when it is unpacked": (
        gzip.compress(random.Random(1).randbytes(20_000) * 501),
        "gzip",
        "application/json",
    ),
    "corrupt": (b"x" * 100, "deflate", "application/json"),
    "cut": (gzip.compress(b"[]")[:-5], "gzip", "application/json"),
    "no encoding": (b"[]", "br", "application/json"),
    "no type": (b"[]", None, "text/html"),
    "no JSON": (b"[1,", None, "application/json"),
    "no UTF-8": (b"\xff", None, "application/json"),
    "UTF-16": ("[]".encode("utf-16"), None, "application/json"),
    "empty": (b"[]", None, "application/json"),
    "envelope": (b'{"a":1}', None, "application/json"),
    "depth": (b"[" * 50_000, None, "application/json"),
    "deep event": (b'{"events":[' + b'{"a":' * 600 + b"1" + b"}" * 600 + b"]}", None, "application/json"),
    "bad events": (b'[{}, 1, NaN, {"ts":"x"}]', None, "application/json"),
    "bad lines": (b'{}\n1\nNaN\n{"a":1,"a":2}\n{', None, "application/x-ndjson"),
    "bad metadata": (("[" + written(metadata='{"a":"' + "x" * 5_000 + '"}') + "]").encode(), None, "application/json"),
    "too many events": (b"{}\n" * 10_001, None, "application/x-ndjson"),
    "too many values": (b"[" + b"[]," * 400_000 + b"[]]", None, "application/json"),
    "no CloudEvents": (
        b'[{}, {"specversion":"1.0","id":"1","source":"s","type":"t"}]',
        None,
        "application/cloudevents-batch+json",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_refused_bodies_leave_nothing_to_the_collector(kind: str) -> None:
    """An error that is kept where it was raised keeps the body, too, until the cyclic collector runs: hardly ever."""
    body, encoding, media_type = REFUSED[kind]
    reader, decoder = BodyReader(SETTINGS), Decoder(SETTINGS)
    headers = {b"content-length": b"%d" % len(body)} | ({b"content-encoding": encoding.encode()} if encoding else {})

    async def refuse() -> None:
        with suppress(BodyError):
            form = media_types.find(media_type.encode())
            received = await reader.read(headers, arriving(chunk(body, more=False)))
            batch = decoder.decode(received, ndjson=form.lines, unwrap=form.unwrap, now=NOW)
            assert not batch.rows
            assert batch.rejected_count

    await refuse()
    gc.collect()
    gc.disable()
    try:
        await refuse()
        assert gc.collect() == 0
    finally:
        gc.enable()
