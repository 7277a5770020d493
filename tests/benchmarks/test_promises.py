"""A promise is read exactly, and broken with its figure."""

from pathlib import Path

import pytest

from adpulse import variants
from adpulse.variants import Variant
from benchmarks import promises
from benchmarks.promises import Promise, PromiseError

FAST = Promise(50, 200, 1_000_000)


def variant(text: str) -> Variant:
    return Variant(Path("99_some"), {"promises": text})


def test_promises_are_read() -> None:
    """One or several, each with its percentile, limit and scale."""
    assert promises.read(variant("report p50 < 200 ms at 1,000,000 events")) == [FAST]
    assert promises.read(variant("report p50 < 200 ms at 1000000 events; report p95 < 0.5 ms at 20 events")) == [
        FAST,
        Promise(95, 0.5, 20),
    ]
    assert promises.read(Variant(Path("99_some"), {})) == []


@pytest.mark.parametrize(
    "text",
    ["fast", "report p50 < 200 ms", "report p50 < 200 at 10 events", "report p50 < 200 ms at 10 events or so"],
)
def test_a_promise_that_cannot_be_read_is_an_error(text: str) -> None:
    """Not a promise that is always kept."""
    with pytest.raises(PromiseError, match="99_some promises"):
        promises.read(variant(text))


@pytest.mark.parametrize("each", variants.load_all(), ids=lambda each: each.name)
def test_the_variants_promises_can_be_read(each: Variant) -> None:
    """So that a slip in a header does not wait for the next timed run."""
    promises.read(each)


def test_a_broken_promise_has_its_figure() -> None:
    """The percentile by nearest rank, and over how many reports."""
    times = [float(n) for n in range(1, 101)]
    assert Promise(50, 50.5, 10).broken(times) is None
    assert Promise(50, 50.0, 10).broken(times) == "report p50 < 50 ms at 10 events: it was 50.0 ms, over 100 reports"
    assert Promise(95, 95.0, 10).broken(times) == "report p95 < 95 ms at 10 events: it was 95.0 ms, over 100 reports"
    assert Promise(50, 1.0, 10).broken([3.0]) == "report p50 < 1 ms at 10 events: it was 3.0 ms, over 1 reports"
