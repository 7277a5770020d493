"""A result of the gate for people: a table in the terminal, and Markdown for the summary of a pull request."""

import math
from collections.abc import Iterator

from rich.console import Group
from rich.table import Table
from rich.text import Text

from adbench.gate.verdict import result_file
from adbench.gate.verdict.decision import Verdict
from adbench.records.model import Check, Measurement, Result
from adbench.records.statistics import Interval
from adpulse.terminal import counted

WIDTH = 31  # width of a plot, in characters; odd, so that 1 has a column of its own
MARKS = {Verdict.REGRESSED: "✗", Verdict.IMPROVED: "↑", Verdict.SAME: "=", Verdict.CANNOT_TELL: "?"}
STYLES = {Verdict.REGRESSED: "red", Verdict.IMPROVED: "green", Verdict.SAME: "dim", Verdict.CANNOT_TELL: "yellow"}
MEANING = {
    Verdict.REGRESSED: "head is slower or heavier than base by more than the tolerance.",
    Verdict.IMPROVED: "nothing regressed, and something is faster or lighter by more than the tolerance.",
    Verdict.SAME: "every difference is within the tolerance.",
    Verdict.CANNOT_TELL: "nothing has been seen to regress, but for something the interval is too wide, or the "
    "control, which runs the same code as base, differs from it.",
}


def plot(interval: Interval, reach: float) -> str:
    """Draw an interval on a logarithmic line from 1 ÷ reach to reach: `┈┈┈┈┊━●━┈┈`, with an arrow where it goes on."""
    middle = WIDTH // 2

    def column(ratio: float) -> int:
        return round(middle * (1 + math.log(ratio) / math.log(reach)))

    low, at, high = (column(value) for value in (interval.low, interval.value, interval.high))
    signs = ["┈"] * WIDTH
    signs[middle] = "┊"
    for place in range(max(low, 0), min(high, WIDTH - 1) + 1):
        signs[place] = "━"
    if 0 <= at < WIDTH:
        signs[at] = "●"
    if low < 0:
        signs[0] = "◂"
    if high >= WIDTH:
        signs[-1] = "▸"
    return "".join(signs)


def reach(result: Result) -> float:
    """Return how far a plot goes: to twice the tolerance at least, and so that most intervals fit."""
    widest = max(
        (max(call.ratio.high, 1 / call.ratio.low) for call in result_file.calls(result) if call.ratio), default=1
    )
    tolerance = result.parameters["tolerance"]
    assert isinstance(tolerance, float)
    return min(max(2 * tolerance - 1, widest * 1.02), 2.0)


def table(result: Result) -> Group:
    """Format for the terminal: the timed metrics, the signals that differ, and the verdict."""
    far = reach(result)
    shown = Table(title=_title(result), title_style="", title_justify="left")
    for head, justify in (("", "left"), ("metric", "left"), ("head ÷ base", "right"), ("interval", "left")):
        shown.add_column(head, justify=justify)  # type: ignore[arg-type]  # rich wants a literal
    shown.add_column(f"{1 / far:.2f}{'1':^{WIDTH - 8}}{far:.2f}", no_wrap=True)
    shown.add_column("control")
    for verdict, *cells, plotted, control in _timed_rows(result, far):
        style = STYLES[verdict]
        shown.add_row(Text(f"{MARKS[verdict]} {verdict}", style), *cells, Text(plotted, style), control)
    for wall in _walls(result):
        shown.add_row(
            Text("not judged", "dim"), wall.labels["metric"], f"{wall.value:.3f}", f"{wall.low:.3f} – {wall.high:.3f}"
        )
    lines = [
        Text(f"{MARKS[verdict]} {check.name}: {check.detail}", STYLES[verdict]) for verdict, check in _notable(result)
    ]
    same = len(_others(result)) - len(lines)
    verdict = _verdict(result)
    return Group(
        shown if shown.row_count else Text(_title(result)),
        *lines,
        Text(f"= the same: {counted(same, 'other signal')}", "dim"),
        Text(f"{verdict}: {MEANING[verdict]}", f"bold {STYLES[verdict]}"),
    )


