"""The summary of a run, for people and in files."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console

from adbench.gate.measure.tasks import QUICK
from adbench.gate.verdict import result_file, summary
from adbench.gate.verdict.decision import Call, Verdict
from adbench.gate.verdict.findings import Finding
from adbench.gate.verdict.result_file import GatePlan
from adbench.records import environment
from adbench.records.model import Postgres, Result
from adbench.records.statistics import Interval

AT = datetime(2026, 1, 1, tzinfo=UTC)
CONTROL = Interval(1, 0.98, 1.02)
CALLS = [
    Call(
        "post.service.cpu", Verdict.REGRESSED, "slower by more than 10%", Interval(1.25, 1.2, 1.3), CONTROL, 12, 0.997
    ),
    Call("codec.cpu", Verdict.SAME, "within", Interval(1.01, 0.99, 1.03), CONTROL, 12, 0.997),
]
FINDINGS = [
    Finding("index t USING btree (x)", Verdict.REGRESSED, "is gone, or another one"),
    Finding("buffers hour", Verdict.SAME, "", 9, 9, "pages"),
]


def compared(calls: list[Call] = CALLS, findings: list[Finding] = FINDINGS, allow: tuple[str, ...] = ()) -> Result:
    samples = {
        metric: {"base": [1.0, 1.1, 0.9], "head": [1.2, 1.3, 1.1], "control": [1.0, 1.1, 0.9]}
        for metric in (*(call.name for call in calls), "post.wall")
    }
    plan = GatePlan("main", "worktree", QUICK, 1.10, 180, 7, allow)
    parameters = {"base": "0" * 40, "head": "worktree", "rounds": 12, "void_rounds": 0, "seconds": 60.0}
    run = {"started_at": AT, "postgres": Postgres(version="18", settings={}), "variant": "rollup"}
    return result_file.to_result(plan, calls, findings, samples, parameters, **run)


def shown(result: Result) -> str:
    text = StringIO()
    Console(file=text, width=140).print(summary.table(result))
    return text.getvalue()


def test_a_regression_fails_the_result_and_is_said_first() -> None:
    """A regression fails the result; Markdown begins with the verdict, and table and Markdown name what regressed."""
    result = compared()
    assert not result.passed
    text = summary.markdown(result)
    assert text.startswith("## Benchmark gate: ✗ regressed")
    for page in (text, shown(result)):
        assert "post.service.cpu" in page
        assert "index t USING btree (x)" in page
        assert "1.200 – 1.300" in page
        assert "post.wall" in page  # shown, not judged


def test_a_regression_that_was_allowed_passes() -> None:
    """A regression that a pattern allows passes; it is shown as one, and the rest is judged as before."""
    assert compared(allow=("index *",)).parameters["verdict"] == Verdict.REGRESSED
    result = compared(allow=("index *", "post.*"))
    assert result.parameters["verdict"] == Verdict.SAME
    assert result.passed
    assert "regressed (allowed)" in summary.markdown(result)


def test_a_run_without_a_look_can_be_shown() -> None:
    """A budget that ended too early leaves calls without intervals."""
    early = [Call("codec.cpu", Verdict.CANNOT_TELL, "not enough rounds for a first look")]
    result = compared(early, [])
    assert result.parameters["verdict"] == "cannot tell"
    assert result.passed
    assert "not enough rounds" in summary.markdown(result)
    assert "not enough rounds" in shown(result)


def test_the_result_holds_what_the_verdict_rests_on(tmp_path: object) -> None:
    """Every sample, and the intervals, come back from the file."""
    result = compared()
    again = Result.model_validate_json(result.model_dump_json())
    assert [(c.name, c.verdict, c.ratio, c.control) for c in result_file.calls(again)] == [
        (c.name, c.verdict, c.ratio, c.control) for c in CALLS
    ]
    assert again.parameters["samples_seconds"]["codec.cpu"]["head"] == [1.2, 1.3, 1.1]
    assert again.value("signal", signal="buffers hour", side="base") == 9
    assert again.machine == environment.machine()


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (Interval(1, 1, 1), "┈" * 15 + "●" + "┈" * 15),
        (Interval(1.05, 0.95, 1.1), None),
        (Interval(3, 2.5, 4), "┈" * 15 + "┊" + "┈" * 14 + "▸"),
        (Interval(0.3, 0.2, 0.4), "◂" + "┈" * 14 + "┊" + "┈" * 15),
    ],
)
def test_a_plot_has_one_in_the_middle(interval: Interval, expected: str | None) -> None:
    """It is as wide as the others, and an arrow stands for what does not fit."""
    plot = summary.plot(interval, 1.2)
    assert len(plot) == summary.WIDTH
    if expected is not None:
        assert plot == expected
    else:
        assert plot.index("━") < summary.WIDTH // 2 < plot.index("●")
