"""Decoding any body needs a bounded multiple of its bytes."""

import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from adpulse.ingest.decoder import VALUES_OF_AN_EVENT, Decoder
from adpulse.settings import Settings
from tests.adpulse.ingest.decoders import SETTINGS, accepted, outcome, written


def many(text: Callable[[int], str]) -> bytes:
    return ('{"events":[' + ",".join(text(n) for n in range(5_000)) + "]}").encode()


def full(n: int, **fields: Any) -> str:
    return json.dumps({
        "ts": "2025-09-24T06:59:31.849095Z", "campaign_id": f"CAMP-{n}", "user_id": f"U{n:08d}", "event_type": "click",
        "cost": n / 1e6, "metadata": {"geo": "IN", "n": n}, **fields,
    })  # fmt: skip


@pytest.mark.parametrize("line", [b"1\n", b"{}\r\n", b"\n", b"\r", b" \n", b"{}\n \n"])
def test_lines_without_end_need_little_memory(line: bytes) -> None:
    """Lines are split until there is one too many; empty ones are none."""
    body = line * (5_000_000 // len(line))
    decoder = Decoder(SETTINGS)
    tracemalloc.start()
    try:
        refused = outcome(decoder, body, ndjson=True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
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
    decoder = Decoder(SETTINGS)
    tracemalloc.start()
    try:
        result = outcome(decoder, body, ndjson=False)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(result) == 5 or result == (413, "too_many_values")
    assert peak <= 10 * len(body)


def measured(body: bytes, *, ndjson: bool) -> tuple[Any, int]:
    """Return what becomes of a body, and the most bytes that it took."""
    decoder = Decoder(SETTINGS)
    tracemalloc.start()
    try:
        return outcome(decoder, body, ndjson=ndjson), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


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
