"""Shared by the tests of reports: events, a question, its reply."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from adpulse.reports.query import Query
from adpulse.reports.query_string import parse
from adpulse.settings import Settings
from tests.services import Client

NOW = datetime(2025, 9, 24, 12, tzinfo=UTC)
EVENT = {"ts": "2025-09-24T06:59:31Z", "campaign_id": "C", "user_id": "U", "event_type": "impression"}
DAY = "start=2025-09-24&end=2025-09-25"
SUMS = ("impressions", "clicks", "conversions", "cost", "revenue")


async def post(client: Client, *events: dict[str, Any]) -> None:
    for first in range(0, len(events), 10_000):
        reply = await client.post("/events", json={"events": [EVENT | each for each in events[first : first + 10_000]]})
        assert reply.status_code == 200, reply.text
        assert reply.json()["rejected_count"] == 0, reply.text


async def ask(client: Client, question: str) -> dict[str, Any]:
    """Return the reply, money as the decimals that were sent."""
    reply = await client.get(f"/report?{question}")
    assert reply.status_code == 200, reply.text
    answer: dict[str, Any] = json.loads(reply.text, parse_float=Decimal)
    return answer


def query(text: str, **settings: Any) -> Query:
    items = [(name, value) for name, _, value in (item.partition("=") for item in text.split("&"))]
    return parse(items, NOW, Settings(**settings))


def five(record: dict[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in SUMS}
