"""The sums of a turn of the event loop are in the metrics after it, as if each had been counted alone."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Histogram

from adpulse import tally
from adpulse.tally import CounterTally, HistogramTally

BOUNDS = (1, 10, 100)
amounts = st.one_of(st.sampled_from(BOUNDS), st.integers(0, 1_000))


@given(st.lists(st.lists(amounts, max_size=5), max_size=4))
def test_sums_are_as_if_each_was_counted_alone(turns: list[list[int]]) -> None:
    """At the end of each turn, in every bucket, those at a bound too."""
    here, there = CollectorRegistry(), CollectorRegistry()
    counts = [Counter("count", "-", registry=registry) for registry in (here, there)]
    sizes = [Histogram("sizes", "-", buckets=BOUNDS, registry=registry) for registry in (here, there)]
    counted, sized = CounterTally(counts[0]), HistogramTally(sizes[0])

    async def count() -> None:
        for turn in turns:
            for amount in turn:
                counted.inc(amount)
                sized.observe(amount)
                counts[1].inc(amount)
                sizes[1].observe(amount)
            await asyncio.sleep(0)
            assert _values(here) == _values(there)

    asyncio.run(count())


async def test_a_reader_need_not_wait_for_the_end_of_the_turn() -> None:
    """Sums that are written early are not written again."""
    registry = CollectorRegistry()
    counted = CounterTally(Counter("count", "-", registry=registry))
    counted.inc(2)
    assert _values(registry)["count_total"] == 0
    tally.write()
    assert _values(registry)["count_total"] == 2
    counted.inc()
    for _ in range(2):
        await asyncio.sleep(0)
        assert _values(registry)["count_total"] == 3


def _values(registry: CollectorRegistry) -> dict[str, float]:
    samples = [sample for family in registry.collect() for sample in family.samples]
    return {
        sample.name + sample.labels.get("le", ""): sample.value for sample in samples if "created" not in sample.name
    }