def markdown(result: Result) -> str:
    """Format for the summary of a pull request: the verdict first."""
    verdict, far = _verdict(result), reach(result)
    lines = [
        f"## Benchmark gate: {MARKS[verdict]} {verdict}",
        "",
        MEANING[verdict].capitalize(),
        "",
        _title(result),
        "",
    ]
    if notable := _notable(result):
        lines += [f"- {MARKS[each]} **{check.name}**: {check.detail}" for each, check in notable]
        lines.append("")
    lines += [
        f"| | CPU time of | head ÷ base | interval | `{1 / far:.2f}{'1':^{WIDTH - 8}}{far:.2f}` | control |",
        "| --- | --- | ---: | --- | --- | --- |",
    ]
    for verdict, *cells, plotted, control in _timed_rows(result, far):
        lines.append(f"| {MARKS[verdict]} {verdict} | {' | '.join(cells)} | `{plotted}` | {control} |")
    lines += ["", "<details><summary>Wall time, which is not judged, and everything that is counted</summary>", ""]
    lines += ["| not judged | head ÷ base | 95 % interval |", "| --- | ---: | --- |"]
    lines += [f"| {m.labels['metric']} | {m.value:.3f} | {m.low:.3f} – {m.high:.3f} |" for m in _walls(result)]
    lines += ["", "| signal | base | head | |", "| --- | ---: | ---: | --- |"]
    lines += list(_signals(result))
    lines += ["", "</details>", ""]
    return "\n".join(lines)


def _timed_rows(result: Result, far: float) -> Iterator[tuple[Verdict, str, str, str, str, str]]:
    """Yield verdict, metric, ratio, its interval as text and as a plot up to `far`, and the control's interval."""
    for call in result_file.calls(result):
        assert call.ratio is not None
        assert call.control is not None
        (value, low, high), (_, control_low, control_high) = call.ratio, call.control
        drawn = plot(call.ratio, far)
        control = f"{control_low:.3f} – {control_high:.3f}"
        yield call.verdict, call.name, f"{value:.3f}", f"{low:.3f} – {high:.3f}", drawn, control


def _title(result: Result) -> str:
    given = result.parameters
    names = [str(given[side])[:12] for side in ("base", "head")]
    return (
        f"base {names[0]}, head {names[1]}; suite {given['suite']}, tolerance {given['tolerance']:.2f}, "
        f"{given['rounds']} rounds in {given['seconds']:.0f} s, seed {given['seed']}"
    )


def _verdict(result: Result) -> Verdict:
    return Verdict(str(result.parameters["verdict"]))


def _timed(result: Result) -> set[str]:
    return {call.name for call in result_file.calls(result)}


def _others(result: Result) -> list[tuple[Verdict, Check]]:
    """Return the signals, and the pieces that could not be timed."""
    timed = _timed(result)
    return [(result_file.verdict(check), check) for check in result.checks if check.name not in timed]


def _notable(result: Result) -> list[tuple[Verdict, Check]]:
    """Return those of which there is something to say."""
    return [each for each in _others(result) if each[0] is not Verdict.SAME or "another plan" in each[1].detail]


def _walls(result: Result) -> list[Measurement]:
    timed = _timed(result)
    return [m for m in result.select("ratio") if m.labels["metric"] not in timed]


def _signals(result: Result) -> Iterator[str]:
    counts = {(m.labels["signal"], m.labels["side"]): m for m in result.select("signal")}
    for _, check in _others(result):
        cells = [f"{found.value:g}" if (found := counts.get((check.name, side))) else "" for side in ("base", "head")]
        unit = f" ({counts[check.name, 'base'].unit})" if (check.name, "base") in counts else ""
        yield f"| {check.name}{unit} | {' | '.join(cells)} | {check.detail} |"
