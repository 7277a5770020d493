"""Pictures of the regression gate: how often it is right, of `adbench gate --proof`, and one run of it."""

from collections.abc import Iterator

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from adbench.gate.proof.run import WANTED
from adbench.gate.verdict import result_file
from adbench.gate.verdict.decision import RESAMPLES, Call, Verdict, confidence, looks
from adbench.plots import style
from adbench.records import statistics
from adbench.records.model import NotMeasured, Result
from adpulse.terminal import counted

NOTHING = "nothing"
WORDS = {
    NOTHING: "nothing: the same code",
    "ingest-10": "10 % more CPU for a POST",
    "report-10": "10 % more for a report",
    "ingest-25": "25 % more CPU for a POST",
    "report-25": "25 % more for a report",
    "index": "an index is not made",
    "order": "an upsert loses its ORDER BY",
    "index-only": "a key loses its INCLUDE",
}
WRONG, OPEN = "#CC6677", "#bbbbbb"


def _plants(proof: Result) -> list[str]:
    """Return those that were tried, in the order of the words above."""
    tried = {each.labels["plant"] for each in proof.select("runs") if each.value}
    return [plant for plant in WORDS if plant in tried] + sorted(tried - WORDS.keys())


def _count(proof: Result, name: str, plant: str) -> int:
    """Count the runs of that plant that were `caught` or called `otherwise`."""
    return round(proof.value(name, plant=plant) * proof.value("runs", plant=plant))


def _caught(proof: Result, percent: str) -> str:
    """Format the plants of that size as `18 of 20`."""
    plants = [plant for plant in _plants(proof) if plant.endswith(f"-{percent}")]
    hits = sum(_count(proof, "caught", plant) for plant in plants)
    return f"{hits} of {sum(int(proof.value('runs', plant=plant)) for plant in plants)}"


def caught(proof: Result) -> Figure:
    """Plot the share of runs in which each planted change was caught, with its exact interval and its target."""
    plants = _plants(proof)
    alarms = f"{_count(proof, 'otherwise', NOTHING)} of {proof.value('runs', plant=NOTHING):.0f}"
    title = (
        f"False alarms: {alarms} runs of the same code;\n"
        f"a slowdown of 10 % caught in {_caught(proof, '10')}, of 25 % in {_caught(proof, '25')}"
    )
    with style.figure(title, height=0.55 * len(plants) + 1.9) as (drawn, axes):
        for row, plant in enumerate(plants):
            name = "otherwise" if plant == NOTHING else "caught"
            share = proof.find(name, plant=plant)
            percents = [100 * end for end in share.ends]
            colour = style.QUIET if plant == NOTHING else style.SERVICE
            style.interval(axes, row, 100 * share.value, percents, colour, markersize=9, clip_on=False, zorder=3)
            wanted = 0.0 if plant == NOTHING else WANTED.get(plant.rpartition("-")[2], 1.0)
            axes.plot(100 * wanted, row, "|", color=style.LIMIT, markersize=22, markeredgewidth=2.5, clip_on=False)
            runs = proof.value("runs", plant=plant)
            words = f"{_count(proof, name, plant)} of {runs:.0f}{' called' if plant == NOTHING else ''}"
            axes.text(103, row, words, va="center")
        style.name_rows(axes, [WORDS.get(plant, plant) for plant in plants])
        axes.set(xlabel="% of runs in which it was called a regression", xlim=(-2, 130))
        axes.set_xticks(range(0, 101, 20))
        style.key(axes, {"caught": style.SERVICE, "| asked for": style.LIMIT, "called, unchanged": "#777777"})
        style.source(drawn, proof, "Bars: exact 95 % intervals (Clopper-Pearson).")
    return drawn


def verdicts(proof: Result) -> Figure:
    """Plot in how many runs the gate was right, could not tell, and missed or called falsely, by planted change."""
    plants = _plants(proof)
    counts = {plant: _outcomes(proof, plant) for plant in plants}
    right, open_, wrong = (sum(each[place] for each in counts.values()) for place in range(3))
    title = f"Of {right + open_ + wrong} calls {right} are right, {open_} are left open,\n{wrong} missed or false"
    with style.figure(title, height=0.5 * len(plants) + 1.9) as (drawn, axes):
        for row, plant in enumerate(plants):
            left = 0
            for value, colour in zip(counts[plant], (style.SERVICE, OPEN, WRONG), strict=True):
                axes.barh(row, value, left=left, color=colour, height=0.6)
                if value:
                    ink = style.INK if colour == OPEN else "white"
                    axes.text(left + value / 2, row, str(value), ha="center", va="center", color=ink)
                left += value
        style.name_rows(axes, [WORDS.get(plant, plant) for plant in plants])
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("runs")
        style.key(axes, {"right": style.SERVICE, "cannot tell": "#777777", "missed, or a false alarm": WRONG})
        style.source(drawn, proof, "Same code called the same, planted changes called regressions.")
    return drawn


