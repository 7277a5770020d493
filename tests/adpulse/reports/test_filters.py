"""For each group there is a filter that finds it, and a filter keeps the events that have every key."""

import json
from typing import Any

from adpulse.reports import filters
from tests.adpulse.reports.conftest import DAY, ask, five, post
from tests.services import Client


async def test_a_filter_keeps_what_has_every_key(client: Client) -> None:
    """Repeated filters are AND; numbers and booleans match as they are written."""
    await post(
        client,
        {"metadata": {"geo": "IN", "slot": 3}},
        {"metadata": {"geo": "IN", "slot": "3"}, "campaign_id": "D"},
        {"metadata": {"geo": "IN", "test": True}},
        {"metadata": {"geo": "US", "slot": 3}},
    )
    for chosen, found in [("geo:IN", 3), ("slot:3", 3), ("test:true", 1), ("geo:XX", 0), ("geo:", 0)]:
        assert (await ask(client, f"{DAY}&filter={chosen}"))["totals"]["impressions"] == found, chosen
    both = await ask(client, f"{DAY}&filter=geo:IN&filter=slot:3&group_by=campaign_id")
    assert {row["group"]: row["impressions"] for row in both["rows"]} == {"C": 1, "D": 1}
    assert both["query"]["filter"] == {"geo": "IN", "slot": "3"}


async def test_each_group_can_be_asked_for_over_http(client: Client) -> None:
    """Keys and values of every kind, U+FFFD, the group without the key and the rest: by `filter` as the row has it."""
    metadata: list[dict[str, Any]] = [
        *({"utm:medium": "cpc"}, {"utm:medium": None}, {}, {"": "nameless"}),
        *({"$browser": "a"}, {"two words": 1}, {"clé": "é"}, {"clé": ["IN", "US"]}),
        *({"tweet_id": 1850000000000000001}, {"tweet_id": 1850000000000000003}),
    ]
    await post(client, *({"metadata": each, "campaign_id": "a\ufffd"} for each in metadata), {"campaign_id": "b,c&d"})
    for key in ("utm:medium", "$browser", "two words", "clé", "tweet_id", "campaign_id", "event_type"):
        params = {"start": "2025-09-24", "end": "2025-09-25"}
        for limit in ("1", "100"):
            grouped = (await client.get("/report", params=params | {"group_by": key, "limit": limit})).json()
            for row in grouped["rows"]:
                found = (await client.get("/report", params=params | {"filter": json.dumps(row["filter"])})).json()
                assert five(found["totals"]) == five(row), row
    assert (await ask(client, f"{DAY}&campaign_id=a%EF%BF%BD"))["totals"]["impressions"] == len(metadata)
    assert (await ask(client, f'{DAY}&filter={{"":"nameless"}}'))["totals"]["impressions"] == 1
    assert (await ask(client, f"{DAY}&filter=utm:medium:cpc"))["totals"]["impressions"] == 0
    assert (await ask(client, f"{DAY}&filter=tweet_id:1850000000000000001"))["totals"]["impressions"] == 1
    echoed = await ask(client, f'{DAY}&filter={{"clé":{{"not":[null]}}}}&filter=geo:IN&filter={{}}')
    assert echoed["query"]["filter"] == {"clé": {"not": [None]}, "geo": "IN"}


async def test_a_rest_that_no_request_could_name_has_no_filter() -> None:
    """A rest that no request can name has its row, with a filter of null."""
    assert filters.of_rest("geo", ["IN", None]) == {"geo": {"not": ["IN", None]}}
    assert filters.of_rest("geo", [str(n) for n in range(1_001)]) is None
    assert filters.of_rest("geo", ["x" * 20_000]) is None
