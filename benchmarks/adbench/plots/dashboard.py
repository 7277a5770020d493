"""The operator's dashboard during a load, of `adbench load … --dashboard`, drawn panel by panel."""

import math
from typing import Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.offsetbox import AnchoredOffsetbox, HPacker, TextArea

from adbench.plots import style
from adbench.records.model import Result
from adpulse.terminal import counted

PER_ROW = {"stat": 4, "timeseries": 3}
COLUMNS = math.lcm(*PER_ROW.values())
HEIGHTS = {"stat": 0.95, "timeseries": 2.1}  # inches
SEEN = 0.01  # share of the highest value: a series that stays below has no name in the picture
HEADROOM = 1.3  # above the highest, for the names
COLOURS = (style.SERVICE, "#332288", "#CC6677", "#DDCC77", "#88CCEE", "#AA4499")
SHARES, SECONDS = "percentunit", "s"


def was_watched(load: Result) -> bool:
    """Return True if the load was run with --dashboard."""
    return "dashboard" in load.parameters


def overview(load: Result) -> Figure:
    """Plot every panel that was kept: numbers on top, courses below, each with its limit where it has one."""
    seen: Any = load.parameters["dashboard"]
    panels = {kind: [panel for panel in seen["panels"] if panel["kind"] == kind] for kind in PER_ROW}
    rows = [kind for kind, found in panels.items() for _ in range(math.ceil(len(found) / PER_ROW[kind]))]
    height = sum(HEIGHTS[kind] for kind in rows) + 1.2
    with mpl.rc_context(fname=style.STYLE):
        drawn = Figure(figsize=(11.0, height))
        drawn.suptitle(_title(load, panels), x=0.01, ha="left")
        grid = GridSpec(len(rows), COLUMNS, figure=drawn, height_ratios=[HEIGHTS[kind] for kind in rows])
        for kind, found in panels.items():
            for place, panel in enumerate(found):
                row = rows.index(kind) + place // PER_ROW[kind]
                width = COLUMNS // PER_ROW[kind]
                first = place % PER_ROW[kind] * width
                axes = drawn.add_subplot(grid[row, first : first + width])
                (_stat if kind == "stat" else _course)(axes, panel, seen["step_seconds"])
        drawn.supxlabel(_caption(load, seen), x=0.01, ha="left", fontsize=10, color="#777777")
    return drawn


def _title(load: Result, panels: dict[str, list[Any]]) -> str:
    """Return a title that says what happened: the highest rate, the slowest reports, and the alerts."""
    courses = panels["timeseries"]
    accepted = _most(courses, "Events by outcome", "accepted")
    slowest = _most(courses, "GET /report", "p95")
    return (
        f"What an operator sees of a load of up to {style.thousands(float(f'{accepted:.2g}'))} events/s:\n"
        f"p95 of reports at most {_value(slowest, SECONDS)}, {_alerts(load.parameters['dashboard'])}"
    )


def _alerts(seen: Any) -> str:
    """Return the words for how many alerts fired; when none did, how many were pending."""
    for state in ("firing", "pending"):
        if names := _names(seen, state):
            return f"{counted(len(names), 'alert')} {state}"
    return "no alert"


def _names(seen: Any, state: str) -> list[str]:
    legends = [each["legend"] for each in seen["alerts"]]
    return [legend.removesuffix(f" {state}") for legend in legends if legend.endswith(state)]


def _caption(load: Result, seen: Any) -> str:
    average: Any = load.parameters["load_average_before"]
    shared = ", shared with other work" if average > load.machine.cores else ""
    lines = [
        f"Drawn from Prometheus samples recorded during a k6 run ({load.what}) of {load.started_at:%Y-%m-%d} on "
        f"{load.machine.cpu},",
        f"{load.machine.cores} cores{shared} (load average before: {average:g}). The queries are those of the Grafana "
        "dashboard; dashed: its thresholds.",
        *(f"Alerts {state}: {', '.join(names)}." for state in ("firing", "pending") if (names := _names(seen, state))),
    ]
    return "\n".join(lines)


