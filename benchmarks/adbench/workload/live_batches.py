"""Batches as they come in live: consecutive events of a busy hour, as JSON and as asyncpg's records."""

import json
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from adbench.workload.dataset import Dataset

# Events a second. The batch of a slow day would spread over hours, and so over more roll-up rows than a live one.
RATE = 10_000
COLUMNS = ("ts", "campaign_id", "user_id", "event_type", "cost_micros", "revenue_micros", "metadata", "event_id")


def events(end: datetime, count: int) -> list[dict[str, Any]]:
    """Yield `count` events as POST /events takes them, without ids, of the last full block before `end`."""
    data = Dataset(RATE * 86_400, end, days=1)
    found = islice(data.deliveries(data.block(data.blocks - 2)), count)
    return [{key: value for key, value in event.items() if key != "event_id"} for event in found]


def records(found: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Return one tuple an event, in the order of COLUMNS."""
    return [
        (
            datetime.fromisoformat(event["ts"]),
            event["campaign_id"],
            event["user_id"],
            event["event_type"],
            round(event["cost"] * 1e6),
            round(event["revenue"] * 1e6),
            json.dumps(event["metadata"]),
            UUID(event["event_id"]) if "event_id" in event else None,
        )
        for event in found
    ]
