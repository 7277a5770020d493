"""A query string is read from pairs, and the first error names its parameter."""

import pytest

from adpulse.reports.query import QueryError
from tests.adpulse.reports.conftest import query


def test_reach_over_too_wide_a_window_says_the_bound() -> None:
    """Reach over too wide a window says the bound, also for the order; an hour of summer time does not count."""
    with pytest.raises(QueryError, match="for at most 35 days; take a shorter window or leave it out"):
        query("start=-36d&metrics=clicks,unique_users")
    assert query("start=-35d&metrics=unique_users").reach
    assert query("start=2024-10-01&end=2024-11-01&timezone=Europe/Berlin&metrics=unique_users").reach
