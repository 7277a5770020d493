"""Pictures of the physical designs side by side: of the frame of `adbench matrix` (adbench.records.frames)."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from adbench.plots import style
from adbench.records.frames import select
from adbench.records.model import NotMeasured
from adpulse.terminal import counted

PROMISE_MS = 200
CONTROL = "heap"
# The curves that are drawn where there are too many to name in place.
TELLING = ("rollup_dims", "rollup", "covering", "btree_gin", "heap")
CURVES = 5
ENOUGH = 3  # designs, for a comparison
KINDS = {"table": "#bbbbbb", "index": "#88CCEE", "toast": "#CC6677"}


def largest(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the most events at which at least ENOUGH designs were measured; else of most events."""
    designs = rows.groupby("events")["variant"].nunique()
    compared = designs[designs >= min(ENOUGH, designs.max())]
    found: pd.DataFrame = rows.loc[rows["events"] == compared.index[-1]]
    return found


def widest(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the size at which most designs were measured; of several, of most events."""
    designs = rows.groupby("events")["variant"].nunique()
    found: pd.DataFrame = rows.loc[rows["events"] == designs[designs == designs.max()].index[-1]]
    return found


def by_design(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with their design as index, in the order of sql/variants."""
    return rows.set_index(rows["variant"].astype(str)).iloc[rows["variant"].cat.codes.argsort()]


def few(designs: Collection[str], *named: str) -> list[str]:
    """Return at most CURVES of the designs, to be drawn: those that the title names, then TELLING, then others."""
    first = [each for each in dict.fromkeys([*named, *TELLING, *designs]) if each in designs][:CURVES]
    return [each for each in designs if each in first]


def _not_drawn(designs: Collection[str], shown: Collection[str]) -> str:
    left = len(designs) - len(shown)
    return f" {counted(left, 'other design')} not drawn." if left else ""


def distribution(matrix: pd.DataFrame, phase: str = "report") -> Figure:
    """Plot how many of the reports of the mix come within how many milliseconds, by design; `phase` report or both."""
    rows = largest(select(matrix, f"{phase}.latency", "quantile", phase=phase))
    times = rows.pivot(index="quantile", columns="variant", values="value")
    shares = {str(design): _share(times[design]) for design in times.columns}
    best, worst = (pick(shares, key=lambda design: (shares[design], -times[design].median())) for pick in (max, min))
    while_writing = ", while events come in" if phase == "both" else ""
    others = f", {worst} {_percent(shares[worst])}" if worst != best else ""
    title = (
        f"Over {style.thousands(rows['events'].iloc[0])} events{while_writing}, {best} answers "
        f"{_percent(shares[best])}\n{'' if shares[best] == 1 else 'of '}reports within {PROMISE_MS} ms{others}"
    )
    with style.figure(title, height=5.6) as (drawn, axes):
        curves, shown = {}, few(shares, best, worst)
        for design in shown:
            at = (times[design], times.index.astype(float) * 100)
            (curves[design],) = axes.plot(*at, "o-", color=style.colour(design), ms=4)
        style.promise(axes, PROMISE_MS)
        axes.set(xscale="log", xlabel="ms", ylabel="% of reports answered by then", ylim=(0, 101))
        style.log_ticks(axes.xaxis, style.milliseconds)
        style.name_curves(axes, curves)
        _source(drawn, rows, f"All shapes of report, equally often.{_not_drawn(shares, shown)}")
    return drawn


def _share(times: pd.Series) -> float:
    """Return the share of reports within the promise, between the quantiles that were measured."""
    known = times.dropna()
    return float(np.interp(np.log(PROMISE_MS), np.log(known.astype(float)), known.index.astype(float), left=0, right=1))


def _percent(share: float) -> str:
    return "all" if share == 1 else f"{share:.0%}"


def trade(matrix: pd.DataFrame) -> Figure:
    """Plot what a design costs a writer against what it saves a reader; the area of a mark is the bytes of an event."""
    rows = widest(select(matrix, "ingest.rate"))
    events = rows["events"].iloc[0]
    written = by_design(rows)
    read = by_design(select(matrix, "report.latency", quantile=0.5, phase="report").query("events == @events"))
    stored = by_design(select(matrix, "size.total").query("events == @events"))
    designs = [design for design in written.index if design in read.index and design in stored.index]
    points = {design: (float(written.loc[design, "value"]), float(read.loc[design, "value"])) for design in designs}
    title = f"Read time against write rate, {style.thousands(events)} events"
    if CONTROL in points and len(points) > 1:
        best = min(points, key=lambda design: points[design][1])
        title = (
            f"{best} against {CONTROL}: reports {points[CONTROL][1] / points[best][1]:,.0f} times as fast,\n"
            f"at {points[best][0] / points[CONTROL][0]:.0%} of the write rate, {style.thousands(events)} events"
        )
    with style.figure(title, height=5.6) as (drawn, axes):
        at = [points[design] for design in _front(points)]
        axes.plot(*zip(*at, strict=True), color="#cccccc", zorder=1, linestyle="--")
        dashed = " Dashed: none is better at both." if len(at) > 1 else ""
        for design, (x, y) in points.items():
            size = float(stored.loc[design, "value"]) * 1.2
            axes.scatter(x, y, s=size, color=style.colour(design), alpha=0.85, zorder=2)
            axes.errorbar(
                x, y, xerr=_errors(written.loc[[design]]), yerr=_errors(read.loc[[design]]),
                color=style.colour(design), linewidth=1.2, fmt="none",
            )  # fmt: skip
        axes.set(yscale="log", xlabel="events written a second, nobody reading", ylabel="ms a report, p50")
        axes.set_xlim(0, 1.2 * max(x for x, _ in points.values()))
        axes.xaxis.set_major_formatter(style.thousands)
        style.log_ticks(axes.yaxis, style.milliseconds)
        _source(drawn, rows, f"Area: bytes stored an event.{dashed}")
        style.label(axes, points, right=24)
    return drawn


def _front(points: dict[str, tuple[float, float]]) -> list[str]:
    """Return the designs that no other beats in both, from the slowest to write on: more writes, or faster reads."""
    best = [
        design
        for design, (rate, ms) in points.items()
        if not any(other != (rate, ms) and other[0] >= rate and other[1] <= ms for other in points.values())
    ]
    return sorted(best, key=lambda design: points[design][0])


def storage(matrix: pd.DataFrame) -> Figure:
    """Plot bytes an event, by design and what holds them."""
    rows = widest(select(matrix, "size.total"))
    events = rows["events"].iloc[0]
    total = by_design(rows)["value"]
    parts = select(matrix, "size", "relation", "kind").query("events == @events")
    held = parts.pivot_table(index="variant", columns="kind", values="value", aggfunc="sum", observed=True)
    designs = list(total.index)
    title = f"An event takes {total.min():,.0f} bytes in {total.idxmin()}"
    if len(designs) > 1:
        title += f", {total.max():,.0f} in {total.idxmax()}:\nindexes and roll-ups are what differs"
    with style.figure(title, height=0.45 * len(designs) + 1.6) as (drawn, axes):
        left = pd.Series(0.0, index=designs)
        for kind, colour in KINDS.items():
            if kind in held:
                widths = held[kind].fillna(0).reindex(designs, fill_value=0.0)
                axes.barh(designs, widths, left=left, color=colour, height=0.6)
                left = left + widths
        for row, design in enumerate(designs):
            axes.text(left[design] + 0.006 * total.max(), row, f"{total[design]:,.0f}", va="center")
        style.key(axes, {"tables": "#777777", "indexes": "#33567f"})
        axes.set(xlabel="bytes an event", ylim=(len(designs) - 0.5, -0.6), xlim=(0, 1.08 * total.max()))
        axes.grid(visible=False, axis="y")
        _source(drawn, rows, f"{events:,} events stored.")
    return drawn


def growth(matrix: pd.DataFrame) -> Figure:
    """Plot the p50 of a report over growing data, by design; of several runs of a size, the last one counts."""
    rows = select(matrix, "report.latency", quantile=0.5, phase="report")
    return _growth(rows, ("takes {:.1f} times as long", "{:,.0f} times"), "ms a report, p50", PROMISE_MS)


def growth_in_pages(matrix: pd.DataFrame) -> Figure:
    """Plot the pages that a report touches over growing data, the median over the shapes: nothing else changes them."""
    rows = select(matrix, "report.pages", "shape")
    middle = rows.groupby(["variant", "events"], observed=True)["value"].median()
    pages = rows.drop_duplicates(["variant", "events"]).drop(columns="value").join(middle, on=["variant", "events"])
    return _growth(pages, ("reads {:.1f} times as many pages", "{:,.0f} times"), "pages a report, median")


def _growth(rows: pd.DataFrame, words: tuple[str, str], unit: str, limit: float | None = None) -> Figure:
    lines = {str(design): each.sort_values("events") for design, each in rows.groupby("variant", observed=True)}
    lines = {design: each for design, each in lines.items() if len(each) > 1}
    if not lines:
        raise NotMeasured("no design was measured at two sizes: adbench matrix --scale 1M,10M")
    ranges = {design: (each["events"].iloc[0], each["events"].iloc[-1]) for design, each in lines.items()}
    first, last = min(low for low, _ in ranges.values()), max(high for _, high in ranges.values())
    whole = {design: each for design, each in lines.items() if ranges[design] == (first, last)}
    factors = {design: each["value"].iloc[-1] / each["value"].iloc[0] for design, each in (whole or lines).items()}
    flattest, steepest = (pick(factors, key=lambda design: factors[design]) for pick in (min, max))
    other = f",\n{steepest} {words[1].format(factors[steepest])}" if steepest != flattest else ""
    title = f"{style.thousands(last / first)} times the events: {flattest} {words[0].format(factors[flattest])}{other}"
    shown = few(lines, flattest, steepest)
    with style.figure(title, height=5.4) as (drawn, axes):
        for design in shown:
            sizes, each = lines[design]["events"].astype(float), lines[design]
            yerr = _errors(each) if limit else None
            axes.errorbar(sizes, each["value"], yerr=yerr, fmt="o-", color=style.colour(design), capsize=3)
        if limit:
            style.promise(axes, limit, upright=False)
        axes.set(xscale="log", yscale="log", xlabel="events stored", ylabel=unit, xlim=(None, last * 4))
        style.log_ticks(axes.xaxis, style.thousands)
        style.log_ticks(axes.yaxis, style.thousands)
        count = rows["file"].nunique()
        runs = f"{count} runs at different hours. " if count > 1 else ""
        remark = "Bars: 95 % intervals." if limit else "Counted, not timed."
        _source(drawn, rows, f"{runs}{remark}{_not_drawn(lines, shown)}")
        ends = {design: lines[design].iloc[-1] for design in shown}
        style.label(axes, {design: (float(end["events"]), float(end["value"])) for design, end in ends.items()})
    return drawn


def _errors(rows: pd.DataFrame) -> Any:
    """Return how far the intervals reach below and above the values, as matplotlib's `yerr` wants it."""
    below, above = rows["value"] - rows["low"], rows["high"] - rows["value"]
    return [below.fillna(0), above.fillna(0)]


def _source(drawn: Figure, rows: pd.DataFrame, remark: str) -> None:
    """Write a line below the picture: what was run, when, on what."""
    newest = rows.sort_values("started_at").iloc[-1]
    where = f"{style.machine(newest['cores'], newest['machine'])}, PostgreSQL {newest['postgres']}"
    style.caption(drawn, f"matrix of {newest['started_at']:%Y-%m-%d}, {where}. {remark}")
