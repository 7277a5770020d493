"""The visual language: one style file, one palette, the same few helpers in every picture.

A variant has one colour everywhere. The colours are Paul Tol's "muted" scheme, made to be told apart with any kind of
colour vision (https://personal.sron.nl/~pault/, SRON/EPS/TN/09-002); labels stand beside the marks in dark ink, so
that no picture depends on colour alone.
"""

import math
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnchoredOffsetbox, HPacker, TextArea, VPacker
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator
from matplotlib.transforms import Bbox

from adbench.records.model import Measurement, Result

STYLE = Path(__file__).with_name("adpulse.mplstyle")

PALETTE = {
    "heap": "#777777",
    "btree": "#999933",
    "btree_gin": "#CC6677",
    "covering": "#88CCEE",
    "brin": "#DDCC77",
    "partitioned": "#332288",
    "matview": "#AA4499",
    "rollup": "#117733",
    "rollup_dims": "#44AA99",
    "timescale": "#882255",
    "citus": "#661100",
}
# Things that are not variants: the service, a promise, a reference.
_SMALL: dict[str, Any] = {"x": 0.01, "ha": "left", "fontsize": 10, "color": "#777777"}
# Around text that may lie on a line.
HALO = [withStroke(linewidth=3, foreground="white")]
_WIDE = 0.62  # width of a letter on average, as a share of the size of its font
LINE = 105  # characters of small text that fit below a picture
SERVICE, LIMIT, QUIET, INK = "#117733", "#882255", "#999999", "#222222"


@contextmanager
def figure(title: str, *, height: float = 5.0) -> Iterator[tuple[Figure, Axes]]:
    """Yield a figure of 9 x height inches with one pair of axes; `title` states the finding."""
    with mpl.rc_context(fname=STYLE):
        drawn = Figure(figsize=(9.0, height))
        axes = drawn.subplots()
        # Over the whole width and not only the axes, because it is a sentence.
        drawn.suptitle(title, x=0.01, ha="left")
        yield drawn, axes


def colour(variant: str) -> str:
    """Return a variant's colour of the palette; a reader's own variant is drawn in ink."""
    return PALETTE.get(variant, INK)


def errors(measured: Sequence[Measurement]) -> tuple[list[float], list[float]]:
    """Return how far the intervals reach below and above the values, as matplotlib's `yerr` wants it."""
    ends = [each.ends for each in measured]
    below = [each.value - low for each, (low, _) in zip(measured, ends, strict=True)]
    return below, [high - each.value for each, (_, high) in zip(measured, ends, strict=True)]


def source(drawn: Figure, result: Result, remark: str = "Bars: 95 % intervals.") -> None:
    """Write a line below the picture: what was run, when, on what."""
    server = f"PostgreSQL {result.postgres.version}" if result.postgres else "PostgreSQL"
    variant = "" if "," in result.variant else f", {result.variant}"
    where = f"{machine(result.machine.cores, result.machine.cpu)}, {server}{variant}"
    caption(drawn, f"{result.what} of {result.started_at:%Y-%m-%d}, {where}. {remark}")


def machine(cores: int, cpu: str) -> str:
    """Return the words of a caption for a machine: 2 cores (Intel Xeon)."""
    short = re.sub(r"\((R|TM)\)| (CPU|Processor)\b", "", cpu)
    return f"{cores} cores ({short})"


def caption(drawn: Figure, text: str) -> None:
    """Write small lines below the picture."""
    drawn.supxlabel(textwrap.fill(text, LINE), **_SMALL)


def interval(axes: Axes, row: float, middle: float, ends: Sequence[float], colour: str, **mark: Any) -> None:
    """Draw an interval as a bar along a row, with a dot, or `mark`, at its middle."""
    axes.plot(ends, [row, row], color=colour, linewidth=2.5, solid_capstyle="butt")
    axes.plot(middle, row, "o", color=colour, **mark)


def promise(axes: Axes, ms: float, *, upright: bool = True) -> None:
    """Draw the time that reports promise as a dashed line, and say at it what it is."""
    draw = axes.axvline if upright else axes.axhline
    draw(ms, color=LIMIT, linestyle="--")
    place: dict[str, Any] = (
        {"x": ms, "y": 1.01, "transform": axes.get_xaxis_transform(), "ha": "center", "va": "bottom"}
        if upright
        else {"x": 0.01, "y": ms, "transform": axes.get_yaxis_transform(), "ha": "left", "va": "bottom"}
    )
    axes.text(**place, s=f"promise: {ms:.0f} ms", color=LIMIT, fontsize=12, path_effects=HALO)


def key(axes: Axes, words: Mapping[str, str]) -> None:
    """Write the meaning of each colour in that colour above the axes, five in a line."""
    parts: list[Artist] = [TextArea(word, textprops={"color": colour}) for word, colour in words.items()]
    rows = [parts[first : first + 5] for first in range(0, len(parts), 5)]
    lines: list[Artist] = [HPacker(children=row, pad=0, sep=22) for row in rows]
    packed = VPacker(children=lines, pad=0, sep=4)
    where: dict[str, Any] = {"bbox_to_anchor": (0, 1), "bbox_transform": axes.transAxes}
    axes.add_artist(AnchoredOffsetbox("lower left", child=packed, frameon=False, pad=0.2, borderpad=0, **where))


