"""A key may be for some campaigns only, to write and to read."""

import json
from typing import Any

import pytest

from tests.adpulse.auth.conftest import DAY, EVENT, NewKey, assert_refused, bearer
from tests.services import Serve


def of(campaign: str, **fields: Any) -> dict[str, Any]:
    return EVENT | {"campaign_id": campaign} | fields


@pytest.mark.parametrize("ndjson", [False, True], ids=["json", "ndjson"])
async def test_a_key_writes_its_campaigns_only(serve: Serve, url: str, new_key: NewKey, ndjson: bool) -> None:
    """Events of others are rejected one by one under `scope`, in any batch; the sum holds."""
    every, mine = await new_key("write", "read"), await new_key("write", campaigns=["A", "B"])
    client = await serve(url)

    async def send(key: str, *events: Any) -> dict[str, Any]:
        lines = "\n".join(json.dumps(event) for event in events)
        content = lines if ndjson else json.dumps({"events": events})
        kind = "application/x-ndjson" if ndjson else "application/json"
        headers = bearer(key) | {"Content-Type": kind}
        answer: dict[str, Any] = (await client.post("/events", content=content, headers=headers)).json()
        return answer

    # What others have written before is in the decoder's memory, and is not allowed for that.
    assert (await send(every, of("X")))["accepted"] == 1
    answer = await send(mine, of("A"), of("X"), of("B"), of("a"), of("A", cost=-1), of("X", cost=-1), of("A\u0000"))
    assert (answer["accepted"], answer["duplicates"], answer["rejected_count"]) == (2, 0, 5)
    codes = [(each["index"], each["field"], each["code"]) for each in answer["rejected"]]
    assert codes[:2] == [(1, "campaign_id", "scope"), (3, "campaign_id", "scope")]
    assert [code for _, _, code in codes[2:]] == ["range", "range", "characters"]
    assert "X" not in answer["rejected"][0]["message"]
    only = await send(mine, of("X"), of("Y"))
    assert (only["title"], only["rejected_count"]) == ("all rejected", 2)
    assert (await send(mine, of("A"), of("B")))["accepted"] == 2
    report = await client.get(f"{DAY}&group_by=campaign_id", headers=bearer(every))
    assert {row["group"]: row["clicks"] for row in report.json()["rows"]} == {"A": 2, "B": 2, "X": 1}


async def test_a_key_reads_its_campaigns_only(serve: Serve, url: str, new_key: NewKey) -> None:
    """Without campaign_id it gets all of its campaigns, never those of others; to name another is 403."""
    every, mine = await new_key("write", "read"), await new_key("read", campaigns=["B", "A", "none"])
    client = await serve(url)
    events = [of(campaign, metadata={"geo": geo}) for campaign in ("A", "B", "X") for geo in ("IN", "US")]
    await client.post("/events", json={"events": events}, headers=bearer(every))
    for asked in ("", "&group_by=campaign_id", "&group_by=geo", "&filter=geo:IN", "&granularity=day&compare=previous"):
        reply = await client.get(f"{DAY}{asked}&metrics=clicks,unique_users", headers=bearer(mine))
        share = 1 if "filter" in asked else 2
        assert reply.json()["totals"]["clicks"] == 2 * share
        assert reply.json()["query"]["campaign_id"] == ["B", "A", "none"]
        assert "X" not in reply.text
    one = await client.get(f"{DAY}&campaign_id=A", headers=bearer(mine))
    assert (one.json()["totals"]["clicks"], one.json()["query"]["campaign_id"]) == (2, ["A"])
    for asked in ("&campaign_id=X", "&campaign_id=A&campaign_id=X", "&campaign_id=a", "&campaign_id=B%20"):
        assert_refused(await client.get(DAY + asked, headers=bearer(mine)), 403, "campaign_scope")
    assert (await client.get(DAY, headers=bearer(every))).json()["totals"]["clicks"] == 6
