"""Seeded ad events: skewed, rhythmic, late and repeated, as docs/reference/dataset.md describes them.

A data set is a sequence of blocks. Block k depends on the seed, on k and on the data set's parameters, and on
nothing else: so any part can be drawn without the rest, memory stays bounded for every size, and the same
parameters give the same bytes, on every machine: weights and money are integers, and floating point does only
what IEEE 754 fixes to the last bit (numpy's sums and exponentials differ between processors).
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cached_property
from statistics import NormalDist
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from adbench.records.model import Data

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

BLOCK = 65_536  # events; part of the definition: another size would be another data set
KINDS = ("impression", "click", "conversion")
LATE = 0.02  # share of events that arrive a minute to a day after they happened
REPEATED = 0.005  # share of events that a client delivers twice; each carries an event_id
MODEL_CPC = 0.4  # share of campaigns that pay per click; the others pay per impression
ZIPF = 1.1  # the k-th largest campaign weighs k ** -ZIPF
RESERVE_MICROS = 400  # the least that an event that is paid for costs: 0.40 per thousand
SLOT_US = 900_000_000  # the rhythm's step: a quarter of an hour, so that half-hour zones fit
QUANTILES = 4_096

# Relative traffic by local hour, and by weekday from Monday.
HOURS = (
    0.55, 0.38, 0.28, 0.23, 0.22, 0.27, 0.42, 0.62, 0.80, 0.92, 1.00, 1.05,
    1.10, 1.10, 1.08, 1.08, 1.12, 1.18, 1.26, 1.36, 1.45, 1.42, 1.20, 0.85,
)  # fmt: skip
WEEKDAYS = (1.03, 1.05, 1.05, 1.04, 1.00, 0.88, 0.95)

# Zone -> (share of campaigns, home countries). A campaign runs in one zone; four fifths of its traffic is from home.
ZONES = {
    "America/New_York": (0.20, ("US", "CA")),
    "America/Los_Angeles": (0.12, ("US", "MX")),
    "America/Sao_Paulo": (0.10, ("BR",)),
    "Europe/London": (0.12, ("GB",)),
    "Europe/Berlin": (0.14, ("DE", "FR")),
    "Asia/Kolkata": (0.18, ("IN",)),
    "Asia/Tokyo": (0.08, ("JP",)),
    "Australia/Sydney": (0.06, ("AU",)),
}
COUNTRIES = ("US", "IN", "BR", "DE", "GB", "FR", "JP", "CA", "MX", "AU", "ID", "NG")
HOME = 0.8
MOBILE_FIRST = {"IN", "BR", "MX", "ID", "NG"}
DEVICES = {"mobile": (0.56, 0.86), "desktop": (0.32, 0.10), "tablet": (0.05, 0.02), "tv": (0.07, 0.02)}
PLACEMENTS = {
    "mobile": {"feed": 0.45, "story": 0.25, "banner": 0.15, "video": 0.15},
    "desktop": {"feed": 0.25, "banner": 0.45, "search": 0.20, "video": 0.10},
    "tablet": {"feed": 0.40, "banner": 0.35, "video": 0.25},
    "tv": {"video": 1.0},
}


@dataclass(frozen=True)
class Block:
    """Events in order of arrival; every array has one entry an event, unless stated."""

    ts: Ints  # microseconds since 1970-01-01 UTC: when it happened
    arrival: Ints  # the same unit: when it arrives; equal to ts unless late
    campaign: Ints  # 0 is the largest
    user: Ints
    kind: Ints  # index into KINDS
    mix: Ints  # index into MIXES
    cost: Ints  # micros
    revenue: Ints  # micros
    repeated: Ints  # positions of the events that are delivered twice, ascending
    ids: NDArray[np.uint8]  # (len(repeated), 16): their event_id

    def __len__(self) -> int:
        return len(self.ts)

    def part(self, first: int, stop: int) -> "Block":
        """Return the events from position `first` up to `stop`."""
        repeated = (self.repeated >= first) & (self.repeated < stop)
        arrays = {each.name: getattr(self, each.name)[first:stop] for each in fields(self)}
        return Block(**arrays | {"repeated": self.repeated[repeated] - first, "ids": self.ids[repeated]})


@dataclass(frozen=True)
class Dataset:
    """`events` events of `campaigns` campaigns in the `days` days before `end`."""

    events: int
    end: datetime
    days: int = 30
    campaigns: int = 1_000
    seed: int = 7

    def __post_init__(self) -> None:
        if min(self.events, self.days, self.campaigns) < 1 or self.seed < 0:
            raise ValueError("events, days and campaigns must be at least 1, and the seed at least 0")
        if self.end.tzinfo is None:
            raise ValueError("end needs a time zone")

    @property
    def described(self) -> Data:
        """Return what a result records of the data set: enough to draw the same events again."""
        return Data(events=self.events, days=self.days, campaigns=self.campaigns, seed=self.seed, end=self.end)

    @property
    def start(self) -> datetime:
        return self.end - timedelta(days=self.days)

    @property
    def users(self) -> int:
        """Return the number of users: each causes eight events on average."""
        return min(max(self.events // 8, 1_000), 99_999_999)

    @property
    def blocks(self) -> int:
        """Return the number of blocks; all but the last hold BLOCK events."""
        return -(-self.events // BLOCK)

    def __iter__(self) -> Iterator[Block]:
        return (self.block(number) for number in range(self.blocks))

    def campaign_id(self, campaign: int) -> str:
        """Return the id of a campaign: CAMP-0001 is the largest, CAMP-0002 the next."""
        return f"CAMP-{campaign + 1:0{self.id_digits}d}"

    @property
    def id_digits(self) -> int:
        """Return the number of digits in a campaign's id, with leading zeros."""
        return max(4, len(str(self.campaigns)))

    def block(self, number: int) -> Block:
        """Return the events from number * BLOCK on."""
        n = min(BLOCK, self.events - number * BLOCK)
        if not 0 <= number < self.blocks:
            raise IndexError(f"block {number} of {self.blocks}")
        rng = _rng(self.seed, 1, number)
        world = self._world

        place = (number * BLOCK + np.sort(rng.random(n)) * n) / self.events * world.edges[-1]
        slot = np.minimum(np.searchsorted(world.edges, place, side="right"), len(world.edges) - 1) - 1
        within = (place - world.edges[slot]) / (world.edges[slot + 1] - world.edges[slot])
        age = slot * SLOT_US + np.minimum((within * SLOT_US).astype(np.int64), SLOT_US - 1)
        zone = world.zone.draw(slot, rng.random(n))
        campaign = world.campaign.draw(zone, rng.random(n))
        kind = world.kind.draw(campaign, rng.random(n))
        mix = world.mix.draw(zone, rng.random(n))

        # A square concentrates: one user in a hundred causes a tenth of a campaign's events.
        pull = rng.random(n)
        user = (world.audience[campaign] + (pull * pull * self.users).astype(np.int64)) % self.users

        # A campaign wins the auctions in which its rivals bid less than it does, and pays their best bid.
        rivals = (rng.random(n) * world.reach[campaign]).astype(np.int64)
        price = np.maximum(world.price[campaign] * RIVALS[rivals] >> 16, RESERVE_MICROS)
        cost = np.where(kind == world.paid[campaign], price, 0)
        basket = BASKET[(rng.random(n) * QUANTILES).astype(np.int64)]
        revenue = np.where(kind == 2, (world.basket[campaign] * basket >> 16) // 10_000 * 10_000, 0)

        # The remainder keeps an early event's lag inside the window.
        lag = LAG_US[(rng.random(n) * QUANTILES).astype(np.int64)] % (age + 1)
        late = rng.random(n) < LATE
        start = (self.start - EPOCH) // timedelta(microseconds=1)
        repeated = np.flatnonzero(rng.random(n) < REPEATED)
        return Block(
            ts=start + age - np.where(late, lag, 0),
            arrival=start + age,
            campaign=campaign,
            user=user,
            kind=kind,
            mix=mix,
            cost=cost,
            revenue=revenue,
            repeated=repeated,
            ids=_uuids(rng, len(repeated)),
        )

    @property
    def home(self) -> Ints:
        """Return the zone in which each campaign runs, as an index into ZONES; shape (campaigns,)."""
        return self._world.home

    @cached_property
    def _world(self) -> "_World":
        return _World.draw(self)

    def deliveries(self, block: Block) -> Iterator[dict[str, Any]]:
        """Return the block's events as JSON objects, in order of delivery: some come again within the next thousand."""
        again = block.repeated + 1 + block.user[block.repeated] % 1_000
        when = np.append(np.arange(len(block)), again)
        which = np.append(np.arange(len(block)), block.repeated)[np.argsort(when, kind="stable")]
        ids = {int(at): str(UUID(bytes=raw.tobytes())) for at, raw in zip(block.repeated, block.ids, strict=True)}
        for i in which.tolist():
            event = {
                "ts": (EPOCH + timedelta(microseconds=int(block.ts[i]))).isoformat().replace("+00:00", "Z"),
                "campaign_id": self.campaign_id(int(block.campaign[i])),
                "user_id": f"U{block.user[i]:08d}",
                "event_type": KINDS[block.kind[i]],
                "cost": int(block.cost[i]) / 1e6,
                "revenue": int(block.revenue[i]) / 1e6,
                "metadata": MIXES[block.mix[i]],
            }
            yield event | ({"event_id": ids[i]} if i in ids else {})


class _Choice:
    """A row of weights for each situation, from which to draw columns: `weights` is (situations, columns)."""

    def __init__(self, weights: Ints) -> None:
        rows, self.columns = weights.shape
        total = np.cumsum(weights, axis=1).astype(np.float64)
        # A situation that never comes (a zone without campaigns) has no weights; any share will do.
        share = np.divide(total, total[:, -1:], out=np.ones_like(total), where=total[:, -1:] > 0)
        # Row r lies between r and r + 1, so that one binary search serves all rows.
        self.flat: Floats = (share + np.arange(rows, dtype=np.float64)[:, None]).ravel()

    def draw(self, row: Ints, uniform: Floats) -> Ints:
        """Return a column for each entry of `row`, by uniform numbers in [0, 1)."""
        at: Ints = np.searchsorted(self.flat, row + uniform, side="right") - row * self.columns
        # Rounding in row + uniform may reach the next row.
        chosen: Ints = np.minimum(at, self.columns - 1)
        return chosen


@dataclass(frozen=True)
class _World:
    """Constants of all blocks; arrays have an entry a campaign, unless stated."""

    edges: Ints  # (slots + 1,): how much traffic there is before each slot; the last: in all
    zone: _Choice  # by slot
    campaign: _Choice  # by zone
    mix: _Choice  # by zone
    kind: _Choice  # by campaign
    home: Ints  # the zone that it runs in
    paid: Ints  # the kind of event that costs money
    price: Ints  # micros: the median bid of a rival
    reach: Ints  # how far up the rivals' quantiles the campaign's own bid goes
    basket: Ints  # micros: the median revenue of a conversion
    audience: Ints  # the first of its users

    @classmethod
    def draw(cls, data: Dataset) -> "_World":
        rng, count = _rng(data.seed, 0), data.campaigns
        size = np.array([round(1e9 * rank**-ZIPF) for rank in range(1, count + 1)])
        shares = np.array([share for share, _ in ZONES.values()])
        zone = np.searchsorted(np.cumsum(shares), rng.random(count) * shares.sum(), side="right")
        by_zone = np.where(zone == np.arange(len(ZONES))[:, None], size, 0)
        busy = by_zone.sum(axis=1) * _rhythm(data)

        # Rounded, so that the last bit of a machine's logarithm cannot change an event; so is every price below.
        ctr, cvr = (np.round(1e6 * rng.beta(2, b, count)).astype(np.int64) for b in (150, 48))
        clicks = rng.random(count) < MODEL_CPC
        impression = np.round(1_500 * np.exp(0.6 * rng.standard_normal(count)))
        click = np.round(400_000 * np.exp(0.7 * rng.standard_normal(count)))
        return cls(
            edges=np.append(0, np.cumsum(busy.sum(axis=1))),
            zone=_Choice(busy),
            campaign=_Choice(by_zone),
            mix=_Choice(_mix_weights()),
            kind=_Choice(np.stack([np.full(count, 10**12), 10**6 * ctr, ctr * cvr], axis=1)),
            home=zone,
            paid=clicks.astype(np.int64),
            price=np.where(clicks, click, impression).astype(np.int64),
            reach=(QUANTILES * (0.2 + 0.7 * rng.random(count))).astype(np.int64),
            basket=np.round(30_000_000 * np.exp(0.8 * rng.standard_normal(count))).astype(np.int64),
            audience=rng.integers(0, data.users, count),
        )


def _rng(*key: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))


