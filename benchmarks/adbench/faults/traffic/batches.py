"""Seeded batches: their events, as the bytes of a request, and what the journal has to know of them."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from adbench.faults.traffic.journal import Batch, Kind

CAMPAIGNS = 40
LATE = 0.05  # share of events that are not of the last two hours
NUMBERS = 1_000_000  # a batch's number ÷ this is its cycle
LATE_DAYS = 3  # different ones in a cycle: each gets a partition of its own
OLDEST_DAYS = 400
# Sizes of batches and how often each comes.
SIZES = {1: 2, 20: 2, 200: 4, 1_000: 3, 4_000: 1}
KINDS = {Kind.PLAIN: 3, Kind.KEYED: 4, Kind.IDS: 3}
_TYPES = {"impression": 80, "click": 17, "conversion": 3}
_MICROS = [f"{n / 1e6:.6f}" for n in range(0, 20_000, 37)]


class Source:
    """Batches of one cycle. The same seed, number and moment give the same ones."""

    def __init__(self, seed: int, cycle: int, now: datetime) -> None:
        self._random = random.Random(f"batches {seed} {cycle}")
        self._first = cycle * NUMBERS
        self._count = 0
        self._run = seed & 0xFFFFFFFF
        chance = self._random
        # `now` is when the cycle began; an event may lie 24 hours ahead of the service's clock, which is later still.
        recent = [now - timedelta(seconds=chance.uniform(0, 7_200)) for _ in range(150)]
        days = [now - timedelta(days=chance.uniform(1, OLDEST_DAYS)) for _ in range(LATE_DAYS - 1)]
        days.append(now + timedelta(hours=chance.uniform(0.5, 24)))
        late = [min(day + timedelta(seconds=chance.uniform(-900, 900)), now + timedelta(hours=24)) for day in days * 15]
        self._times = [ts.astimezone(UTC).isoformat(timespec="microseconds").encode() for ts in recent + late]
        self._weights = [(1 - LATE) / len(recent)] * len(recent) + [LATE / len(late)] * len(late)

    def next(self, kind: Kind | None = None, size: int | None = None) -> tuple[Batch, list[bytes]]:
        """Return the next batch and its events as JSON."""
        chance = self._random
        kind = kind or chance.choices(list(KINDS), list(KINDS.values()))[0]
        size = size or chance.choices(list(SIZES), list(SIZES.values()))[0]
        number = self._first + self._count
        self._count += 1
        times = chance.choices(self._times, self._weights, k=size)
        types = chance.choices(list(_TYPES), list(_TYPES.values()), k=size)
        costs, revenues = (chance.choices(range(len(_MICROS)), k=size) for _ in range(2))
        campaigns = [int(CAMPAIGNS ** chance.random()) for _ in range(size)]
        events = [
            b'{"ts":"%s","campaign_id":"C%d","user_id":"%d-%d","event_type":"%s","cost":%s,"revenue":%s,'
            b'"metadata":{"geo":"G%d"}%s}'
            % (
                times[place],
                campaigns[place],
                number,
                place,
                types[place].encode(),
                _MICROS[costs[place]].encode(),
                _MICROS[revenues[place]].encode(),
                campaigns[place] % 5,
                b',"event_id":"%s"' % str(self._id(number, place)).encode() if kind is Kind.IDS else b"",
            )
            for place in range(size)
        ]
        impressions, clicks, conversions = (types.count(each) for each in _TYPES)
        sums = (impressions, clicks, conversions, 37 * sum(costs), 37 * sum(revenues))
        return Batch(number, kind, size, sums), events

    def _id(self, number: int, place: int) -> UUID:
        # Spread over the index like random ids: the low bits, which differ, come first.
        return UUID(int=((place * 0x9E3779B1 & 0xFFFFFFFF) << 96) | (self._run << 64) | (number << 20) | place)


def body(events: Sequence[bytes]) -> bytes:
    """Return the body of a request with these events."""
    return b'{"events":[' + b",".join(events) + b"]}"
