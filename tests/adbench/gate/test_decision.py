"""The gate's verdicts, on recorded and on drawn samples: nothing here is timed."""

import json
from pathlib import Path

import numpy as np
import pytest

from adbench.gate.measure.rounds import Samples
from adbench.gate.verdict import decision
from adbench.gate.verdict.decision import ALPHA, FIRST_LOOK, Call, Panel, Verdict, confidence, judge, looks, overall
from adbench.records import statistics
from adbench.records.statistics import Interval

TOLERANCE = 1.10
RECORDED: Samples = json.loads((Path(__file__).parent / "gate_samples.json").read_text())["samples"]


def recorded(rounds: int = FIRST_LOOK, **factors: float) -> Samples:
    """Return the first rounds of a real run of one commit on all sides, with sides made slower by a factor."""
    return {
        metric: {side: [x * factors.get(side, 1) for x in values[:rounds]] for side, values in by_side.items()}
        for metric, by_side in RECORDED.items()
    }


def drawn(ratio: float, rounds: int, noise: float, control: float = 1.0) -> Samples:
    """Draw one metric; the machine's drift, which hits all sides of a round, is larger than the noise."""
    rng = np.random.default_rng(3)
    drift = rng.lognormal(0, 0.3, rounds)
    return {
        "m.cpu": {
            side: list(factor * drift * rng.lognormal(0, noise, rounds))
            for side, factor in (("base", 1.0), ("head", ratio), ("control", control))
        }
    }


def verdicts(samples: Samples, tolerance: float = TOLERANCE) -> dict[str, Verdict]:
    panel = Panel(samples, tolerance)
    panel.look(samples)
    return {metric: call.verdict for metric, call in panel.calls.items()}


def test_the_same_code_is_not_called() -> None:
    """The recorded run compared a commit with itself: nothing regressed, nothing improved."""
    assert set(verdicts(recorded()).values()) <= {Verdict.SAME, Verdict.CANNOT_TELL}


@pytest.mark.parametrize(("factor", "expected"), [(1.25, Verdict.REGRESSED), (1 / 1.25, Verdict.IMPROVED)])
def test_a_planted_quarter_is_called_and_the_right_way(factor: float, expected: Verdict) -> None:
    """A planted quarter is called on every metric whose noise allows it, and never the other way."""
    said = list(verdicts(recorded(head=factor)).values())
    assert set(said) <= {expected, Verdict.CANNOT_TELL}
    assert said.count(expected) >= len(said) * 2 / 3


def test_ten_percent_are_called_at_a_tighter_tolerance() -> None:
    """Ten per cent cannot be told at a tolerance of ten per cent, and are called at a tighter one."""
    samples = drawn(1.10, rounds=40, noise=0.03)
    assert verdicts(samples, 1.10) == {"m.cpu": Verdict.CANNOT_TELL}
    assert verdicts(samples, 1.05) == {"m.cpu": Verdict.REGRESSED}


def test_drift_cancels_out() -> None:
    """A machine that doubles and halves its speed from round to round does not widen a ratio within rounds."""
    assert verdicts(drawn(1.0, rounds=30, noise=0.01)) == {"m.cpu": Verdict.SAME}


def test_too_much_noise_is_cannot_tell() -> None:
    """An interval that reaches beyond the tolerance on both sides says nothing, and no verdict is made of it."""
    assert verdicts(drawn(1.0, rounds=12, noise=0.4)) == {"m.cpu": Verdict.CANNOT_TELL}


def test_a_control_that_is_off_is_cannot_tell() -> None:
    """A control that differs from base leaves even a large difference open."""
    samples = drawn(1.5, rounds=30, noise=0.01, control=1.2)
    panel = Panel(samples, TOLERANCE)
    panel.look(samples)
    call = panel.calls["m.cpu"]
    assert call.ratio is not None
    assert call.ratio.low > TOLERANCE
    assert call.verdict is Verdict.CANNOT_TELL
    assert "control" in call.reason


def test_a_budget_that_ends_before_the_first_look_is_cannot_tell() -> None:
    """Nothing is said without rounds."""
    panel = Panel(["a.cpu", "b.cpu"], TOLERANCE)
    assert {call.verdict for call in panel.calls.values()} == {Verdict.CANNOT_TELL}
    assert overall(call.verdict for call in panel.calls.values()) is Verdict.CANNOT_TELL


