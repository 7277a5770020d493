"""Pictures of the physical designs side by side: of `adbench matrix`."""

from collections.abc import Sequence
from statistics import median

from matplotlib.figure import Figure

from adbench.plots import style
from adbench.records.model import Measurement, NotMeasured, Result

PROMISE_MS = 200
CONTROL, DEFAULT = "heap", "rollup"
Points = dict[str, dict[int, Measurement]]  # of a design, by events stored
KINDS = {"table": "#bbbbbb", "index": "#88CCEE", "toast": "#CC6677"}


def sizes(matrix: Result) -> list[int]:
    """Return how many events each part of the run had stored, ascending."""
    return sorted({int(each.labels["events"]) for each in matrix.measurements})


def figures(matrix: Result, name: str, events: int, **labels: str) -> dict[str, Measurement]:
    """Return that measurement of every design that has it, in the order of the designs."""
    wanted = {"events": str(events), **labels}
    found = {
        each.labels["variant"]: each
        for each in matrix.select(name, **wanted)
        if len(each.labels) == len(wanted) + 2  # variant and phase, and no other label
    }
    return {variant: found[variant] for variant in matrix.variant.split(",") if variant in found}


def distribution(matrix: Result, phase: str = "report") -> Figure:
    """Plot how many of the reports of the mix come within how many milliseconds, by design; `phase` report or both."""
    events = sizes(matrix)[-1]
    quantiles = sorted({each.labels["quantile"] for each in matrix.select(f"{phase}.latency")}, key=float)
    lines = {quantile: figures(matrix, f"{phase}.latency", events, quantile=quantile) for quantile in quantiles}
    designs = list(lines[quantiles[0]])
    kept = [design for design in designs if lines["0.95"][design].value < PROMISE_MS]
    while_writing = ", while events come in" if phase == "both" else ""
    title = (
        f"{len(kept)} of {len(designs)} designs answer 95 % of reports within {PROMISE_MS} ms\n"
        f"over {style.thousands(events)} events{while_writing}"
    )
    with style.figure(title, height=5.6) as (drawn, axes):
        for design in designs:
            times = [lines[quantile][design].value for quantile in quantiles]
            axes.plot(times, [float(quantile) * 100 for quantile in quantiles], "o-", color=style.colour(design), ms=4)
        axes.axvline(PROMISE_MS, color=style.LIMIT, linestyle="--")
        style.key(axes, {design: style.colour(design) for design in designs})
        axes.set(xscale="log", xlabel="ms", ylabel="% of reports answered by then", ylim=(0, 101))
        style.log_ticks(axes.xaxis, style.milliseconds)
        style.source(drawn, matrix, "All shapes of report, equally often.")
    return drawn


def trade(matrix: Result) -> Figure:
    """Plot what a design costs a writer against what it saves a reader; the area of a mark is the bytes of an event."""
    events = sizes(matrix)[-1]
    written = figures(matrix, "ingest.rate", events)
    read = figures(matrix, "report.latency", events, quantile="0.5")
    stored = figures(matrix, "size.total", events)
    designs = [design for design in written if design in read and design in stored]
    front = _front({design: (written[design].value, read[design].value) for design in designs})
    title = (
        f"{DEFAULT} against {CONTROL}: reports {read[CONTROL].value / read[DEFAULT].value:,.0f} times as fast,\n"
        f"at {written[DEFAULT].value / written[CONTROL].value:.0%} of the write rate, {style.thousands(events)} events"
    )
    with style.figure(title, height=5.6) as (drawn, axes):
        at = [(written[design].value, read[design].value) for design in front]
        axes.plot(*zip(*at, strict=True), color="#cccccc", zorder=1, linestyle="--")
        for design in designs:
            x, y = written[design].value, read[design].value
            axes.scatter(x, y, s=stored[design].value * 1.2, color=style.colour(design), alpha=0.85, zorder=2)
            axes.errorbar(
                x, y, xerr=style.errors([written[design]]), yerr=style.errors([read[design]]),
                color=style.colour(design), linewidth=1.2, fmt="none",
            )  # fmt: skip
        axes.set(yscale="log", xlabel="events written a second, nobody reading", ylabel="ms a report, p50")
        axes.set_xlim(0, 1.2 * max(each.value for each in written.values()))
        axes.xaxis.set_major_formatter(style.thousands)
        style.log_ticks(axes.yaxis, style.milliseconds)
        style.source(drawn, matrix, "Area: bytes stored an event. Dashed: none is better at both.")
        style.label(axes, {design: (written[design].value, read[design].value) for design in designs}, right=24)
    return drawn


def _front(points: dict[str, tuple[float, float]]) -> list[str]:
    """Return the designs that no other beats in both, from the slowest to write on: more writes, or faster reads."""
    best = [
        design
        for design, (rate, ms) in points.items()
        if not any(other != (rate, ms) and other[0] >= rate and other[1] <= ms for other in points.values())
    ]
    return sorted(best, key=lambda design: points[design][0])


