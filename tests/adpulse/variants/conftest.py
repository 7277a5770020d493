"""Shared by the tests of variants: the designs, events that are easily confused, buckets."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from adpulse import calendar
from adpulse.variants import catalogue
from tests.conftest import CLUSTERS

ALL = catalogue.load_all()
HERE = [catalogue.find(name) for name in CLUSTERS] or [variant for variant in ALL if variant.requires == "(nothing)"]
RAW = ["heap", "btree", "btree_gin", "covering", "brin", "partitioned", "timescale"]
each = pytest.mark.parametrize("variant", ALL, ids=lambda variant: variant.name)
EPOCH = datetime(2026, 4, 3, 9, 30, tzinfo=UTC)  # two days on, Lord Howe gains half an hour
KINDS = ("impression", "click", "conversion")
COLUMNS = ("ts", "cost_micros", "revenue_micros", "event_id", "event_type", "campaign_id", "user_id", "metadata")
# Values that are easily taken for one another.
VALUES: list[Any] = [
    "IN",
    "IN",
    "IN",
    "US",
    "US",
    "DE",
    "3",
    3,
    3.0,
    "3.0",
    True,
    "true",
    None,
    ["IN"],
    {"a": "IN"},
    "",
]


def events(count: int, seed: int = 1) -> list[tuple[Any, ...]]:
    """Rows of `events` over three days: few campaigns have most of them, a few hours too, some are at edges."""
    rng = random.Random(seed)
    rows = []
    for _ in range(count):
        minutes = rng.choice([rng.randrange(3 * 1_440), 1_440 + rng.randrange(90), 60 * rng.randrange(72)])
        metadata = {
            "geo": rng.choice(VALUES),
            "device": rng.choice(["mobile", "tv", None]),
            "placement": rng.choice(VALUES),
            "slot": rng.choice(VALUES),
        }
        metadata = {key: value for key, value in metadata.items() if rng.random() < 0.9}
        rows.append(
            (
                EPOCH
                + timedelta(minutes=minutes, microseconds=rng.choice([0, 1, 59_999_999, rng.randrange(60_000_000)])),
                rng.randrange(10_000) * 17,
                rng.choice([0, 0, 0, rng.randrange(10**9)]),
                None,
                rng.choices(KINDS, [20, 4, 1])[0],
                f"C{min(int(rng.expovariate(0.7)) + 1, 9)}",
                f"U{rng.randrange(50)}",
                orjson.dumps(metadata).decode(),
            )
        )
    return rows


def edges(start: datetime, stop: datetime, step: str | None, zone: str) -> str:
    """Return $5 as the service gives it: the buckets of its own calendar."""
    return calendar.literal(step, calendar.buckets(start, stop, step, calendar.zone(zone)) if step else ())


def plain(rows: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Return the rows without notes, which not every variant has."""
    return [row[:7] for row in map(tuple, rows) if row[7:] != ("raw",)]