def _rhythm(data: Dataset) -> Ints:
    """Return (slots, zones): how busy each zone is at the middle of each slot, by its own clock, in thousandths."""
    slots = data.days * 86_400_000_000 // SLOT_US
    middles = [data.start + timedelta(microseconds=(slot + 0.5) * SLOT_US) for slot in range(slots)]

    def busy(at: datetime) -> int:
        this, following = HOURS[at.hour], HOURS[(at.hour + 1) % 24]
        return round(1_000 * WEEKDAYS[at.weekday()] * (this + (following - this) * at.minute / 60))

    return np.array([[busy(at.astimezone(ZoneInfo(zone))) for zone in ZONES] for at in middles])


def _quantiles(sigma: float, best_of: int = 1) -> Ints:
    """Return (QUANTILES,) of the largest of `best_of` log-normal draws with median 1, in 1/65536."""
    normal = NormalDist()
    middles = [((j + 0.5) / QUANTILES) ** (1 / best_of) for j in range(QUANTILES)]
    return np.array([round(65_536 * math.exp(sigma * normal.inv_cdf(q))) for q in middles])


def _mixes() -> list[tuple[dict[str, str], float]]:
    """Return every mix of metadata, and its share within its country."""
    return [
        ({"geo": geo, "device": device, "placement": placement}, shares[geo in MOBILE_FIRST] * share)
        for geo in COUNTRIES
        for device, shares in DEVICES.items()
        for placement, share in PLACEMENTS[device].items()
    ]


