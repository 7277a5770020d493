"""Bytes into rows.

Hypothesis: the one pass of the service costs two to three times the parsing of the JSON alone, and a fraction of the
published contract (pydantic), which names what is wrong; one bad event makes its batch pay for a second look.

    pytest benchmarks/suites/test_codec.py --benchmark-only --benchmark-group-by=param:size
"""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from adbench.workload import request_bodies
from adpulse.event.contract import check
from adpulse.event.limits import Limits
from adpulse.ingest.decoder import Decoder
from adpulse.settings import Settings
from benchmarks.suites.conftest import END

SETTINGS = Settings()
LIMITS = Limits.at(END, SETTINGS)


def _pass(body: bytes) -> Callable[[], int]:
    decoder = Decoder(SETTINGS)
    return lambda: len(decoder.decode(body, now=END).rows)


def _parse(body: bytes) -> Callable[[], int]:
    return lambda: len(orjson.loads(body)["events"])


def _contract(body: bytes) -> Callable[[], int]:
    return lambda: len([check(event, LIMITS) for event in orjson.loads(body)["events"]])


WAYS: dict[str, Callable[[bytes], Callable[[], int]]] = {"parse": _parse, "pass": _pass, "contract": _contract}


@pytest.mark.parametrize("size", [1, 100, 1_000])
@pytest.mark.parametrize("way", WAYS)
def test_decode(benchmark: BenchmarkFixture, way: str, size: int) -> None:
    """Decode a batch without faults: `parse` builds objects only, `pass` is the service's, `contract` the slow way."""
    benchmark.extra_info["events"] = size
    assert benchmark(WAYS[way](request_bodies.body(request_bodies.busy_events(END, size)))) == size


def test_decode_with_one_bad_event(benchmark: BenchmarkFixture) -> None:
    """Decode a thousand events with one bad one: the others are read twice, and it alone meets the contract."""
    found: list[dict[str, Any]] = request_bodies.busy_events(END, 1_000)
    found[500]["cost"] = -1
    body, decoder = request_bodies.body(found), Decoder(SETTINGS)
    batch = benchmark(lambda: decoder.decode(body, now=END))
    assert (len(batch.rows), batch.rejected_count) == (999, 1)
