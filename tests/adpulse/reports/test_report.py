"""The answers of the database become one report: totals of everything, rows of what is kept."""

from datetime import UTC, datetime

import pytest

from adpulse.reports.fetch import Fetched, Reach
from adpulse.reports.metrics import Sums
from adpulse.reports.query import QueryError
from adpulse.reports.report import assemble
from adpulse.reports.rows import Cells, Rest
from tests.adpulse.reports.conftest import DAY, query

CELLS: Cells = {name: {None: Sums(10 - place, 1, 0, 5, 7)} for place, name in enumerate("ABCD")}


def fetched(cells: list[Cells], kept: int, reach: list[Reach] | None = None) -> Fetched:
    groups = list(cells[0])
    return Fetched(cells, reach or [], groups, [*groups[:kept], Rest.OTHER], ("a hint",), raw=True)


def test_totals_count_what_has_no_row() -> None:
    """Groups past the limit are in the totals and in one row; rows sum to the totals."""
    report = assemble(query(f"{DAY}&group_by=campaign_id&limit=2"), "rollup", fetched([CELLS], 2), 100)
    assert report.rows is not None
    assert [row.group for row in report.rows] == ["A", "B", Rest.OTHER]
    assert report.totals == Sums(34, 4, 0, 20, 28)
    assert tuple(map(sum, zip(*(row.sums[:5] for row in report.rows), strict=True))) == report.totals[:5]
    assert (report.groups, report.variant, report.hints, report.raw) == (4, "rollup", ("a hint",), True)


def test_users_are_not_added_up() -> None:
    """A user who saw two campaigns counts once in the totals, and twice in the rows."""
    reach = Reach({("A", None): 2, ("B", None): 2, (Rest.OTHER, None): 1}, 3)
    asked = query(f"{DAY}&group_by=campaign_id&limit=2&metrics=impressions,unique_users")
    report = assemble(asked, "rollup", fetched([CELLS], 2, [reach]), 100)
    assert report.rows is not None
    assert report.totals.unique_users == 3
    assert [row.sums.unique_users for row in report.rows] == [2, 2, 1]


def test_each_window_has_its_own_totals() -> None:
    """The window compared with is the second table; without one there is nothing to compare with."""
    asked = query(f"{DAY}&compare=previous")
    one: list[Cells] = [{None: {None: Sums(5)}}, {None: {None: Sums(3)}}]
    report = assemble(asked, "rollup", Fetched(one, [], [None], [None], (), raw=False), 100)
    assert (report.totals, report.before, report.rows) == (Sums(5), Sums(3), None)
    report = assemble(query(DAY), "rollup", Fetched(one[:1], [], [None], [None], (), raw=False), 100)
    assert report.before is None


def test_a_report_with_too_many_rows_is_refused() -> None:
    """The row of the rest is not counted against the limit."""
    asked = query(f"{DAY}&group_by=campaign_id&granularity=hour&limit=2")
    hours: Cells = {name: {datetime(2025, 9, 24, 5, tzinfo=UTC): Sums(1)} for name in "ABC"}
    assert len(assemble(asked, "rollup", fetched([hours], 2), 48).rows or []) == 72
    with pytest.raises(QueryError, match="gives more than 47 rows"):
        assemble(asked, "rollup", fetched([hours], 2), 47)
