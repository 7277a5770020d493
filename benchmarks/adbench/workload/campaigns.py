"""The campaigns of a data set: their sizes and zones, the rhythm of their traffic, their prices, and their metadata.

Weights and money are integers, as dataset.py says.
"""

import json
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import NormalDist
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

KINDS = ("impression", "click", "conversion")
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


class Choice:
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
class Campaigns:
    """Constants of all blocks; arrays have an entry a campaign, unless stated."""

    edges: Ints  # (slots + 1,): how much traffic there is before each slot; the last: in all
    zone: Choice  # by slot
    campaign: Choice  # by zone
    mix: Choice  # by zone
    kind: Choice  # by campaign
    home: Ints  # the zone that it runs in
    paid: Ints  # the kind of event that costs money
    price: Ints  # micros: the median bid of a rival
    reach: Ints  # quantile of the rivals' bids that the campaign's own bid reaches
    basket: Ints  # micros: the median revenue of a conversion
    audience: Ints  # the first of its users

    @classmethod
    def draw(cls, seed: int, count: int, users: int, start: datetime, days: int) -> "Campaigns":
        """Return the campaigns of a data set, over the days from `start` on."""
        rng = generator(seed, 0)
        size = np.array([round(1e9 * rank**-ZIPF) for rank in range(1, count + 1)])
        shares = np.array([share for share, _ in ZONES.values()])
        zone = np.searchsorted(np.cumsum(shares), rng.random(count) * shares.sum(), side="right")
        by_zone = np.where(zone == np.arange(len(ZONES))[:, None], size, 0)
        busy = by_zone.sum(axis=1) * _rhythm(start, days)

        # Rounded, so that the last bit of a machine's logarithm cannot change an event; so is every price below.
        ctr, cvr = (np.round(1e6 * rng.beta(2, b, count)).astype(np.int64) for b in (150, 48))
        clicks = rng.random(count) < MODEL_CPC
        impression = np.round(1_500 * np.exp(0.6 * rng.standard_normal(count)))
        click = np.round(400_000 * np.exp(0.7 * rng.standard_normal(count)))
        return cls(
            edges=np.append(0, np.cumsum(busy.sum(axis=1))),
            zone=Choice(busy),
            campaign=Choice(by_zone),
            mix=Choice(_mix_weights()),
            kind=Choice(np.stack([np.full(count, 10**12), 10**6 * ctr, ctr * cvr], axis=1)),
            home=zone,
            paid=clicks.astype(np.int64),
            price=np.where(clicks, click, impression).astype(np.int64),
            reach=(QUANTILES * (0.2 + 0.7 * rng.random(count))).astype(np.int64),
            basket=np.round(30_000_000 * np.exp(0.8 * rng.standard_normal(count))).astype(np.int64),
            audience=rng.integers(0, users, count),
        )


def generator(*key: int) -> np.random.Generator:
    """Return random numbers that this key alone decides."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))


def _rhythm(start: datetime, days: int) -> Ints:
    """Return (slots, zones): how busy each zone is at the middle of each slot, by its own clock, in thousandths."""
    slots = days * 86_400_000_000 // SLOT_US
    middles = [start + timedelta(microseconds=(slot + 0.5) * SLOT_US) for slot in range(slots)]

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


MIXES = [mix for mix, _ in _mixes()]
MIX_JSON = [json.dumps(mix, separators=(",", ":")).encode() for mix in MIXES]
RIVALS = _quantiles(0.5, best_of=3)
BASKET = _quantiles(0.6)
# Evenly spread over the logarithm: as many events are late by minutes as by hours.
LAG_US = np.array([round(60e6 * 1_440 ** ((j + 0.5) / QUANTILES)) for j in range(QUANTILES)])