def _outcomes(proof: Result, plant: str) -> tuple[int, int, int]:
    """Count the runs in which the call was right, left open, and missed or false."""
    runs, unsure = (int(proof.value(name, plant=plant)) for name in ("runs", "cannot_tell"))
    if plant == NOTHING:
        wrong = _count(proof, "otherwise", plant)
        return max(runs - wrong - unsure, 0), min(unsure, runs - wrong), wrong
    hits = _count(proof, "caught", plant)
    return hits, unsure, runs - hits - unsure


def intervals(gate: Result) -> Figure:
    """Plot head and control against base for every metric of one run: what a verdict rests on."""
    calls = _calls(gate)
    tolerance = float(str(gate.parameters["tolerance"]))
    verdict = str(gate.parameters["verdict"])
    widest = max((call.ratio.high - call.ratio.low) / 2 for call in calls if call.ratio)
    title = (
        f"{counted(len(calls), 'metric')}, {gate.parameters['rounds']} rounds: {verdict};\n"
        f"intervals reach ± {widest:.1%} or less"
    )
    with style.figure(title, height=0.5 * len(calls) + 1.9) as (drawn, axes):
        axes.axvspan(100 / tolerance - 100, 100 * tolerance - 100, color=style.QUIET, alpha=0.15, linewidth=0)
        axes.axvline(0, color=style.QUIET)
        for row, call in enumerate(calls):
            for ratio, colour, shift in ((call.ratio, style.SERVICE, -0.14), (call.control, style.QUIET, 0.14)):
                assert ratio is not None
                middle, *ends = (100 * each - 100 for each in ratio)
                style.interval(axes, row + shift, middle, ends, colour)
        style.name_rows(axes, [call.name.removesuffix(".cpu") for call in calls])
        axes.set_xlabel("% more CPU time than base (grey band: the tolerance)")
        style.key(axes, {"head": style.SERVICE, "control": "#777777"})
        sure = min(call.confidence for call in calls)
        style.source(drawn, gate, f"Each interval holds with {sure:.2%} or more, all together with 95 %.")
    return drawn


def _calls(gate: Result) -> list[Call]:
    """Return the calls that rest on intervals. Raise NotMeasured when the run ended before its first look."""
    if calls := [call for call in result_file.calls(gate) if call.ratio is not None]:
        return calls
    raise NotMeasured(f"the gate of {gate.started_at:%Y-%m-%d %H:%M} has no interval: its budget ended before a look")


def narrowing(gate: Result) -> Figure:
    """Plot how many rounds each metric of a run took, and how wide its first and last intervals were."""
    courses = dict(sorted(_looks(gate), key=lambda course: course[1][-1][0]))
    undecided = {call.name for call in _calls(gate) if call.verdict is Verdict.CANNOT_TELL}
    least, most = (pick(points[-1][0] for points in courses.values()) for pick in (min, max))
    title = (
        f"Some metrics are decided after {least} rounds, the last "
        f"{'stays open' if undecided else 'only'} after {most}:\nwhat is decided is not measured again"
    )
    with style.figure(title, height=0.5 * len(courses) + 1.9) as (drawn, axes):
        for row, (metric, points) in enumerate(courses.items()):
            colour = style.QUIET if metric in undecided else style.SERVICE
            axes.plot([rounds for rounds, _ in points], [row] * len(points), "o-", color=colour)
            (last, half), (_, before) = points[-1], points[0]
            words = f"± {half:.1%}" + (f", from ± {before:.1%}" if len(points) > 1 else "")
            axes.annotate(words, (last, row), (9, 0), textcoords="offset points", va="center")
        style.name_rows(axes, [metric.removesuffix(".cpu") for metric in courses])
        axes.set(xscale="log", xlabel="rounds, with a dot for each look")
        style.log_ticks(axes.xaxis, lambda value, _: f"{value:.0f}", (1, 2, 3, 5))
        axes.set_xlim(10, most * 3.5)
        if undecided:
            style.key(axes, {"decided": style.SERVICE, "cannot tell": "#777777"})
        style.source(drawn, gate, "± half the interval of head against base.")
    return drawn


def _looks(gate: Result) -> Iterator[tuple[str, list[tuple[int, float]]]]:
    """Return, of each judged metric, the rounds of each look, and half the width of its interval then."""
    calls = _calls(gate)
    samples: dict[str, dict[str, list[float]]] = gate.parameters["samples_seconds"]  # type: ignore[assignment]  # any JSON to mypy
    for call in calls:
        base, head = (np.array(samples[call.name][side]) for side in ("base", "head"))
        points = []
        for look, rounds in enumerate(looks(), 1):
            sure = confidence(look, len(calls))
            at = min(rounds, len(base))
            ((_, low, high),) = statistics.ratios_of_medians(base[:at], head[:at], sure, resamples=RESAMPLES)
            points.append((at, (high - low) / 2))
            if sure > call.confidence - 5e-6:  # rounded like the file does: the look at which it was decided
                break
        yield call.name, points
