"""Every plot of made-up results looks as it did: pytest-mpl compares with the pictures in baseline/.

After a change that is meant, look at what changed:

    pytest tests/adbench/plots/test_plots.py --mpl-generate-path=tests/adbench/plots/baseline
"""

import random
import re

import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from adbench.plots import capacity, dashboard, demo, designs, gate, ingest, reports, style
from adbench.records.model import NotMeasured
from tests.adbench.plots.made_up import (
    DESIGNS,
    asked,
    compared_with_peers,
    demonstrated,
    gated,
    matrix,
    proved,
    simulated,
    staged,
    watched,
    written,
)

# Text is drawn a little differently by other versions of FreeType; a picture that says something else is far beyond.
compared = pytest.mark.mpl_image_compare(
    baseline_dir="baseline", tolerance=12, style="default", savefig_kwargs={"dpi": 60}
)


@compared
def test_dashboard() -> Figure:
    """Numbers on top, courses below; no data is said, and a threshold is dashed."""
    return dashboard.overview(watched())


@compared
def test_demo() -> Figure:
    """The curve of reports against the promise, and the events of each second."""
    return demo.demo(demonstrated())


def test_a_demo_from_before_there_was_a_course_says_so() -> None:
    """A part that was not measured is not drawn."""
    old = demonstrated()
    few = [each for each in old.measurements if "part" not in each.labels]
    with pytest.raises(NotMeasured, match="adbench demo again"):
        demo.demo(old.model_copy(update={"measurements": few}))


@compared
def test_caught() -> Figure:
    """Shares with their intervals; a plant that was not tried is not drawn, one that missed its mark shows."""
    return gate.caught(proved())


@compared
def test_verdicts() -> Figure:
    """Counts that add up to the runs."""
    return gate.verdicts(proved())


@compared
def test_intervals() -> Figure:
    """Head and control of every metric, over the tolerance."""
    return gate.intervals(gated())


@compared
def test_narrowing() -> Figure:
    """One look for what was decided at once, four for what stayed open, which shows."""
    return gate.narrowing(gated())


@compared
def test_distribution() -> Figure:
    """A curve for each design, in its colour, named beside it; the promise is named, too."""
    return designs.distribution(matrix())


@compared
def test_trade() -> Figure:
    """A mark for each design, none of the names on another."""
    return designs.trade(matrix())


@compared
def test_storage() -> Figure:
    """Tables and indexes one after the other, and their sum."""
    return designs.storage(matrix())


@compared
def test_growth() -> Figure:
    """A line for each design."""
    return designs.growth(matrix())


def test_growth_joins_runs_of_several_sizes() -> None:
    """A design is drawn when two sizes of it are there, in any runs; one size alone has no growth to draw."""
    whole = matrix()
    small, large = (whole[whole["events"] == events] for events in (1_000_000, 10_000_000))
    apart = pd.concat([small, large.assign(file="x/2Z-matrix.json")], ignore_index=True)
    parted, joined = designs.growth(apart), designs.growth(whole)
    for one, other in zip(parted.axes[0].lines, joined.axes[0].lines, strict=True):
        assert (one.get_xydata() == other.get_xydata()).all()
    with pytest.raises(NotMeasured, match="two sizes"):
        designs.growth(small)


def test_no_more_curves_than_can_be_named() -> None:
    """Five of many designs are drawn, among them those of the title; the line below says how many are not."""
    whole = matrix()
    slow = whole[whole["variant"] == "heap"]
    more = ("partitioned", "matview", "timescale")
    many = pd.concat([whole, *(slow.assign(variant=design, value=2 * slow["value"]) for design in more)])
    many["variant"] = many["variant"].astype(pd.CategoricalDtype([*DESIGNS, *more], ordered=True))
    for draw in (designs.distribution, designs.growth, designs.growth_in_pages):
        drawn = draw(many)
        named = {text.get_text() for text in drawn.axes[0].texts} & {*DESIGNS, *more}
        said = {each for each in (*DESIGNS, *more) if re.search(rf"\b{each}\b", drawn.get_suptitle())}
        assert len(named) == designs.CURVES
        assert said <= named
        assert "3 other designs not drawn" in " ".join(drawn.get_supxlabel().split())


