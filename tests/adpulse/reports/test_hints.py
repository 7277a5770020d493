"""A key that no event has is named, with keys that occur."""

import pytest

from tests.adpulse.reports.conftest import DAY, ask, post
from tests.servers import NewDatabase
from tests.services import Serve


@pytest.mark.parametrize("variant", ["rollup_dims", "btree_gin"])
async def test_a_key_that_no_event_has_is_said(serve: Serve, new_database: NewDatabase, variant: str) -> None:
    """A misspelt key must not look like an answer: keys that occur are named, and only then."""
    client = await serve(await new_database(variant))
    await post(
        client, {"metadata": {"geo": "IN", "nested": {"in": 1}}}, {"campaign_id": "D", "metadata": {"slot": None}}
    )

    async def hints(question: str) -> list[str]:
        return list((await ask(client, f"{DAY}&{question}"))["meta"].get("hints", []))

    occur = "names a key that the metadata of no event looked at has; keys that occur: geo, nested, slot"
    for key in ("GEO", "metadata.geo", "nested.in"):
        assert await hints(f"group_by={key}") == [f"group_by {occur}"]
        assert await hints(f"filter={key}:IN") == [f"filter {occur}"]
    assert await hints("campaign_id=D&group_by=geo2") == [f"group_by {occur.replace('geo, nested, ', '')}"]
    (comma,) = await hints("campaign_id=C,D")
    assert "campaign_id=A&campaign_id=B" in comma
    for fine in ("group_by=geo", "group_by=slot", "filter=geo:XX", "campaign_id=X", "group_by=campaign_id"):
        assert await hints(fine) == [], fine
    # The comparison is one transaction, which what is looked for must not break.
    assert await hints("group_by=GEO&compare=previous&metrics=clicks,unique_users") == [f"group_by {occur}"]