def storage(matrix: Result) -> Figure:
    """Plot bytes an event, by design and what holds them."""
    events = sizes(matrix)[-1]
    total = figures(matrix, "size.total", events)
    parts: dict[str, dict[str, float]] = {design: {} for design in total}
    for each in matrix.select("size", events=str(events)):
        held = parts[each.labels["variant"]]
        held[each.labels["kind"]] = held.get(each.labels["kind"], 0) + each.value
    designs = list(total)
    least, most = (pick(designs, key=lambda design: total[design].value) for pick in (min, max))
    title = (
        f"An event takes {total[least].value:.0f} bytes in {least}, {total[most].value:,.0f} in {most}:\n"
        "indexes and roll-ups are what differs"
    )
    with style.figure(title, height=0.45 * len(designs) + 1.6) as (drawn, axes):
        left = dict.fromkeys(designs, 0.0)
        for kind, colour in KINDS.items():
            widths = [parts[design].get(kind, 0) for design in designs]
            axes.barh(designs, widths, left=list(left.values()), color=colour, height=0.6)
            left = {design: left[design] + width for design, width in zip(designs, widths, strict=True)}
        for row, design in enumerate(designs):
            axes.text(left[design] + 3, row, f"{total[design].value:,.0f}", va="center")
        style.key(axes, {"tables": "#777777", "indexes": "#33567f"})
        axes.set(xlabel="bytes an event", ylim=(len(designs) - 0.5, -0.6), xlim=(0, 1.08 * total[most].value))
        axes.grid(visible=False, axis="y")
        style.source(drawn, matrix, f"{events:,} events stored.")
    return drawn


def growth(*matrices: Result) -> Figure:
    """Plot the p50 of a report over growing data, by design; of several runs of a size, the last one counts."""
    measured: Points = {}
    for matrix in matrices:
        for events in sizes(matrix):
            for design, each in figures(matrix, "report.latency", events, quantile="0.5").items():
                measured.setdefault(design, {})[events] = each
    return _growth(measured, matrices, ("takes {:.1f} times as long", "{:,.0f} times"), "ms a report, p50", PROMISE_MS)


def growth_in_pages(*matrices: Result) -> Figure:
    """Plot the pages that a report touches over growing data, the median over the shapes: nothing else changes them."""
    measured: Points = {}
    for matrix in matrices:
        shapes = {each.labels["shape"] for each in matrix.select("report.pages")}
        for events in sizes(matrix):
            found = [figures(matrix, "report.pages", events, shape=shape) for shape in sorted(shapes)]
            for design in matrix.variant.split(","):
                if pages := [by_design[design].value for by_design in found if design in by_design]:
                    middle = Measurement(name="pages", value=median(pages), unit="pages")
                    measured.setdefault(design, {})[events] = middle
    return _growth(measured, matrices, ("reads {:.1f} times as many pages", "{:,.0f} times"), "pages a report, median")


def _growth(
    measured: Points, matrices: Sequence[Result], words: tuple[str, str], unit: str, limit: float | None = None
) -> Figure:
    grown = {design: sorted(points.items()) for design, points in measured.items() if len(points) > 1}
    if not grown:
        raise NotMeasured("no design was measured at two sizes: adbench matrix --scale 1M,10M")
    first, last = (pick(events for points in grown.values() for events, _ in points) for pick in (min, max))
    whole = [design for design, points in grown.items() if (points[0][0], points[-1][0]) == (first, last)]
    factors = {design: grown[design][-1][1].value / grown[design][0][1].value for design in whole or grown}
    flattest, steepest = (pick(factors, key=lambda design: factors[design]) for pick in (min, max))
    title = (
        f"{style.thousands(last / first)} times the events: {flattest} {words[0].format(factors[flattest])},\n"
        f"{steepest} {words[1].format(factors[steepest])}"
    )
    with style.figure(title, height=5.4) as (drawn, axes):
        for design, points in grown.items():
            x, found = zip(*points, strict=True)
            y, yerr = [each.value for each in found], style.errors(found)
            axes.errorbar(x, y, yerr=yerr if limit else None, fmt="o-", color=style.colour(design), capsize=3)
        if limit:
            axes.axhline(limit, color=style.LIMIT, linestyle="--")
        axes.set(xscale="log", yscale="log", xlabel="events stored", ylabel=unit, xlim=(None, last * 4))
        style.log_ticks(axes.xaxis, style.thousands)
        style.log_ticks(axes.yaxis, style.thousands)
        runs = f"{len(matrices)} runs at different hours. " if len(matrices) > 1 else ""
        style.source(drawn, matrices[-1], f"{runs}{'Bars: 95 % intervals.' if limit else 'Counted, not timed.'}")
        style.label(axes, {design: (points[-1][0], points[-1][1].value) for design, points in grown.items()})
    return drawn