@pytest.mark.parametrize("kept", [("rollup",), ("heap",), ("btree", "rollup"), DESIGNS])
@pytest.mark.parametrize("size", [1_000_000, None])
def test_designs_of_a_small_matrix(kept: tuple[str, ...], size: int | None) -> None:
    """One design, or none to compare with, or one size: what there is is drawn, and no other design is named."""
    whole = matrix()
    small = whole[whole["variant"].isin(kept) & (whole["events"].eq(size) if size else whole["events"].notna())]
    for draw in (designs.distribution, designs.trade, designs.storage, designs.growth, designs.growth_in_pages):
        if size and draw in (designs.growth, designs.growth_in_pages):
            with pytest.raises(NotMeasured, match="two sizes"):
                draw(small)
            continue
        drawn = draw(small)
        texts = " ".join(text.get_text() for text in drawn.findobj(Text))
        assert not [design for design in set(DESIGNS) - set(kept) if re.search(rf"\b{design}\b", texts)]
        assert not [design for design in kept if len(re.findall(rf"\b{design}\b", drawn.get_suptitle())) > 1]
        for axis in (axis for axes in drawn.axes for axis in (axes.xaxis, axes.yaxis) if axis.get_scale() == "log"):
            low, high = sorted(axis.get_view_interval())
            assert sum(low <= tick <= high for tick in axis.get_majorticklocs()) > 1, draw  # one number is no scale


@compared
def test_growth_in_pages() -> Figure:
    """The same lines, without intervals."""
    return designs.growth_in_pages(matrix())


@compared
def test_modelled() -> Figure:
    """Measured as marks, simulated as lines, arithmetic dotted, for two quantiles."""
    return capacity.modelled(simulated())


@compared
def test_limits() -> Figure:
    """A row a resource, the one that is asked for most on top; a mark for each rate."""
    return capacity.limits(simulated())


@compared
def test_failures() -> Figure:
    """A line for each failure, before and after."""
    return capacity.failures(simulated())


@compared
def test_throughput() -> Figure:
    """Both kinds of body, under the ceiling."""
    return ingest.throughput(written())


@pytest.mark.parametrize(
    ("labels", "into"), [({}, "the same tables"), ({"into": "bare daily partitions"}, "bare daily partitions")]
)
def test_the_ceiling_says_what_it_was_copied_into(labels: dict[str, str], into: str) -> None:
    """A result from before there were bare partitions does not claim them."""
    found = written()
    measurements = [
        each.model_copy(update={"labels": labels}) if each.name == "ceiling.rate" else each
        for each in found.measurements
    ]
    drawn = ingest.throughput(found.model_copy(update={"measurements": measurements}))
    assert any(text.get_text().endswith(f"copy into {into}") for text in drawn.axes[0].texts)


@compared
def test_life() -> Figure:
    """The stages end to end, and PostgreSQL's parts within its own."""
    return ingest.life(staged())


@compared
def test_per_event() -> Figure:
    """Three costs that fall with the size of the batch."""
    return ingest.per_event(staged())


@compared
def test_windows() -> Figure:
    """Idle and busy, for each window and the probe."""
    return reports.windows(asked())


@compared
def test_peers() -> Figure:
    """Three systems, each question in a row."""
    return reports.peers(compared_with_peers())


def test_a_gate_without_a_look_says_so() -> None:
    """A gate whose budget ended before its first look says that it has no interval to draw."""
    with pytest.raises(NotMeasured, match="before a look"):
        gate.intervals(gated().model_copy(update={"checks": []}))


def test_the_front_leaves_out_what_is_beaten_on_both_sides() -> None:
    """A design that writes less and reads slower than another is not on it."""
    points = {"a": (100.0, 1.0), "b": (200.0, 5.0), "beaten": (90.0, 2.0), "c": (300.0, 50.0)}
    assert designs._front(points) == ["a", "b", "c"]


@pytest.mark.parametrize("seed", range(5))
def test_a_label_touches_no_mark_and_no_other_label(seed: int) -> None:
    """However close points are: dots of a size each, and dots on a line."""
    chance = random.Random(seed)
    points = {f"design_{number}": (chance.uniform(0, 1), chance.uniform(0.4, 0.6)) for number in range(9)}
    sizes = [chance.uniform(4, 20) for _ in points]  # points of print
    with style.figure("made up") as (drawn, axes):
        for place, (point, size) in enumerate(zip(points.values(), sizes, strict=True)):
            if place % 2:
                axes.scatter(*point, s=size**2)
            else:
                axes.plot(*point, "o-", ms=size)
        axes.set(xlim=(0, 2), ylim=(0, 1))
        style.label(axes, points)
        drawn.draw_without_rendering()
    texts = [text.get_window_extent() for text in axes.texts]
    middles = axes.transData.transform(list(points.values()))
    reaches = [size / 2 * drawn.dpi / 72 for size in sizes]
    marks = [Bbox([at - reach, at + reach]) for at, reach in zip(middles, reaches, strict=True)]
    assert len(texts) == len(points)
    assert not any(text.count_overlaps([*marks, *texts[:place]]) for place, text in enumerate(texts))
