"""Batches of clicks, and their count in a report."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from adpulse.database import connections as database
from adpulse.database.connections import Connection
from adpulse.variants import catalogue

EPOCH = datetime(2026, 5, 1, tzinfo=UTC)
COLUMNS = ("ts", "event_type", "campaign_id", "user_id", "cost_micros", "metadata")
BATCH = 20


def batch(number: int) -> list[tuple[Any, ...]]:
    """Return twenty events: fresh ones, and late ones of minutes that were compacted long ago."""
    return [
        (
            EPOCH + timedelta(minutes=(number * 7 + n * 113) % 4_000, seconds=n),
            "click",
            f"C{n % 4}",
            "U1",
            1,
            f'{{"geo": "G{n % 3}", "device": "D{number % 5}"}}',
        )
        for n in range(BATCH)
    ]


async def clicks(connection: Connection, name: str, **chosen: Any) -> int:
    arguments = (None, EPOCH, EPOCH + timedelta(days=4), None, None, chosen.get("group"), chosen.get("filters"))
    rows = await connection.fetch(catalogue.find(name).report, *arguments)
    assert sum(row["cost_micros"] for row in rows) == sum(row["clicks"] for row in rows)
    return sum(row["clicks"] for row in rows)


@asynccontextmanager
async def connections(url: str, count: int) -> AsyncIterator[list[Connection]]:
    opened = [await database.connect(url, plan_cache_mode="force_custom_plan") for _ in range(count)]
    try:
        yield opened
    finally:
        for connection in opened:
            await connection.close()
