"""Reach counts each user once, on every design."""

import random
from collections import defaultdict
from typing import Any

import pytest

from adpulse.database import connections
from adpulse.variants import catalogue
from adpulse.variants.catalogue import Variant
from tests.adpulse.reports.conftest import ask, post
from tests.servers import NewDatabase
from tests.services import Serve

DRAW = random.Random(5)
REACHED = [
    {
        "ts": f"2025-09-{24 + DRAW.randrange(2)}T{DRAW.randrange(24):02}:{DRAW.randrange(60):02}:00Z",
        "campaign_id": f"C{DRAW.randrange(4)}",
        "user_id": f"U{DRAW.randrange(40)}",
        "event_type": DRAW.choice(["impression", "click"]),
        "metadata": DRAW.choice([{}, {"geo": "IN"}, {"geo": "US"}, {"geo": "DE"}]),
    }
    for _ in range(300)
]


@pytest.mark.parametrize("variant", catalogue.load_all(), ids=lambda variant: variant.name)
async def test_reach_counts_every_user_once(serve: Serve, new_database: NewDatabase, variant: Variant) -> None:
    """Users are those of a set in Python: in cells, the rest and the total, before and now, in every variant."""
    plain = await new_database()
    connection = await connections.connect(plain)
    reason = await catalogue.unavailable(connection, variant)
    await connection.close()
    if reason:
        pytest.skip(reason)
    client = await serve(await new_database(variant.name))
    await post(client, *REACHED)

    def users(events: list[dict[str, Any]]) -> int:
        return len({event["user_id"] for event in events})

    total = await ask(client, "start=2025-09-24&end=2025-09-26&metrics=unique_users,impressions&campaign_id=C1")
    assert total["totals"]["unique_users"] == users([e for e in REACHED if e["campaign_id"] == "C1"])

    today, yesterday = ([e for e in REACHED if e["ts"].startswith(f"2025-09-{day}")] for day in (25, 24))
    answer = await ask(
        client,
        "start=2025-09-25&end=2025-09-26&granularity=hour&group_by=geo&limit=2&order_by=unique_users"
        "&metrics=unique_users,clicks&compare=previous",
    )
    by_geo: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for event in today:
        by_geo[event["metadata"].get("geo")].append(event)
    order = sorted(by_geo, key=lambda geo: -users(by_geo[geo]))
    assert answer["totals"]["unique_users"] == users(today)
    assert answer["previous"]["totals"]["unique_users"] == users(yesterday)
    kept = list(dict.fromkeys(row["group"] for row in answer["rows"]))
    assert [users(by_geo[geo]) for geo in kept[:2]] == [users(by_geo[geo]) for geo in order[:2]]
    assert kept[2] == "(other)"

    def cell(events: list[dict[str, Any]], group: str | None, bucket: str) -> list[dict[str, Any]]:
        inside = [e for e in events if e["ts"][:13] == bucket[:13]]
        if group == "(other)":
            return [e for e in inside if e["metadata"].get("geo") not in kept[:2]]
        return [e for e in inside if e["metadata"].get("geo") == group]

    for row in answer["rows"]:
        assert row["unique_users"] == users(cell(today, row["group"], row["bucket"]))
        before = row["previous"]
        assert before["unique_users"] == users(cell(yesterday, row["group"], before["bucket"]))
