"""Rows sum to totals, in the order asked for, for any limit."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.reports import rows as tables
from adpulse.reports.metrics import DEFAULT_METRICS, METRICS, Sums
from adpulse.reports.query import QueryError
from adpulse.reports.rows import Cells, Rest
from tests.adpulse.reports.conftest import query

BUCKETS = query("start=2025-09-24T00:00:00Z&granularity=hour").span.buckets
counts = st.integers(0, 10**12)
cells = st.dictionaries(
    st.none() | st.sampled_from(["IN", "US", "", "(other)", "a,b"]) | st.text(max_size=3),
    st.dictionaries(st.sampled_from(BUCKETS), st.builds(Sums, counts, counts, counts, counts, counts), min_size=1),
    max_size=12,
)


@given(cells, cells, st.integers(1, 5), st.sampled_from([*DEFAULT_METRICS, "group", "group:desc", "cpc:asc"]))
def test_rows_sum_to_totals(now: Cells, before: Cells, limit: int, order: str) -> None:
    """Rows sum to totals for any groups, limit and order, on both sides of a comparison; no group appears twice."""
    asked = query(
        f"start=2025-09-24T00:00:00Z&granularity=hour&group_by=geo&limit={limit}&order_by={order}&compare=previous"
    )
    assert asked.before is not None
    hours = asked.span.window.stop - asked.span.window.start
    shifted: Cells = {
        group: {at - hours: sums for at, sums in row.items() if at is not None} for group, row in before.items()
    }
    groups = tables.rank(asked, [now, shifted])
    assert set(groups) == set(now) | set(before)
    kept = groups if len(groups) <= limit else [*groups[:limit], Rest.OTHER]
    rows = tables.rows(asked, [tables.fold(now, kept), tables.fold(shifted, kept)], kept, 10_000)
    assert len({(row.bucket, row.group) for row in rows}) == len(rows) == len(kept) * len(BUCKETS)
    assert tables.add(row.sums for row in rows) == tables.total(now)
    assert tables.add(row.before[1] for row in rows if row.before) == tables.total(shifted)


@pytest.mark.parametrize("name", [*DEFAULT_METRICS, "group"])
@pytest.mark.parametrize("direction", ["", ":asc", ":desc"])
def test_groups_come_in_the_order_asked_for(name: str, direction: str) -> None:
    """Greatest first unless asked otherwise, names from A to Z; what is undefined last either way."""
    draw = random.Random(name + direction)
    now: Cells = {
        f"g{n}": {None: Sums(*(draw.choice([0, 1, 2, 50]) for _ in range(5)))} for n in draw.sample(range(10, 40), 30)
    }
    groups = tables.rank(query(f"start=-1h&group_by=geo&order_by={name}{direction}"), [now])
    if name == "group":
        assert groups == sorted(now, key=str, reverse=direction == ":desc")
        return
    values = [METRICS[name].value(now[group][None]) for group in groups]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=direction != ":asc")
    assert values == known + [None] * (len(values) - len(known))


def test_the_rest_fits_beside_as_many_groups_as_there_may_be() -> None:
    """The most groups, and one more: a row for each of the most, and one for the rest."""
    asked = query("start=-1h&group_by=campaign_id", max_groups=1_000)
    now: Cells = {f"C{n}": {None: Sums(impressions=1)} for n in range(1_001)}
    kept = [*tables.rank(asked, [now])[: asked.limit], Rest.OTHER]
    rows = tables.rows(asked, [tables.fold(now, kept)], kept, 1_000)
    assert len(rows) == 1_001
    assert rows[-1].group is Rest.OTHER
    assert tables.add(row.sums for row in rows) == tables.total(now)
    with pytest.raises(QueryError, match="gives more than 999 rows; take a smaller limit"):
        tables.rows(asked, [tables.fold(now, kept)], kept, 999)


def test_events_without_the_key_come_after_every_name() -> None:
    """Their group is none of the names: also beside one that is called "None"; equal groups are in order of names."""
    cells: Cells = {group: {None: Sums(1)} for group in ("Zebra", None, "A", "None")}
    by_name = query("start=-1d&group_by=geo&order_by=group")
    assert tables.rank(by_name, [cells]) == ["A", "None", "Zebra", None]
    assert tables.rank(query("start=-1d&group_by=geo"), [cells]) == ["A", "None", "Zebra", None]
