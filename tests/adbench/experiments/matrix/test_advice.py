"""Advice follows from numbers: the cheapest design that meets the target, or that there is none."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adbench.cli import app
from adbench.experiments.matrix import advice
from adbench.experiments.matrix.advice import Need
from adbench.experiments.matrix.plan import SHAPES
from adbench.records import store
from adbench.records.model import Data, Measurement, Result
from tests.adbench.records.test_records import result

MILLION = 1_000_000
BY_METADATA = {shape.name for shape in SHAPES if shape.by_metadata}
Latency = Callable[[int, str], float]

# By variant: p95 of a shape at a size in ms, its plan, ingest rate, bytes an event, upkeep. The data set has 30 days.
DESIGNS: dict[str, tuple[Latency, Callable[[str], str], float, float, float]] = {
    "heap": (lambda n, _: n / 10_000, lambda _: "Seq Scan on events", 400_000, 150, 0),
    "covering": (lambda n, _: 1 + n / 1e6, lambda _: "Index Only Scan on events_ts_idx", 200_000, 250, 0),
    "rollup": (
        lambda n, shape: 2 + n / 1e5 if shape in BY_METADATA else 2,
        lambda shape: "Bitmap Heap Scan on events_p*" if shape in BY_METADATA else "Index Only Scan on rollup_hour",
        300_000, 180, 1,
    ),
    "rollup_dims": (lambda n, _: 3, lambda _: "Index Only Scan on rollup_dims_hour", 150_000, 400, 8),
}  # fmt: skip


def matrix(*sizes: int, variants: tuple[str, ...] = tuple(DESIGNS)) -> Result:
    def one(name: str, value: float, phase: str, **labels: str) -> Measurement:
        cell = {"events": str(size), "variant": variant, "phase": phase}
        return Measurement(name=name, value=value, unit="", labels=cell | labels)

    found = []
    for size in sizes:
        for variant in variants:
            latency, plan, rate, stored, upkeep = DESIGNS[variant]
            found += [
                one("ingest.rate", rate, "ingest"),
                one("ingest.upkeep", upkeep, "ingest"),
                one("size.total", stored, "load"),
            ]
            for shape in SHAPES:
                found.append(
                    one("report.latency", latency(size, shape.name), "report", quantile="0.95", shape=shape.name)
                )
                pages = one("report.pages", 1, "report", shape=shape.name)
                found.append(pages.model_copy(update={"detail": plan(shape.name)}))
    data = Data(events=max(sizes), days=30, campaigns=1_000, seed=7, end=result().started_at)
    return result(what="matrix", variant=",".join(variants), measurements=found, data=data)


TWO = matrix(MILLION, 10 * MILLION)


def test_without_a_file_the_run_with_most_designs_is_taken(tmp_path: Path) -> None:
    """A newer one that looks at the growth of one design would have nothing to choose from."""
    first = store.write(TWO, tmp_path)
    newer = matrix(MILLION, variants=("rollup",)).model_copy(update={"started_at": TWO.started_at + timedelta(days=1)})
    store.write(newer, tmp_path)
    assert store.latest("matrix", tmp_path / "none", tmp_path) == first


def test_a_larger_committed_run_is_taken_before_a_quick_one_of_ones_own(tmp_path: Path) -> None:
    """A target is not extrapolated from 20,000 events when a million were measured; of equal size, one's own counts."""
    committed = store.write(matrix(MILLION), tmp_path / "committed")
    store.write(matrix(20_000), tmp_path / "own")
    homes = (tmp_path / "own", tmp_path / "committed")
    assert store.latest("matrix", *homes) == committed
    own = store.write(
        matrix(MILLION).model_copy(update={"started_at": TWO.started_at + timedelta(days=1)}), tmp_path / "own"
    )
    assert store.latest("matrix", *homes) == own


def verdicts(need: Need, numbers: Result = TWO) -> dict[str, advice.Verdict]:
    return {each.variant: each for each in advice.advise(need, numbers).verdicts}


def test_the_cheapest_design_that_meets_it_is_named() -> None:
    """Little data: the heap is in time, and nothing writes or stores less. More of it: the covering index is not
    cheaper than roll-ups any more.
    """
    small = advice.advise(Need(1_000, 30, 200), TWO)
    assert small.chosen is not None
    assert small.chosen.variant == "heap"
    assert small.chosen.score == pytest.approx(1)
    large = advice.advise(Need(2 * MILLION, 30, 200), TWO)
    assert large.chosen is not None
    assert large.chosen.variant == "rollup"
    assert [each.variant for each in large.verdicts if each.meets] == ["rollup", "covering", "rollup_dims"]


def test_filters_count_only_when_they_are_asked() -> None:
    """Roll-ups without the dimension read raw events for them, and are too slow then."""
    assert verdicts(Need(20 * MILLION, 30, 200))["rollup"].meets
    filtered = advice.advise(Need(20 * MILLION, 30, 200, ("geo",)), TWO)
    assert filtered.chosen is not None
    assert filtered.chosen.variant == "rollup_dims"
    assert "too slow" in verdicts(Need(20 * MILLION, 30, 200, ("geo",)))["rollup"].reasons[0]


