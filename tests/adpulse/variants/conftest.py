"""Shared by the tests of variants: the designs, events that are easily confused, buckets."""

import random
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from adpulse import calendar
from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.reports.readers import open_readers
from adpulse.reports.reporter import Reporter
from adpulse.variants import catalogue
from adpulse.variants.catalogue import Variant
from tests.adpulse.variants.recount import SETTINGS
from tests.servers import CLUSTERS, Server, scratch_databases

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
    """Return rows of `events` over three days: few campaigns have most of them, a few hours too, some are at edges."""
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


@dataclass(frozen=True)
class Subject:
    """One variant in a database of its own."""

    variant: Variant
    url: str
    connection: Connection
    reporter: Reporter


@pytest.fixture(scope="module", params=[variant.name for variant in catalogue.load_all()])
async def subject(request: pytest.FixtureRequest, server: Server) -> AsyncIterator[Subject]:
    """Yield each variant that this server can have, in a database that the tests of a module share."""
    variant = catalogue.find(request.param)
    connection = await connections.connect(server.url())
    reason = await catalogue.unavailable(connection, variant)
    await connection.close()
    if reason:
        pytest.skip(reason)
    async with scratch_databases(server) as new:
        url = await new(variant.name)
        connection = await connections.connect(url)
        readers = await open_readers(url, 4, "test", SETTINGS)
        yield Subject(variant, url, connection, Reporter(readers, SETTINGS))
        await readers.close()
        await connection.close()
