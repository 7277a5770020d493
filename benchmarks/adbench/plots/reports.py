"""Pictures of reading: how long reports take, by window and load, and beside other databases."""

from matplotlib.figure import Figure

from adbench.experiments.report import PROBE
from adbench.plots import style
from adbench.records.model import Result
from adbench.workload.report_shapes import BREAKDOWNS, TOTALS

PROMISE_MS = 200
WORDS = {
    "hour": "one hour",
    "day": "one day",
    "week": "seven days",
    "month": "30 days",
    "month-largest": "30 days, largest campaign",
    "month-all": "30 days, all campaigns",
    "day-by-hour": "one day, by hour",
    "month-by-day": "30 days, by day",
    "week-by-campaign": "seven days, by campaign",
    "day-by-geo": "one day, by country",
}


def windows(report: Result) -> Figure:
    """Plot p50 and p99 of totals over every window, idle and while events come in: of `adbench run report`."""
    largest = max(int(each.labels["events"]) for each in report.select("latency"))

    def value(phase: str, shape: str, quantile: str) -> float:
        labels = {"events": str(largest), "phase": phase, "kind": "totals", "shape": shape, "quantile": quantile}
        return report.value("latency", **labels)

    names = [shape.name for shape in TOTALS]
    worst = max(value(phase, name, "0.99") for phase in ("idle", "busy") for name in names)
    title = (
        f"Totals over {style.thousands(largest)} events: p99 of {worst:.0f} ms at worst,\n"
        f"while events come in; the promise is {PROMISE_MS} ms"
    )
    with style.figure(title, height=5.4) as (drawn, axes):
        rows = [*names, PROBE]
        for phase, colour, shift in (("idle", style.SERVICE, -0.13), ("busy", "#332288", 0.13)):
            for row, name in enumerate(rows):
                middle, high = value(phase, name, "0.5"), value(phase, name, "0.99")
                style.interval(axes, row + shift, middle, [middle, high], colour)
                axes.plot(high, row + shift, "|", color=colour, markersize=11, markeredgewidth=2.5)
        style.key(axes, {"idle": style.SERVICE, "while events are written at half of capacity": "#332288"})
        axes.axvline(PROMISE_MS, color=style.LIMIT, linestyle="--")
        axes.text(
            PROMISE_MS * 0.93, len(rows) - 0.6, f"promise: {PROMISE_MS} ms", color=style.LIMIT, ha="right", va="bottom"
        )
        style.name_rows(axes, [*(WORDS[name] for name in names), "(one SELECT 1)"])
        axes.set(xscale="log", xlabel="ms from request to answer: p50 ● and p99 |")
        axes.set_xlim(min(0.2, value("idle", PROBE, "0.5") / 2), max(2.0 * PROMISE_MS, 1.5 * worst))
        style.log_ticks(axes.xaxis, style.milliseconds)
        style.source(drawn, report, "One connection, asked in turn.")
    return drawn


NAMES = {"adpulse": "AdPulse++ over HTTP", "duckdb": "DuckDB", "chdb": "ClickHouse (chdb)"}
COLOURS = {"adpulse": style.SERVICE, "duckdb": "#CC6677", "chdb": "#332288"}
ROLLED = "+roll-ups"  # suffix of a peer that was given roll-ups of its own


def peers(compared: Result) -> Figure:
    """Plot ours over HTTP beside databases in this process: p50 of every question, of `adbench peers`."""
    shapes = [shape.name for shape in (*TOTALS, *BREAKDOWNS)]
    times: dict[str, dict[str, float]] = {}
    for each in compared.select("latency"):
        times.setdefault(each.labels["system"], {})[each.labels["shape"]] = each.value
    ahead = {
        rolled: sum(
            all(times["adpulse"][shape] < times[system + rolled].get(shape, 0) for system in ("duckdb", "chdb"))
            for shape in shapes
        )
        for rolled in ("", ROLLED)
    }
    events = style.thousands(compared.data.events) if compared.data else "the same"
    title = (
        f"{events} events: faster over HTTP than column stores in process\n"
        f"for {ahead['']} of {len(shapes)} questions; than roll-ups of theirs, for {ahead[ROLLED]}"
    )
    with style.figure(title, height=5.8) as (drawn, axes):
        for row, shape in enumerate(shapes):
            values = [found[shape] for found in times.values() if shape in found]
            axes.plot([min(values), max(values)], [row, row], color="#dddddd", zorder=1)
        for system, found in times.items():
            colour = COLOURS[system.removesuffix(ROLLED)]
            rows = [shapes.index(shape) for shape in found]
            fill = "white" if system.endswith(ROLLED) else colour
            axes.plot(
                list(found.values()), rows, "o", color=colour, markerfacecolor=fill, markeredgewidth=2, markersize=9
            )
        style.key(axes, {NAMES[system]: COLOURS[system] for system in NAMES})
        style.name_rows(axes, [WORDS[shape] for shape in shapes])
        axes.set(xscale="log", xlabel="ms, p50; hollow: from roll-ups of its own")
        style.log_ticks(axes.xaxis, style.milliseconds, (1, 3))
        style.source(drawn, compared, "Warm; DuckDB and ClickHouse run in the asking process.")
    return drawn
