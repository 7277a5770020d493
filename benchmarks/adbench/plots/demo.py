"""The picture of `adbench demo`: how soon reports came, and how many events were taken meanwhile."""

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from adbench.experiments.demo import TARGET_MS
from adbench.plots import style
from adbench.records.model import NotMeasured, Result

ENOUGH = 3  # quantiles, for a curve


def demo(result: Result) -> Figure:
    """Plot the share of reports by time against the target, and events a second over the time of the load.

    Raise NotMeasured for a result from before there was a course.
    """
    curve = sorted(
        (float(each.labels["quantile"]), each.value)
        for each in result.select("report.latency")
        if each.labels.keys() == {"quantile"}
    )
    rates = sorted((int(each.labels["part"]), each.value) for each in result.select("ingest.rate") if each.labels)
    if len(curve) <= ENOUGH or not rates:
        raise NotMeasured(f"the demo of {result.started_at:%Y-%m-%d %H:%M} has no course: run adbench demo again")
    with mpl.rc_context(fname=style.STYLE):
        drawn = Figure(figsize=(11.0, 5.0))
        drawn.suptitle(_title(result), x=0.01, ha="left")
        left, right = drawn.subplots(1, 2)
        left.plot([ms for _, ms in curve], [100 * share for share, _ in curve], "o-", color=style.SERVICE, ms=5)
        left.set(
            xscale="log", xlabel="ms from request to answer", ylabel="% of reports answered by then", ylim=(0, 101)
        )
        # Both ends lie on a labelled decade: one decade alone would have no other number.
        left.set_xlim(min(1.0, curve[0][1] / 2), max(1_000.0, curve[-1][1] * 2))
        style.log_ticks(left.xaxis, style.milliseconds)
        style.promise(left, TARGET_MS)
        edges = [*(at for at, _ in rates), float(str(result.parameters["seconds"]))]
        right.stairs([rate for _, rate in rates], edges, fill=True, color=style.SERVICE, alpha=0.25)
        right.stairs([rate for _, rate in rates], edges, color=style.SERVICE, linewidth=2)
        right.set(xlabel="seconds since the warm-up", ylabel="events stored a second", xlim=(edges[0], edges[-1]))
        right.set_ylim(0, 1.15 * max(rate for _, rate in rates) or 1)
        right.yaxis.set_major_formatter(style.thousands)
        right.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
        style.source(drawn, result, "k6, service and database on one machine.")
    return drawn


def _title(result: Result) -> str:
    stored = f"{style.thousands(result.data.events)} events stored" if result.data else "A load"
    rate = style.thousands(float(f"{result.value('ingest.rate'):.3g}"))
    p95 = style.milliseconds(result.value("report.latency", quantile="0.95"))
    return f"{stored}, and {rate} more a second:\n95 % of reports came within {p95} ms"
