"""The mix without HTTP is the mix of the k6 scripts."""

from collections import Counter
from datetime import UTC, datetime
from itertools import islice

from adbench.workload.dataset import Dataset
from adbench.workload.report_mix import mix
from adbench.workload.report_shapes import BREAKDOWNS, TOTALS
from adpulse.settings import Settings

DATA = Dataset(1_000, datetime(2025, 9, 24, tzinfo=UTC), days=30, campaigns=100)


def test_the_same_data_set_gives_the_same_questions() -> None:
    """A data set repeats its questions, so that two runs can be compared."""
    first, second = (list(islice(mix(DATA, Settings()), 50)) for _ in range(2))
    assert first == second


def test_shapes_and_campaigns_come_by_their_weights() -> None:
    """A quarter of the questions are about the last hour of one campaign, most often the largest."""
    asked = list(islice(mix(DATA, Settings()), 2_000))
    shapes = Counter(question.shape for question in asked)
    assert len(shapes) == 8
    assert 0.2 < shapes["hour"] / len(asked) < 0.3
    named = Counter(campaign for question in asked for campaign in question.query.campaigns)
    assert max(named, key=lambda campaign: named[campaign]) == "CAMP-0001"


def test_a_shape_of_the_mix_asks_what_the_shape_of_that_name_asks() -> None:
    """The mix draws campaigns and zones, benchmarks/adbench/workload/report_shapes.py fixes them; a name means one
    window and granularity.
    """
    fixed = {shape.name: shape for shape in (*TOTALS, *BREAKDOWNS)}
    drawn = {question.shape.replace("_", "-"): question.query for question in islice(mix(DATA, Settings()), 500)}
    both = fixed.keys() & drawn.keys()
    assert {"hour", "day", "month", "day-by-hour", "month-by-day"} <= both
    for name in both:
        window = drawn[name].span.window
        assert window.stop - window.start == fixed[name].length
        assert drawn[name].granularity == fixed[name].granularity
        assert drawn[name].group_by == fixed[name].group_by


def test_questions_are_about_the_data() -> None:
    """Windows end where it ends, and none begins before it does."""
    questions = list(islice(mix(DATA, Settings()), 200))
    assert len(questions) == 200
    for question in questions:
        window = question.query.span.window
        assert window.stop == DATA.end
        assert window.start >= DATA.start
