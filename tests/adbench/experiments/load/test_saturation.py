"""The saturation point of a ramp is the last step before the first that did not hold."""

import pytest

from adbench.experiments.load.saturation import saturation_point, steps
from adbench.harness.k6 import Load


def ramp(*answered: tuple[int, float]) -> Load:
    """Return a ramp in ten steps of two seconds to 100 batches/s, from what each answered: (batches, p95 in ms)."""
    metrics: dict[str, object] = {}
    for number, (sent, p95) in enumerate(answered, 1):
        times = {"type": "trend", "values": {"count": sent, "p(95)": p95}}
        metrics[f"http_req_duration{{name:ingest,part:{number}}}"] = times
        metrics[f"events_accepted{{part:{number}}}"] = {"type": "counter", "values": {"count": sent * 1_000}}
    config = {"batch": 1_000, "steps": 10, "peak": 100, "seconds": 20}
    return Load.model_validate({"config": config, "metrics": metrics, "checks": []})


def test_steps_are_in_events_per_second() -> None:
    """Offered is what was to arrive, accepted what was stored, in the time of the step."""
    first, second = steps(ramp((20, 10.0), (40, 12.0)))
    assert (first.offered, first.accepted, first.held) == (10_000, 10_000, True)
    assert (second.offered, second.accepted, second.p95_ms) == (20_000, 20_000, 12.0)


@pytest.mark.parametrize(
    "broken",
    [(57, 10.0), (60, 1_000.0)],
    ids=["not all could be sent", "answers took too long"],
)
def test_the_first_step_that_does_not_hold_ends_the_search(broken: tuple[int, float]) -> None:
    """The search ends at the first step that does not hold, even when a later one holds again."""
    found = steps(ramp((20, 10.0), (40, 10.0), broken, (80, 10.0)))
    assert [step.held for step in found] == [True, True, False, True]
    best = saturation_point(found)
    assert best is not None
    assert best.offered == 20_000


def test_refused_batches_do_not_hold() -> None:
    """A batch that was answered but not stored is not ingested."""
    loaded = ramp((20, 10.0))
    loaded.metrics["events_accepted{part:1}"].values["count"] -= 1_000
    assert saturation_point(steps(loaded)) is None


def test_a_ramp_without_answers_has_no_steps() -> None:
    """A ramp without steps has no saturation point."""
    assert steps(ramp()) == []
    assert saturation_point([]) is None
