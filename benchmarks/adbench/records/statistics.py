"""Statistics of repeated measurements: a figure and how far it can be trusted.

Every interval is the percentile bootstrap's (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13),
at 95 % where nothing else is asked for, from a seeded generator, so that the same numbers always give the same
interval. It says what repeating the run in the same hour would give, not what another machine would; with fewer than
about five values it is too narrow. Percentiles are interpolated linearly between order statistics (Hyndman & Fan 1996,
type 7), as numpy's are.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
# Takes samples of shape (…, n), and returns statistics of shape (…).
Statistic = Callable[..., Floats]

RESAMPLES = 10_000
RESAMPLES_OF_ROUNDS = 2_000
TAILS = (0.025, 0.975)
_AT_ONCE = 4_000_000  # values that are resampled at a time: 32 MB


class Interval(NamedTuple):
    """A figure with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


def bootstrap(statistic: Statistic, *samples: ArrayLike, seed: int = 0) -> Interval:
    """Return `statistic(*samples, axis=-1)` of independent samples, each resampled on its own.

    For pairs, hand over one sample of what is computed from each pair. Raise ValueError for an empty sample.
    """
    arrays = [_sample(values) for values in samples]
    rng = np.random.default_rng(seed)
    drawn = [
        statistic(*(array[rng.integers(0, len(array), (count, len(array)))] for array in arrays))
        for count in _portions(RESAMPLES, sum(map(len, arrays)))
    ]
    return _interval(float(statistic(*arrays)), np.concatenate(drawn))


def median(values: ArrayLike, seed: int = 0) -> Interval:
    """Return the median of independent values."""
    return percentile(values, 50, seed)


def percentile(values: ArrayLike, percent: float, seed: int = 0) -> Interval:
    """Return a percentile of independent values. Below 100 values, p99 is about the maximum."""
    return bootstrap(lambda each: np.percentile(each, percent, axis=-1), values, seed=seed)


def ratio_of_medians(below: ArrayLike, above: ArrayLike, seed: int = 0) -> Interval:
    """Return median(above) / median(below) of two independent samples, whose sizes may differ."""
    return bootstrap(lambda b, a: np.median(a, axis=-1) / np.median(b, axis=-1), below, above, seed=seed)


def ratios_of_medians(
    below: ArrayLike, above: ArrayLike, confidence: float, seed: int = 0, resamples: int = RESAMPLES
) -> list[Interval]:
    """Return median(above) / median(below) of things measured in the same rounds; the shapes are (things, rounds).

    Rounds are drawn whole, so that what hit both in a round cancels out. `confidence` is that of each interval; a tail
    should have a few resamples beyond it.
    """
    b, a = np.atleast_2d(below).astype(np.float64), np.atleast_2d(above).astype(np.float64)
    if b.shape != a.shape or not b.shape[1]:
        raise ValueError("below and above are measured in the same rounds, one at least")
    rng = np.random.default_rng(seed)
    drawn = []
    for count in _portions(resamples, b.size):
        picks = rng.integers(0, b.shape[1], (count, b.shape[1]))
        drawn.append(np.median(a[:, picks], axis=-1) / np.median(b[:, picks], axis=-1))
    values = np.median(a, axis=-1) / np.median(b, axis=-1)
    lows, highs = np.quantile(np.concatenate(drawn, axis=-1), ((1 - confidence) / 2, (1 + confidence) / 2), axis=-1)
    return [Interval(*map(float, each)) for each in zip(values, lows, highs, strict=True)]


def ratio(pairs: Iterable[tuple[float, float]], seed: int = 0) -> Interval:
    """Return the geometric mean of b / a over pairs (a, b) that were measured in turn: what hit both cancels out."""
    logs = np.log([b / a for a, b in pairs])
    value, low, high = np.exp(bootstrap(lambda each: each.mean(axis=-1), logs, seed=seed))
    return Interval(float(value), float(low), float(high))


def geometric_mean(values: Iterable[float], seed: int = 0) -> Interval:
    """Return the geometric mean of independent values."""
    return ratio(((1, value) for value in values), seed)


def bounds(hits: int, runs: int, alpha: float = 0.05) -> tuple[float, float]:
    """Return the exact 95 % interval of a share (Clopper & Pearson, The use of confidence or fiducial limits, 1934)."""

    def at_most(count: int, share: float) -> float:
        return sum(math.comb(runs, k) * share**k * (1 - share) ** (runs - k) for k in range(count + 1))

    def where(is_left: Callable[[float], bool]) -> float:
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if is_left(middle) else (low, middle)
        return low

    if runs == 0:
        return 0.0, 1.0
    low = 0.0 if hits == 0 else where(lambda share: 1 - at_most(hits - 1, share) < alpha / 2)
    high = 1.0 if hits == runs else where(lambda share: at_most(hits, share) > alpha / 2)
    return low, high


def share(hits: int, runs: int) -> Interval:
    """Return the share of runs that hit, with its exact bounds; of no runs it is 0, and anything is possible."""
    return Interval(hits / runs if runs else 0.0, *bounds(hits, runs))


def percentiles_over_rounds(rounds: Sequence[ArrayLike], percents: Sequence[float]) -> list[Interval]:
    """Return percentiles of all values of all rounds, on a machine that drifts between rounds.

    Rounds are resampled, and then values within each: values of one round resemble each other, and taken for
    independent they would give an interval that is too narrow (Kalibera & Jones, Rigorous Benchmarking in Reasonable
    Time, 2013). Of rounds that differ in length, each resampled one has the mean length.
    """
    samples = [_sample(values) for values in rounds]
    lengths, values = np.array([len(sample) for sample in samples]), np.concatenate(samples)
    starts, length = np.cumsum(lengths) - lengths, max(round(lengths.mean()), 1)
    rng = np.random.default_rng(0)
    drawn = []
    for count in _portions(RESAMPLES_OF_ROUNDS, len(samples) * length):
        picked = rng.integers(0, len(samples), (count, len(samples), 1))
        within = (rng.random((*picked.shape[:2], length)) * lengths[picked]).astype(np.int64)
        resampled = values[starts[picked] + within].reshape(len(picked), -1)
        drawn.append(np.percentile(resampled, percents, axis=-1))
    figures = zip(np.percentile(values, percents), np.concatenate(drawn, axis=1), strict=True)
    return [_interval(float(figure), resampled) for figure, resampled in figures]


def _portions(resamples: int, size: int) -> Iterator[int]:
    """Yield how many resamples of `size` values to draw at a time, so that memory stays bounded."""
    step = max(_AT_ONCE // size, 1)
    return (min(step, resamples - done) for done in range(0, resamples, step))


def _sample(values: ArrayLike) -> Floats:
    sample = np.asarray(values, dtype=np.float64)
    if sample.ndim != 1 or not len(sample):
        raise ValueError("a sample is a list of at least one number")
    return sample


def _interval(value: float, drawn: Floats) -> Interval:
    low, high = np.quantile(drawn, TAILS)
    return Interval(value, float(low), float(high))