def test_nothing_meets_it() -> None:
    """No design is chosen, each has its reason, and the nearest comes first."""
    none = advice.advise(Need(50 * MILLION, 90, 2.5, ("geo",)), TWO)
    assert none.chosen is None
    assert all(each.reasons for each in none.verdicts)
    assert none.verdicts[0].variant == "rollup_dims"


def test_writing_all_day_does_not_meet_it() -> None:
    """Reports in time are not enough: the machine must have room for peaks."""
    busy = verdicts(Need(3_000 * MILLION, 1, 1_000_000))["rollup_dims"]
    assert busy.busy == pytest.approx(3_000 * (MILLION / 150_000 + 8) / 86_400)
    assert any("of the day" in reason for reason in busy.reasons)


def test_sizes_are_those_of_the_windows_and_of_what_is_kept() -> None:
    """Indexed designs are taken at what lies in the matrix's days; a design that reads everything at all that is kept;
    storage always at that.
    """
    found = verdicts(Need(MILLION, 90, 200))
    assert {shape.events for shape in found["covering"].shapes} == {30 * MILLION}
    assert {shape.events for shape in found["heap"].shapes} == {90 * MILLION}
    assert found["covering"].slowest.p95_ms == pytest.approx(31)
    assert found["covering"].stored_bytes == 250 * 90 * MILLION


def test_extrapolation_is_said() -> None:
    """Advice says how far it extrapolates, and from how many sizes."""
    inside, beyond = (advice.advise(Need(day, 30, 200), TWO) for day in (300_000, 50 * MILLION))
    assert not any("EXTRAPOLATED" in note for note in inside.notes)
    assert any("EXTRAPOLATED, up to 150 times" in note for note in beyond.notes)
    single = advice.advise(Need(300_000, 30, 200), matrix(MILLION))
    assert any("one size only" in note for note in single.notes)


def test_one_size_is_read_by_its_plan() -> None:
    """From one size, a plan on raw events grows with them, and one on roll-ups does not."""
    found = verdicts(Need(MILLION, 30, 200, ("geo",)), matrix(MILLION))
    shapes = {shape.name: shape for shape in found["rollup"].shapes}
    assert shapes["month"].p95_ms == pytest.approx(2)
    assert shapes["day-by-geo"].p95_ms == pytest.approx(12 * 30)


def test_other_filters_are_said_not_to_be_measured() -> None:
    """Only geo was."""
    notes = advice.advise(Need(MILLION, 30, 200, ("creative",)), TWO).notes
    assert any("creative were not measured" in note for note in notes)
    assert any("ADPULSE_DIMENSIONS" in note for note in notes)


def test_a_fit_has_no_negative_part() -> None:
    """A value that falls with size is taken as constant; one that would begin below zero as proportional."""
    straight = advice.fit([(10, 3), (20, 4), (40, 6)], flat=False)
    assert (straight.constant, straight.per_event) == pytest.approx((2, 0.1))
    falling = advice.fit([(10, 4), (20, 3)], flat=False)
    assert falling.per_event == 0
    assert 3 <= falling.at(1e9) <= 4
    assert advice.fit([(10, 1), (20, 4)], flat=False).constant == 0
    assert advice.fit([(10, 5)], flat=True).at(1_000) == pytest.approx(5)
    assert advice.fit([(10, 5)], flat=False).at(20) == pytest.approx(10)


def test_designs_without_numbers_are_not_judged() -> None:
    """Designs without numbers are named, and not judged."""
    numbers = TWO.model_copy(update={"variant": TWO.variant + ",btree"})
    found = advice.advise(Need(MILLION, 30, 200), numbers)
    assert "btree" not in {each.variant for each in found.verdicts}
    assert any("not judged: btree" in note for note in found.notes)
    with pytest.raises(ValueError, match="matrix"):
        advice.advise(Need(MILLION, 30, 200), result())


def test_the_command_reads_results(tmp_path: Path) -> None:
    """`adbench advise --json` names the design, its headroom and its points; status 1 when there is none."""
    path = store.write(TWO, tmp_path / "[/red]")  # a name that rich takes for markup
    arguments = ["advise", "--events-per-day", "2M", "--results", str(path)]
    done = CliRunner().invoke(app, [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told["chosen"] == "rollup"
    assert told["headroom"] == pytest.approx(100)
    assert told["verdicts"][0]["shapes"][0]["fit"]["points"] == [[MILLION, 2], [10 * MILLION, 2]]
    shown = CliRunner().invoke(app, arguments)
    assert "rollup" in shown.output.splitlines()[0]
    assert f"from: {path}" in shown.output
    assert CliRunner().invoke(app, [*arguments, "--report-ms", "1"]).exit_code == 1
    assert CliRunner().invoke(app, ["advise", "--events-per-day", "many"]).exit_code == 2
