"""Intervals hold what they say as often as they say, and are not wider than the noise."""

import numpy as np
import pytest

from adbench.records import statistics
from adbench.records.statistics import Interval


def test_percentiles_are_interpolated() -> None:
    """Percentiles are those of numpy, and of everybody who reads a p95 off a list."""
    assert statistics.percentile([1, 2, 3, 4], 50).value == 2.5
    assert statistics.percentile(range(101), 95).value == 95
    assert statistics.median([3]) == Interval(3, 3, 3)


def test_the_same_numbers_give_the_same_interval() -> None:
    """A result that is read again must say the same."""
    values = np.random.default_rng(1).normal(10, 1, 30)
    assert statistics.median(values) == statistics.median(list(values))
    low, high = statistics.median(values)[1:]
    assert low < statistics.median(values).value < high


def test_an_empty_sample_is_refused() -> None:
    """Nothing measured is not zero."""
    with pytest.raises(ValueError, match="at least one"):
        statistics.median([])


def test_the_interval_of_a_ratio_of_medians_covers_the_truth() -> None:
    """Nearly all of many intervals around a known ratio hold it, for two samples of different size."""
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(60):
        below, above = rng.lognormal(0, 0.2, 40), 3 * rng.lognormal(0, 0.2, 25)
        _, low, high = statistics.ratio_of_medians(below, above)
        covered += low <= 3 <= high
    assert covered >= 50


def test_values_of_one_round_are_not_taken_for_independent() -> None:
    """When rounds differ, the interval is as wide as the rounds, and not as many values would make it."""
    rng = np.random.default_rng(7)
    rounds = [rng.normal(centre, 0.01, 100) for centre in (1.0, 1.2, 1.1, 0.9, 1.3)]
    [(value, low, high)] = statistics.percentiles_over_rounds(rounds, [50])
    assert low < value < high
    assert high - low > 3 * (np.subtract(*statistics.median(np.concatenate(rounds))[:0:-1]))


def test_rounds_alike_give_what_one_sample_gives() -> None:
    """The figure is the percentile of all values, in any split into rounds."""
    values = np.random.default_rng(9).exponential(1, 120)
    p50, p95 = statistics.percentiles_over_rounds([values[:40], values[40:50], values[50:]], [50, 95])
    assert p95.value == pytest.approx(np.percentile(values, 95))
    assert p50.low < p50.value < p50.high < p95.low < p95.value < p95.high


def test_a_ratio_without_noise_has_no_width() -> None:
    """The geometric mean of equal ratios is that ratio, and so is its interval."""
    assert statistics.ratio([(100, 50), (200, 100), (1, 0.5)], seed=1) == pytest.approx((0.5, 0.5, 0.5))


def test_the_interval_covers_the_truth() -> None:
    """Of many intervals from noisy pairs around a known ratio, nearly all hold it; and they are narrower than the
    noise, which they would not be if pairing were lost.
    """
    rng = np.random.default_rng(3)
    covered, widths = 0, []
    for _ in range(100):
        machine = np.exp(rng.normal(0, 0.5, 12))
        pairs = [(a, 0.6 * a * np.exp(rng.normal(0, 0.05))) for a in machine]
        _, low, high = statistics.ratio(pairs, seed=1)
        covered += low <= 0.6 <= high
        widths.append(high / low)
    assert covered >= 80
    assert np.median(widths) < 1.1


@pytest.mark.parametrize(
    ("hits", "runs", "low", "high"),
    [(0, 10, 0, 0.3085), (9, 10, 0.5550, 0.9975), (10, 10, 0.6915, 1), (7, 20, 0.1539, 0.5922), (0, 0, 0, 1)],
)
def test_bounds_are_those_of_clopper_and_pearson(hits: int, runs: int, low: float, high: float) -> None:
    """Bounds are those of published tables of the exact binomial interval."""
    assert statistics.bounds(hits, runs) == pytest.approx((low, high), abs=5e-4)
