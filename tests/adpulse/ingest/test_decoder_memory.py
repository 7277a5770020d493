"""Decoding any body needs a bounded multiple of its bytes."""

import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from adpulse.ingest.decoder import Decoder
from tests.adpulse.ingest.decoders import SETTINGS, outcome


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