def _mix_weights() -> Ints:
    """Return (zones, mixes): a mix's share of a zone's traffic, in millionths of millionths."""

    def country(geo: str, home: tuple[str, ...]) -> float:
        return HOME / len(home) if geo in home else (1 - HOME) / (len(COUNTRIES) - len(home))

    return np.array(
        [[round(1e12 * country(mix["geo"], home) * w) for mix, w in _mixes()] for _, home in ZONES.values()]
    )


def _uuids(rng: np.random.Generator, count: int) -> NDArray[np.uint8]:
    """Return (count, 16): random UUIDs, version 4."""
    raw = rng.integers(0, 256, (count, 16), dtype=np.uint8)
    raw[:, 6] = raw[:, 6] & 0x0F | 0x40
    raw[:, 8] = raw[:, 8] & 0x3F | 0x80
    return raw


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MIXES = [mix for mix, _ in _mixes()]
MIX_JSON = [json.dumps(mix, separators=(",", ":")).encode() for mix in MIXES]
RIVALS = _quantiles(0.5, best_of=3)
BASKET = _quantiles(0.6)
# Evenly spread over the logarithm: as many events are late by minutes as by hours.
LAG_US = np.array([round(60e6 * 1_440 ** ((j + 0.5) / QUANTILES)) for j in range(QUANTILES)])
