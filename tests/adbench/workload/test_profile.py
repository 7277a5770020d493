"""The tables of the data set's page say what its events say."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from adbench.workload import profile
from adbench.workload.campaigns import ZONES
from adbench.workload.dataset import BLOCK, EPOCH, Dataset
from adbench.workload.profile import Events

# Over the end of October, when clocks in Europe change.
DATA = Dataset(BLOCK + 5_000, datetime(2025, 11, 5, 9, 30, tzinfo=UTC), days=20, campaigns=20)


@pytest.fixture(scope="module")
def events() -> Events:
    return Events.of(DATA)


def test_the_events_are_those_of_the_blocks(events: Events) -> None:
    """All of them, in order, and repeated ones by their place in the whole."""
    blocks = list(DATA)
    assert len(events.all) == DATA.events
    assert (events.all.cost[BLOCK:] == blocks[1].cost).all()
    assert len(events.all.ids) == len(events.all.repeated)
    second = events.all.repeated[events.all.repeated >= BLOCK] - BLOCK
    assert (second == blocks[1].repeated).all()


def test_local_time_is_that_of_the_campaigns_zone(events: Events) -> None:
    """Local time is that of the campaign's zone, also when clocks change in between."""
    local = events.local()
    for at in range(0, DATA.events, DATA.events // 200):
        zone = ZoneInfo(list(ZONES)[DATA.home[events.all.campaign[at]]])
        arrived = EPOCH + timedelta(microseconds=int(events.all.arrival[at]))
        told = EPOCH + timedelta(microseconds=int(local[at]))
        assert told.replace(tzinfo=None) == arrived.astimezone(zone).replace(tzinfo=None)


def test_shares_are_counted(events: Events) -> None:
    """One of each kind, by hand."""
    rows = dict(profile.shares(events)[1])
    first = np.sort(np.bincount(events.all.campaign))[-1] / DATA.events
    assert rows["campaigns"].startswith(f"the first 1 {100 * first:.3g} %")
    assert f"conversions {100 * (events.all.kind == 2).mean():.3g} %" in rows["kinds"]
    assert sum(float(part.split()[1]) for part in rows["`device`"].split(" · ")) == pytest.approx(100, abs=0.2)
    late = (events.all.arrival > events.all.ts).mean()
    assert f"late {100 * late:.3g} %" in rows["arrival"]


def test_tables_are_whole(events: Events) -> None:
    """Tables have as many cells as columns, percentiles that grow, and a rhythm around 1."""
    for measure in (profile.shares, profile.spread, profile.rhythm, profile.week):
        head, rows = measure(events)
        assert rows
        assert {len(row) for row in rows} == {len(head)}
    for _, *cells in profile.spread(events)[1]:
        values = [float(cell.removesuffix(" %").replace(",", "")) for cell in cells]
        assert values == sorted(values)
    assert np.mean([float(cell) for cell in profile.week(events)[1][0]]) == pytest.approx(1, abs=0.01)