def _most(panels: list[Any], title: str, legend: str) -> float:
    panel = next(panel for panel in panels if panel["title"] == title)
    return max((max(_numbers(each["values"])) for each in panel["series"] if each["legend"] == legend), default=0.0)


def _numbers(values: list[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _gaps(values: list[float | None]) -> list[float]:
    """Return values for matplotlib, which leaves NaN out of a line."""
    return [math.nan if value is None else value for value in values]


def _stat(axes: Axes, panel: Any, step_s: float) -> None:
    """Draw the last number, large, before its course."""
    values = _gaps(panel["series"][0]["values"]) if panel["series"] else []
    known = [value for value in values if not math.isnan(value)]
    at = [place * step_s for place in range(len(values))]
    axes.fill_between(at, values, color=style.SERVICE, alpha=0.15, linewidth=0)
    axes.set(xticks=[], yticks=[], ylim=(0, max(known, default=0) * 1.6 or 1), xlim=(0, at[-1] if at else 1))
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.set_facecolor("#f7f7f7")
    axes.set_title(panel["title"], loc="left", fontsize=11, color="#555555", pad=3)
    text = _value(known[-1], panel["unit"]) if known else "no data"
    axes.text(0.04, 0.5, text, transform=axes.transAxes, fontsize=20, fontweight="bold", va="center")


def _course(axes: Axes, panel: Any, step_s: float) -> None:
    """Draw each series in a colour of its own, named inside; what lies at the bottom is grey. The limit is dashed."""
    most = {each["legend"]: max(_numbers(each["values"]), default=0.0) for each in panel["series"]}
    top = max(*most.values(), panel["limit"] or 0.0, 0.0)
    colours = dict(zip((legend for legend, value in most.items() if value > top * SEEN), COLOURS, strict=False))
    at = [0.0, 1.0]
    if not panel["series"]:
        axes.text(0.5, 0.5, "no data", transform=axes.transAxes, ha="center", va="center", color="#777777")
    for each in panel["series"]:
        at = [place * step_s for place in range(len(each["values"]))]
        colour = colours.get(each["legend"], style.QUIET)
        axes.plot(at, _gaps(each["values"]), color=colour, linewidth=1.8, zorder=3 if each["legend"] in colours else 2)
    if panel["limit"] is not None:
        axes.axhline(panel["limit"], color=style.LIMIT, linestyle="--", linewidth=1.4)
    axes.set(ylim=(0, top * HEADROOM or 1), xlim=(0, at[-1]))
    axes.yaxis.set_major_formatter(lambda value, _: _value(value, panel["unit"]))
    axes.locator_params(axis="y", nbins=4)
    axes.locator_params(axis="x", nbins=4)
    axes.tick_params(labelsize=10)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f} s")
    axes.set_title(panel["title"], loc="left", fontsize=11, color="#555555", pad=3)
    if len(panel["series"]) > 1:
        words: list[Artist] = [
            TextArea(legend, textprops={"color": colour, "fontsize": 10}) for legend, colour in colours.items()
        ]
        packed = HPacker(children=words, pad=0, sep=8)
        axes.add_artist(AnchoredOffsetbox("upper right", child=packed, frameon=False, pad=0, borderpad=0.1))


def _value(value: float, unit: str) -> str:
    """Format as Grafana does: 12 ms, 99.8 %, 40 k/s."""
    if unit == SHARES:
        return f"{value * 100:.3g} %"
    if unit == SECONDS:
        return f"{value * 1_000:.3g} ms" if abs(value) < 1 else f"{value:.3g} s"
    per = "/s" if unit in ("ops", "reqps") else ""
    return f"{style.thousands(float(f'{value:.3g}'))}{per}"
