"""From samples to verdicts: regressed, improved, same, or cannot tell.

For each metric, the ratio of medians head ÷ base with a bootstrap interval over rounds, and the same of control ÷ base,
which run the same code. An interval may be looked at several times, and many are looked at; so that all of them
together are wrong with a probability of ALPHA at most, look k of metric i of m holds with confidence
1 − ALPHA / (m · k · (k + 1)): the shares of all looks add up to ALPHA / m however many there are. This is Bonferroni's
inequality over metrics (Dunn, Multiple comparisons among means, 1961) and alpha spending over looks (Lan & DeMets,
Discrete sequential boundaries for clinical trials, 1983) with the series Σ 1 / (k (k + 1)) = 1. It holds for
any dependence between them, so a run may stop at any look, and a metric that is decided stays decided.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from adbench.gate.measure.rounds import Samples
from adbench.records import statistics
from adbench.records.statistics import Interval

ALPHA = 0.05  # chance of an error in all metrics and all looks of a run together
FIRST_LOOK = 12  # rounds; fewer could not reach the confidence: 2^(1-n) is as sure as n values can be of a median
GROWTH = 1.4  # growth from look to look: a smaller alpha for the next look then costs less than its rounds bring
RESAMPLES = 40_000  # at the fifth look of nine metrics three or four of them lie beyond each end


class Verdict(StrEnum):
    """A verdict on one metric, or on all together."""

    REGRESSED = "regressed"
    IMPROVED = "improved"
    SAME = "same"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Call:
    """The verdict on one metric, and the ratios that it rests on."""

    name: str
    verdict: Verdict
    reason: str
    ratio: Interval | None = None  # head ÷ base
    control: Interval | None = None  # control ÷ base
    rounds: int = 0
    confidence: float = 0.0  # confidence of both intervals


def looks() -> Iterator[int]:
    """Yield the numbers of rounds after which samples are looked at, without end."""
    at = float(FIRST_LOOK)
    while True:
        yield round(at)
        at *= GROWTH


def confidence(look: int, metrics: int) -> float:
    """Return the confidence of the intervals at look 1, 2, … when `metrics` are judged."""
    return 1 - ALPHA / (metrics * look * (look + 1))


def judge(call: Call, tolerance: float) -> Call:
    """Return the call with its verdict, by its two intervals. `tolerance` is the ratio from which a slowdown counts."""
    ratio, control = call.ratio, call.control
    assert ratio is not None
    assert control is not None
    margin = f"{tolerance - 1:.0%}"
    if not control.low <= 1 <= control.high:
        reason = "two sides with the same code differ: the control does not cover 1"
        return replace(call, verdict=Verdict.CANNOT_TELL, reason=reason)
    if ratio.low > tolerance:
        return replace(call, verdict=Verdict.REGRESSED, reason=f"slower by more than {margin}")
    if ratio.high < 1 / tolerance:
        return replace(call, verdict=Verdict.IMPROVED, reason=f"faster by more than {margin}")
    if 1 / tolerance <= ratio.low and ratio.high <= tolerance:
        return replace(call, verdict=Verdict.SAME, reason=f"within {margin}")
    return replace(call, verdict=Verdict.CANNOT_TELL, reason="the interval is too wide")


class Panel:
    """The calls on all metrics, which are made at looks and, once made, stand."""

    def __init__(self, metrics: Iterable[str], tolerance: float, seed: int = 0, resamples: int = RESAMPLES) -> None:
        self.calls = {
            metric: Call(metric, Verdict.CANNOT_TELL, "not enough rounds for a first look") for metric in metrics
        }
        self._tolerance = tolerance
        self._seed = seed
        self._resamples = resamples
        self._looks = 0

    def undecided(self) -> set[str]:
        """Return the metrics of which nothing can be said yet."""
        return {metric for metric, call in self.calls.items() if call.verdict is Verdict.CANNOT_TELL}

    def look(self, samples: Samples) -> None:
        """Judge the undecided metrics by all samples so far, which come from the same rounds for all of them."""
        self._looks += 1
        undecided = sorted(self.undecided())
        if not undecided:
            return
        sure = confidence(self._looks, len(self.calls))
        sides = {
            side: np.array([samples[metric][side] for metric in undecided]) for side in ("base", "head", "control")
        }
        ratios, controls = (
            statistics.ratios_of_medians(sides["base"], sides[side], sure, self._seed, self._resamples)
            for side in ("head", "control")
        )
        rounds = sides["base"].shape[1]
        for metric, ratio, control in zip(undecided, ratios, controls, strict=True):
            call = Call(metric, Verdict.CANNOT_TELL, "", ratio, control, rounds, sure)
            self.calls[metric] = judge(call, self._tolerance)


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """Sum the calls up: one regression decides, else one that cannot be told leaves it open."""
    found = set(verdicts)
    for verdict in (Verdict.REGRESSED, Verdict.CANNOT_TELL, Verdict.IMPROVED):
        if verdict in found:
            return verdict
    return Verdict.SAME