def label(axes: Axes, points: Mapping[str, tuple[float, float]], right: float = 12) -> None:
    """Write each name to the right of its point, moved up or down so that it covers no mark and no other name.

    Call it when scales and limits are as they will stay.
    """
    axes.figure.draw_without_rendering()  # type: ignore[union-attr]  # lays out, so that points have a place
    size, unit, to_pixels = 12, axes.figure.dpi / 72, axes.transData.transform
    taken = _marks(axes)
    for name, point in sorted(points.items(), key=lambda item: -float(to_pixels(item[1])[1])):
        x, y = to_pixels(point)
        text = Bbox.from_bounds(x + right * unit, y, _WIDE * size * unit * len(name), 15 * unit)
        shift = next(
            each for each in sorted(range(-999, 999), key=abs) if not text.translated(0, each).count_overlaps(taken)
        )
        taken.append(text.translated(0, shift))
        offset = (right, shift / unit + 4)
        axes.annotate(name, point, xytext=offset, textcoords="offset points", fontsize=size, path_effects=HALO)


def _marks(axes: Axes) -> list[Bbox]:
    """Return the boxes, in pixels, of the marks of scatter plots and of those on lines."""
    unit, found = axes.figure.dpi / 72, []
    for dots in axes.collections:
        if isinstance(dots, PathCollection):
            at = dots.get_offset_transform().transform(dots.get_offsets())
            found += [(place, size**0.5) for place, size in zip(at, dots.get_sizes(), strict=True)]
    for line in axes.lines:
        if line.get_marker() not in ("None", "", None):
            at = line.get_transform().transform(line.get_xydata())
            found += [(place, line.get_markersize()) for place in at]
    return [Bbox([place - size * unit / 2, place + size * unit / 2]) for place, size in found]


def name_curves(axes: Axes, curves: Mapping[str, Line2D]) -> None:
    """Write the name of each curve at the place beside it that is farthest from all other lines and names.

    Call it when scales and limits are as they will stay.
    """
    axes.figure.draw_without_rendering()  # type: ignore[union-attr]  # as above
    size, steps, gap = 12, 60, 8
    unit, frame = axes.figure.dpi / 72, axes.get_window_extent()

    def finely(line: Line2D) -> Any:
        at = line.get_transform().transform(line.get_xydata())
        places = np.linspace(0, len(at) - 1, steps)
        return np.column_stack([np.interp(places, range(len(at)), column) for column in at.T])

    drawn = {line: finely(line) for line in axes.lines}
    taken: list[Any] = []
    for name, line in curves.items():
        own, width, height = drawn[line], _WIDE * size * unit * len(name), 1.2 * size * unit
        others = np.concatenate([np.empty((0, 2)), *(at for each, at in drawn.items() if each is not line), *taken])
        best, at, shift = -math.inf, own[0], gap * unit
        for place in own:
            for aside in (gap * unit, -gap * unit - width):
                low = place + np.array([aside, -height / 2])
                box = np.array([low, low + np.array([width, height])])
                if not (frame.min < box[0]).all() or not (box[1] < frame.max).all():
                    continue
                beside = np.maximum(np.maximum(box[0] - others, others - box[1]), 0)
                covered = np.all((own > box[0]) & (own < box[1]), axis=1).sum()
                free = float(np.hypot(*beside.T).min(initial=1e3)) - 4 * covered
                if free > best:
                    best, at, shift = free, place, aside
        edge = [[x, y] for x in np.linspace(0, width, 5) for y in (-height / 2, 0, height / 2)]
        taken.append(at + np.array([shift, 0]) + np.array(edge))
        axes.annotate(
            name, tuple(axes.transData.inverted().transform(at)), xytext=(shift / unit, 0), textcoords="offset points",
            va="center", fontsize=size, color=INK, path_effects=HALO,
        )  # fmt: skip


def spread(axes: Axes, texts: Sequence[tuple[Text, float]]) -> None:
    """Move texts that stand in a line over their bars below them, to the given y, where they cover the one before.

    Call it when scales and limits are as they will stay.
    """
    axes.figure.draw_without_rendering()  # type: ignore[union-attr]  # as above
    end = -math.inf
    for text, below in texts:
        box = text.get_window_extent()
        if box.x0 <= end:
            text.set(y=below, va="top")
        else:
            end = box.x1


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Name rows 0, 1, … of a chart from the top down, with 0.6 of a row free over the first."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")


class _LogTicks(LogLocator):
    """Ticks of a logarithmic axis; those of an even one where fewer than two would be seen: one number is no scale."""

    def tick_values(self, vmin: float, vmax: float) -> Any:
        found = np.asarray(super().tick_values(vmin, vmax))
        if np.count_nonzero((vmin <= found) & (found <= vmax)) > 1:
            return found
        even = np.asarray(MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(vmin, vmax))
        return even[even > 0]


def log_ticks(axis: Axis, form: Callable[[float, object], str], steps: tuple[int, ...] = (1,)) -> None:
    """Set ticks of a logarithmic axis at 1, 10, 100 … times each of `steps`; others where fewer than two are seen."""
    axis.set_major_locator(_LogTicks(subs=steps))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(form)


def thousands(value: float, _: object = None) -> str:
    """Format a tick: 150 k, 2 M."""
    for size, sign in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:,.4g} {sign}"
    return f"{value:,.4g}"


def milliseconds(value: float, _: object = None) -> str:
    """Format a tick: 0.5, 20, 1,000; the axis says the unit."""
    return f"{value:,.3g}" if value < 1_000 else f"{value:,.0f}"
