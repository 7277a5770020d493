"""Plans of totals have the right shape on every version, so that none is fast by luck."""

from datetime import timedelta
from typing import Any

import pytest

from adpulse import calendar
from adpulse.reports.readers import open_readers
from adpulse.settings import Settings
from tests.sql.plans.explain import (
    LARGEST,
    ROLLUPS,
    START,
    STOP,
    Opened,
    blocks,
    database_url,
    explain,
    explained,
    planned_once,
    rows,
    scans,
)


async def test_thirty_days_of_the_largest_campaign_are_some_index_entries(opened: Opened) -> None:
    """Days inside, hours and minutes at the edges, from the index alone; no event, and no partition, is opened."""
    plan = await explain(opened, LARGEST, START, STOP, None, None, None, None)
    assert not scans(plan, "events")
    rolled = scans(plan, *ROLLUPS)
    assert {node["Relation Name"] for node in rolled} == set(ROLLUPS)
    assert {node["Node Type"] for node in rolled} == {"Index Only Scan"}
    assert sum(node["Heap Fetches"] for node in rolled) == 0
    assert 40 <= rows(rolled) <= 29 + 24 + 60
    assert plan[0]["Shared Hit Blocks"] + plan[0]["Shared Read Blocks"] < 100


@pytest.mark.parametrize("campaigns", [LARGEST, ["C1", "C2", "C9"], None], ids=["one", "three", "all"])
@pytest.mark.parametrize("length", [timedelta(hours=1), timedelta(days=30)], ids=["hour", "month"])
async def test_one_plan_of_totals_is_good_for_all(
    opened: Opened, campaigns: list[str] | None, length: timedelta
) -> None:
    """Made without knowing campaigns and window, and while there is no delta: nothing but the indexes, in order."""
    connection, variant = opened
    readers = await open_readers(await database_url(connection), 1, "test", Settings())
    async with readers.quick.acquire() as quick:
        plan = await explained(quick, planned_once(variant), (campaigns, STOP - length, STOP, None, "UTC"))
    await readers.close()
    found = scans(plan, *ROLLUPS)
    assert {node["Node Type"] for node in found} == {"Index Only Scan"}
    assert sum(node["Heap Fetches"] for node in found) == 0
    assert 10 <= rows(found) <= 1_000 * len(campaigns or [""])
    deltas = scans(plan, "rollup_delta")
    if campaigns is None:
        assert {delta["Index Name"] for delta in deltas} == {"rollup_delta_all_xid_idx"}
    else:
        assert {delta["Index Name"] for delta in deltas} == {"rollup_delta_xid_campaign_id_idx"}
    # Before PostgreSQL 17 an array in a later column of an index is a filter, where the order of the index counts.
    by_index = connection.get_server_version().major >= 17 and campaigns is not None
    assert {"campaign_id" in delta["Index Cond"] for delta in deltas} == {by_index}
    assert not scans(plan, "events")
    assert plan[0]["Shared Hit Blocks"] + plan[0]["Shared Read Blocks"] < 100 * len(campaigns or [""])


@pytest.mark.parametrize("campaigns", [LARGEST, ["C1", "C2", "C9"], None], ids=["one", "three", "all"])
@pytest.mark.parametrize(
    ("granularity", "length"),
    [
        ("minute", timedelta(hours=2)),
        ("hour", timedelta(days=1)),
        ("day", timedelta(days=30)),
        ("month", timedelta(days=30)),
    ],
)
async def test_one_plan_is_good_for_every_granularity(
    opened: Opened, campaigns: list[str] | None, granularity: str, length: timedelta
) -> None:
    """A plan made once reads as much as a plan with the values, apart from the height of the indexes."""
    connection, variant = opened
    zone = calendar.zone("Asia/Kolkata")
    begins = calendar.literal(granularity, calendar.buckets(STOP - length, STOP, granularity, zone))
    readers = await open_readers(await database_url(connection), 1, "test", Settings())
    async with readers.quick.acquire() as quick:
        once = await explained(quick, planned_once(variant), (campaigns, STOP - length, STOP, granularity, begins))
    await readers.close()
    known = await explain(opened, campaigns, STOP - length, STOP, granularity, begins, None, None)
    assert blocks(once) <= blocks(known) + 40
    assert rows(scans(once, *ROLLUPS)) <= rows(scans(known, *ROLLUPS))
    assert not scans(once, "events")


async def test_all_campaigns_cost_what_one_costs(opened: Opened) -> None:
    """The sum over all campaigns is kept as a row of its own."""
    plan = await explain(opened, None, START, STOP, None, None, None, None)
    assert not scans(plan, "events")
    rolled = scans(plan, *ROLLUPS)
    assert {node["Node Type"] for node in rolled} == {"Index Only Scan"}
    assert 40 <= rows(rolled) <= 29 + 24 + 60


@pytest.mark.parametrize("filled", ["rollup"], indirect=True)
async def test_a_week_by_campaign_reads_days(opened: Opened) -> None:
    """Hours of the two days that the window cuts, minutes of the two hours; of all other days, days."""
    plan = await explain(opened, None, STOP - timedelta(days=7), STOP, None, None, "campaign_id", None)
    assert not scans(plan, "events")
    campaigns = 41
    assert 5 * campaigns <= rows(scans(plan, "rollup_day")) <= 6 * campaigns
    assert rows(scans(plan, "rollup_hour")) <= 24 * campaigns
    assert rows(scans(plan, "rollup_minute")) <= 60 * campaigns


@pytest.mark.parametrize("filled", ["rollup"], indirect=True)
async def test_weeks_of_a_zone_are_read_by_days(opened: Opened) -> None:
    """Weeks of India begin at half past: their first UTC day is read by hours, all others by the day."""
    weeks = calendar.literal("week", calendar.buckets(START, STOP, "week", calendar.zone("Asia/Kolkata")))
    plan = await explain(opened, LARGEST, START, STOP, "week", weeks, None, None)
    assert 20 <= rows(scans(plan, "rollup_day")) <= 29
    assert rows(scans(plan, "rollup_hour")) <= 24 * 7
    assert rows(scans(plan, "rollup_minute")) <= 60 * 7


async def test_days_of_a_zone_that_cuts_hours(opened: Opened) -> None:
    """Days of India begin at half past: their edges come from minutes, 31 hours' worth and no more."""
    days = calendar.literal("day", calendar.buckets(START, STOP, "day", calendar.zone("Asia/Kolkata")))
    plan = await explain(opened, LARGEST, START, STOP, "day", days, None, None)
    assert not scans(plan, "events")
    assert rows(scans(plan, "rollup_minute")) <= 33 * 60
    assert 600 <= rows(scans(plan, "rollup_hour")) <= 720


@pytest.mark.parametrize("question", [(None, None, '{"slot": "3"}'), (None, "event_type", None), (None, "slot", None)])
async def test_raw_events_are_read_in_the_partitions_of_the_window_only(
    opened: Opened, question: tuple[Any, ...]
) -> None:
    """A question that roll-ups cannot answer reads the days asked for, and not the history."""
    if opened[1].name == "rollup_dims":
        pytest.skip("its raw report is a function, whose plan EXPLAIN does not show")
    stop = START + timedelta(hours=30)
    plan = await explain(opened, LARGEST, START, stop, question[0], None, *question[1:])
    assert 2 <= len(scans(plan, "events_p")) <= 3
    assert not scans(plan, "events_default")
    assert not scans(plan, "rollup_hour", "rollup_minute")
