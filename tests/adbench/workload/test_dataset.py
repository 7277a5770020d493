"""The data set is the same for the same seed, and looks as docs/reference/dataset.md says."""

import hashlib
import tracemalloc
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from adbench.workload.campaigns import HOURS, KINDS, MIX_JSON, MIXES, ZIPF, ZONES
from adbench.workload.copy_loader import Encoder, encode_ids
from adbench.workload.dataset import BLOCK, LATE, REPEATED, Block, Dataset
from adpulse.ingest.decoder import Decoder
from adpulse.settings import Settings

END = datetime(2025, 9, 24, tzinfo=UTC)
MANY = Dataset(4 * BLOCK, END)


def digest(data: Dataset, order: list[int]) -> str:
    encoder, parts = Encoder(data), {}
    for number in order:
        block = data.block(number)
        parts[number] = encoder.encode(block) + encode_ids(block)
    return hashlib.sha256(b"".join(parts[number] for number in sorted(parts))).hexdigest()


def column(name: str) -> np.ndarray:
    return np.concatenate([getattr(block, name) for block in MANY])


def test_the_same_seed_gives_the_same_bytes_everywhere() -> None:
    """A published result names a seed; this digest must hold on every machine. Another one is another data set."""
    data = Dataset(BLOCK + 1_000, END, seed=7)
    assert digest(data, [0, 1]) == "e609d9adec13a8fa319035469125720931a4732c5e267fbb8c294344d63184f5"


def test_blocks_do_not_depend_on_the_order_in_which_they_are_drawn() -> None:
    """Several connections may load, each taking the next block."""
    assert digest(Dataset(3 * BLOCK, END), [0, 1, 2]) == digest(Dataset(3 * BLOCK, END), [2, 0, 1])


@pytest.mark.parametrize("other", [{"seed": 8}, {"campaigns": 999}, {"end": END + timedelta(hours=1)}])
def test_other_parameters_give_other_events(other: dict[str, object]) -> None:
    """No parameter is without effect."""
    plain = {"events": 1_000, "end": END, "seed": 7}
    assert digest(Dataset(**plain), [0]) != digest(Dataset(**plain | other), [0])


@pytest.mark.parametrize("events", [1, 999, BLOCK, BLOCK + 1])
def test_there_are_as_many_events_as_asked_for(events: int) -> None:
    """There are as many events as asked for, to the event: the demo's audit counts on it."""
    data = Dataset(events, END, days=1, campaigns=3)
    assert sum(map(len, data)) == events


