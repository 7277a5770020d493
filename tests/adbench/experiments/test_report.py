"""`adbench run report` asks everything in every round, and judges totals beside /readyz."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from adbench.experiments import report
from adbench.records import store
from adbench.records.model import Check, Measurement

SIZES = (1_000, 2_000)


class Client:
    """Notes what it is asked, and takes a second for each answer."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get(self, path: str) -> tuple[float, bytes]:
        self.asked.append(path)
        return 1.0, b""


def test_every_round_asks_everything() -> None:
    """Rounds of the warm-up are asked and not counted, and the order changes from round to round."""
    client, paths = Client(), {str(number): f"/{number}" for number in range(9)}
    assert report._times(client, paths, range(-1, 3)) == {name: [1_000.0] * 3 for name in paths}
    rounds = [client.asked[place : place + 9] for place in range(0, len(client.asked), 9)]
    assert all(sorted(each) == sorted(paths.values()) for each in rounds)
    assert len({tuple(each) for each in rounds}) > 1


def checks(slow: Iterable[tuple[str, str, str]] = ()) -> dict[str, Check]:
    """Return the checks of a run in which every answer took 1 ms, but for 20 ms of (events, phase, shape)."""
    measured = [
        Measurement(
            name="latency",
            value=20.0 if (events, phase, shape) in slow else 1.0,
            unit="ms",
            labels={"events": events, "phase": phase, "kind": kind, "shape": shape, "quantile": quantile},
        )
        for events in map(str, SIZES)
        for phase in ("idle", "busy")
        for kind, shapes in report.KINDS.items()
        for shape in (report.PROBE, *(each.name for each in shapes))
        for quantile in report.QUANTILES
    ]
    result = store.of_run(
        what="report", started_at=datetime(2025, 9, 24, tzinfo=UTC), postgres=None, data=None, variant="rollup",
        parameters={}, measurements=measured, checks=[],
    )  # fmt: skip
    return {check.name: check for check in report._checks(result, SIZES)}


def test_answers_as_fast_as_readyz_pass() -> None:
    """All aims hold."""
    assert len(checks()) == 7
    assert all(check.passed for check in checks().values())


@pytest.mark.parametrize(
    ("slow", "missed"),
    [
        (("2000", "busy", "week"), ["totals, busy"]),
        (("2000", "idle", "week"), ["totals, idle", "totals, idle", "totals"]),
        (("2000", "idle", "month-by-geo"), ["by dimension, idle", "breakdowns"]),
    ],
)
def test_one_slow_shape_misses_its_aims(slow: tuple[str, str, str], missed: list[str]) -> None:
    """The check names the shape."""
    failed = [check for check in checks([slow]).values() if not check.passed]
    assert [check.name.split(":")[0] for check in failed] == missed
    assert all(check.detail.endswith(f"for {slow[2]}") for check in failed)