def test_a_decided_metric_stays_decided() -> None:
    """Later looks are at what is open, or a verdict could flip as often as one looks."""
    panel = Panel(["m.cpu"], TOLERANCE)
    panel.look(drawn(1.0, 30, 0.01))
    first = panel.calls["m.cpu"]
    assert first.verdict is Verdict.SAME
    panel.look(drawn(1.5, 30, 0.01))
    assert panel.calls["m.cpu"] == first
    assert not panel.undecided()


@pytest.mark.parametrize(
    ("ratio", "control", "expected"),
    [
        ((1.101, 1.2, 1.3), (0.9, 1.0, 1.1), Verdict.REGRESSED),
        ((1.099, 1.2, 1.3), (0.9, 1.0, 1.1), Verdict.CANNOT_TELL),
        ((0.7, 0.8, 0.905), (0.9, 1.0, 1.1), Verdict.IMPROVED),
        ((0.92, 1.0, 1.1), (0.9, 1.0, 1.1), Verdict.SAME),
        ((1.01, 1.03, 1.05), (0.99, 1.0, 1.01), Verdict.SAME),
        ((1.3, 1.4, 1.5), (1.001, 1.01, 1.02), Verdict.CANNOT_TELL),
    ],
)
def test_the_rule(ratio: tuple[float, ...], control: tuple[float, ...], expected: Verdict) -> None:
    """Regressed only if the lower end exceeds the tolerance and the control covers 1."""
    low, value, high = ratio
    around = Interval(control[1], control[0], control[2])
    call = Call("m", Verdict.CANNOT_TELL, "", Interval(value, low, high), around)
    assert judge(call, TOLERANCE).verdict is expected


def test_one_regression_makes_a_regression() -> None:
    """The whole is as bad as its worst part; what cannot be told outweighs what is better."""
    assert overall([]) is Verdict.SAME
    assert overall([Verdict.SAME, Verdict.IMPROVED]) is Verdict.IMPROVED
    assert overall([Verdict.IMPROVED, Verdict.CANNOT_TELL]) is Verdict.CANNOT_TELL
    assert overall([Verdict.CANNOT_TELL, Verdict.REGRESSED, Verdict.IMPROVED]) is Verdict.REGRESSED


def test_all_looks_at_all_metrics_together_spend_alpha() -> None:
    """The shares of a thousand looks at nine metrics stay below alpha."""
    spent = sum(9 * (1 - confidence(look, 9)) for look in range(1, 1_001))
    assert 0.99 * ALPHA < spent <= ALPHA


def test_a_look_needs_as_many_rounds_as_its_confidence() -> None:
    """The minimum of rounds suffices: n values cover a median with 1 − 2^(1−n) at most; every look asks for less."""
    schedule = looks()
    for number in range(1, 12):
        assert 2.0 ** (1 - next(schedule)) < 1 - confidence(number, 20)


@pytest.mark.parametrize("noise", ["lognormal", "heavy"])
def test_false_alarms_of_looking_again_and_again(noise: str) -> None:
    """2,000 simulated runs, each looked at up to three times, where the truth is the tolerance itself, at which a
    wrong "regressed" is likeliest: fewer than ALPHA of them end in one. At a ratio of 1 none does.
    """
    runs, resamples = 2_000, 250
    rng = np.random.default_rng(11)
    schedule = [rounds for _, rounds in zip(range(3), looks(), strict=False)]

    def draw(size: tuple[int, int]) -> np.ndarray:
        if noise == "lognormal":
            return rng.lognormal(0, 0.05, size)
        return np.exp(0.03 * rng.standard_t(3, size))  # now and then a round is far off

    base, head = draw((runs, schedule[-1])), TOLERANCE * draw((runs, schedule[-1]))
    alarms = false = 0
    open_runs = np.arange(runs)
    for number, rounds in enumerate(schedule, 1):
        sure = confidence(number, 1)
        found = statistics.ratios_of_medians(
            base[open_runs, :rounds], head[open_runs, :rounds], sure, seed=number, resamples=resamples
        )
        alarms += sum(each.low > TOLERANCE for each in found)
        false += sum(each.low / TOLERANCE > TOLERANCE for each in found)
        open_runs = open_runs[[each.low <= TOLERANCE for each in found]]
    assert 0 < alarms / runs < ALPHA
    assert false == 0


def test_the_constants_fit_together() -> None:
    """Resamples lie beyond the ends of the narrowest interval that a three-minute run looks at: the fifth of nine."""
    assert decision.RESAMPLES * (1 - confidence(5, 9)) / 2 > 3
