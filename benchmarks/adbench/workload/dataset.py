"""Seeded ad events: skewed, rhythmic, late and repeated, as docs/reference/dataset.md describes them.

A data set is a sequence of blocks. Block k depends on the seed, on k and on the data set's parameters, and on
nothing else: so any part can be drawn without the rest, memory stays bounded for every size, and the same
parameters give the same bytes, on every machine: weights and money are integers, and floating point does only
what IEEE 754 fixes to the last bit (numpy's sums and exponentials differ between processors).
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from adbench.records.model import Data
from adbench.workload.campaigns import (
    BASKET,
    KINDS,
    LAG_US,
    MIXES,
    QUANTILES,
    RESERVE_MICROS,
    RIVALS,
    SLOT_US,
    Campaigns,
    Ints,
    generator,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BLOCK = 65_536  # events; part of the definition: another size would be another data set
LATE = 0.02  # share of events that arrive a minute to a day after they happened
REPEATED = 0.005  # share of events that a client delivers twice; each carries an event_id


@dataclass(frozen=True)
class Block:
    """Events in order of arrival; every array has one entry an event, unless stated."""

    ts: Ints  # microseconds since 1970-01-01 UTC: when it happened
    arrival: Ints  # the same unit: time of arrival; equal to ts unless late
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
        rng = generator(self.seed, 1, number)
        drawn = self._drawn

        place = (number * BLOCK + np.sort(rng.random(n)) * n) / self.events * drawn.edges[-1]
        slot = np.minimum(np.searchsorted(drawn.edges, place, side="right"), len(drawn.edges) - 1) - 1
        within = (place - drawn.edges[slot]) / (drawn.edges[slot + 1] - drawn.edges[slot])
        age = slot * SLOT_US + np.minimum((within * SLOT_US).astype(np.int64), SLOT_US - 1)
        zone = drawn.zone.draw(slot, rng.random(n))
        campaign = drawn.campaign.draw(zone, rng.random(n))
        kind = drawn.kind.draw(campaign, rng.random(n))
        mix = drawn.mix.draw(zone, rng.random(n))

        # A square concentrates: one user in a hundred causes a tenth of a campaign's events.
        pull = rng.random(n)
        user = (drawn.audience[campaign] + (pull * pull * self.users).astype(np.int64)) % self.users

        # A campaign wins the auctions in which its rivals bid less than it does, and pays their best bid.
        rivals = (rng.random(n) * drawn.reach[campaign]).astype(np.int64)
        price = np.maximum(drawn.price[campaign] * RIVALS[rivals] >> 16, RESERVE_MICROS)
        cost = np.where(kind == drawn.paid[campaign], price, 0)
        basket = BASKET[(rng.random(n) * QUANTILES).astype(np.int64)]
        revenue = np.where(kind == 2, (drawn.basket[campaign] * basket >> 16) // 10_000 * 10_000, 0)

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
        return self._drawn.home

    @cached_property
    def _drawn(self) -> Campaigns:
        return Campaigns.draw(self.seed, self.campaigns, self.users, self.start, self.days)

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


def _uuids(rng: np.random.Generator, count: int) -> NDArray[np.uint8]:
    """Return (count, 16): random UUIDs, version 4."""
    raw = rng.integers(0, 256, (count, 16), dtype=np.uint8)
    raw[:, 6] = raw[:, 6] & 0x0F | 0x40
    raw[:, 8] = raw[:, 8] & 0x3F | 0x80
    return raw