def test_a_block_takes_as_much_memory_of_a_large_data_set_as_of_a_small_one() -> None:
    """100 million events can be drawn on a small machine: a block is a block, and nothing is kept from one to the
    next. The largest data set here would take 8 GB as arrays.
    """
    small, large = Dataset(2 * BLOCK, END), Dataset(100_000_000, END)
    assert len(large.block(large.blocks // 2)) == BLOCK
    peaks = [_peak(small, [0, 1]), _peak(large, [0, 1]), _peak(large, [700, 20, 1_525, 3])]
    assert max(peaks) < 1.1 * min(peaks)
    assert max(peaks) < 64_000_000


def _peak(data: Dataset, numbers: list[int]) -> int:
    """Return the most bytes that drawing and encoding these blocks takes; numpy tells tracemalloc of its arrays."""
    encoder = Encoder(data)
    data.block(0)  # what all blocks share is there
    tracemalloc.start()
    for number in numbers:
        encoder.encode(data.block(number))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_wrong_parameters_are_refused() -> None:
    """Wrong parameters are refused, instead of giving an empty or shifted data set."""
    for wrong in ({"events": 0}, {"days": 0}, {"campaigns": 0}, {"seed": -1}, {"end": END.replace(tzinfo=None)}):
        with pytest.raises(ValueError, match=r"at least|time zone"):
            Dataset(**{"events": 1, "end": END} | wrong)
    with pytest.raises(IndexError):
        Dataset(10, END).block(1)


def test_events_arrive_in_order_and_lie_in_the_window() -> None:
    """Arrival is what a bulk load sees; a window is what reports ask for."""
    arrival, ts = column("arrival"), column("ts")
    start, end = (int(at.timestamp() * 1e6) for at in (MANY.start, MANY.end))
    assert (np.diff(arrival) >= 0).all()
    assert ts.min() >= start
    assert arrival.max() < end
    assert (ts <= arrival).all()


def test_late_and_repeated_events_are_as_rare_as_said() -> None:
    """2 % arrive at most a day late, 0.5 % are delivered twice."""
    lag = column("arrival") - column("ts")
    assert (lag > 0).mean() == pytest.approx(LATE, rel=0.05)
    assert lag.max() <= 86_400_000_000
    late = lag[lag > 0] / 60e6
    assert 30 < np.median(late) < 45, "minutes; as many events are late by minutes as by hours"
    assert sum(len(block.repeated) for block in MANY) / MANY.events == pytest.approx(REPEATED, rel=0.1)


def test_campaigns_are_skewed() -> None:
    """The k-th weighs k ** -ZIPF."""
    weights = np.arange(1, MANY.campaigns + 1) ** -ZIPF
    counts = np.bincount(column("campaign"), minlength=MANY.campaigns)
    assert counts[:10] / MANY.events == pytest.approx(weights[:10] / weights.sum(), rel=0.05)
    assert (counts > 0).mean() > 0.95, "small campaigns are there too"


def test_traffic_follows_the_clock_of_the_campaign() -> None:
    """Evenings are busy and nights quiet where the campaign runs, not in UTC."""
    campaign, arrival = column("campaign"), column("arrival")
    found = {}
    for zone, name in enumerate(ZONES):
        members = np.flatnonzero(MANY.home == zone)
        offset = int(datetime(2025, 9, 10, tzinfo=ZoneInfo(name)).utcoffset().total_seconds())
        hours = (arrival[np.isin(campaign, members)] // 1_000_000 + offset) // 3600 % 24
        found[name] = np.bincount(hours, minlength=24) / len(hours)
    wanted = np.array(HOURS) / sum(HOURS)
    assert found.keys() == set(ZONES)
    for name, shares in found.items():
        assert np.abs(shares - wanted).sum() < 0.12, name


def test_weekends_are_quieter() -> None:
    """Saturday has less traffic than Tuesday."""
    days = (column("arrival") // 86_400_000_000 + 3) % 7  # 1970-01-01 was a Thursday
    counts = np.bincount(days, minlength=7)
    whole = Counter((MANY.start + timedelta(days=n)).weekday() for n in range(30))
    assert counts[5] / whole[5] < 0.9 * counts[1] / whole[1]


def test_rates_differ_between_campaigns() -> None:
    """About one impression in a hundred is clicked, and campaigns are not alike."""
    kind, campaign = column("kind"), column("campaign")
    shares = np.bincount(kind, minlength=3) / len(kind)
    assert 0.004 < shares[1] < 0.03
    assert 0 < shares[2] < 0.1 * shares[1]
    clicks = [np.mean(kind[campaign == rank] == 1) for rank in range(20)]
    assert max(clicks) > 2 * min(clicks)


def test_money_is_whole_micros_where_money_flows() -> None:
    """A campaign pays per impression or per click, never for both; only conversions earn."""
    kind, cost, revenue, campaign = column("kind"), column("cost"), column("revenue"), column("campaign")
    assert cost.dtype == revenue.dtype == np.int64
    assert cost.min() >= 0
    assert (cost[kind == 2] == 0).all()
    assert (revenue[kind != 2] == 0).all()
    assert (revenue[kind == 2] > 0).all()
    for rank in range(20):
        paid = {KINDS[k] for k in (0, 1) if cost[(campaign == rank) & (kind == k)].sum() > 0}
        assert len(paid) == 1
    impressions = cost[(kind == 0) & (cost > 0)]
    assert 500 < np.median(impressions) < 5_000, "0.50 to 5.00 per thousand"
    assert np.mean(impressions) > np.median(impressions), "a long tail upwards"


def test_users_come_back() -> None:
    """Eight events a user on average, and far more for some."""
    seen = np.bincount(column("user"))
    seen = seen[seen > 0]
    assert 6 < seen.mean() < 12
    assert seen.max() > 50


def test_metadata_is_a_mix_that_belongs_together() -> None:
    """Four fifths of a campaign's traffic come from home; a television shows videos."""
    assert all(mix["placement"] == "video" for mix in MIXES if mix["device"] == "tv")
    counts = Counter(MIXES[mix]["geo"] for mix in column("mix").tolist())
    assert counts["US"] > counts["NG"]
    assert len({bytes(text) for text in MIX_JSON}) == len(MIXES)


def test_deliveries_are_what_the_service_takes() -> None:
    """Every event once and every repeated one twice, with the same id, as valid bodies."""
    data = Dataset(5_000, END)
    block: Block = data.block(0)
    sent = list(data.deliveries(block))
    assert len(sent) == len(block) + len(block.repeated)
    ids = Counter(event["event_id"] for event in sent if "event_id" in event)
    assert set(ids.values()) == {2}
    assert len(ids) == len(block.repeated)
    cost = sum(round(event["cost"] * 1e6) for event in sent if "event_id" not in event)
    assert cost == block.cost.sum() - block.cost[block.repeated].sum()

    import orjson

    batch = Decoder(Settings()).decode(orjson.dumps({"events": sent}), ndjson=False)
    assert len(batch.rows) == len(sent)
    assert not batch.rejected
