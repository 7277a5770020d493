"""A validated query: the campaigns of a key, the kind of the report, the parameters of report.sql."""

import json

import pytest

from adpulse.reports.query import OutsideError
from tests.adpulse.reports.conftest import DAY, query


def test_a_key_limits_the_campaigns() -> None:
    """A query without campaigns gets those of the key; one that names another campaign is refused."""
    assert query(DAY).within(("A", "B")).campaigns == ("A", "B")
    assert query(f"{DAY}&campaign_id=B").within(("A", "B")).campaigns == ("B",)
    with pytest.raises(OutsideError):
        query(f"{DAY}&campaign_id=B&campaign_id=C").within(("A", "B"))


@pytest.mark.parametrize(
    ("more", "rows", "breakdown", "by_metadata"),
    [
        ("", False, False, False),
        ("&granularity=hour", True, False, False),
        ("&group_by=campaign_id", True, True, False),
        ("&group_by=geo", True, True, True),
        ("&group_by=event_type", True, True, True),
        ("&group_by=campaign_id&filter=geo:IN", True, True, True),
        ("&filter=geo:IN", False, True, True),
        ("&metrics=unique_users", False, True, False),
    ],
)
def test_totals_are_told_from_breakdowns(more: str, rows: bool, breakdown: bool, by_metadata: bool) -> None:
    """Totals, also by time, are planned once a connection; all other reports are breakdowns, some by metadata."""
    asked = query(DAY + more)
    assert (asked.has_rows, asked.breakdown, asked.by_metadata) == (rows, breakdown, by_metadata)


def test_the_arguments_are_those_of_the_contract() -> None:
    """Campaigns, window, granularity, buckets, dimension, filters; null where nothing was asked for."""
    plain = query(DAY)
    window = plain.span.window
    assert plain.arguments(window) == (None, window.start, window.stop, None, "UTC", None, None)
    asked = query(f"{DAY}&campaign_id=C&granularity=day&group_by=geo&filter=device:tv&compare=previous")
    assert asked.before is not None
    for span in asked.spans:
        campaigns, start, stop, granularity, buckets, dimension, filters = asked.arguments(span.window)
        assert (campaigns, granularity, dimension) == (["C"], "day", "geo")
        assert (start, stop) == (span.window.start, span.window.stop)
        assert buckets == "{" + start.isoformat(timespec="minutes") + "}"
        assert json.loads(filters) == {"device": "tv"}
