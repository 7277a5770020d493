"""The answer of GET /report has the published shape."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from adpulse.reports.answer import ReportAnswer
from tests.adpulse.web.document import REPORT, validator
from tests.services import Client

ANSWER = REPORT["responses"]["200"]["content"]["application/json"]["schema"]


@pytest.mark.parametrize(
    "asked",
    [
        "start=-1h",
        "start=-1d&granularity=hour&timezone=Asia/Kolkata&compare=previous",
        "start=2025-09-24&end=2025-09-25&group_by=geo&limit=1&metrics=impressions,cost,unique_users&compare=previous",
        "start=2025-03-01&end=2025-04-01&granularity=day&compare=previous&group_by=campaign_id",
    ],
)
async def test_answers_have_the_published_shape(client: Client, asked: str) -> None:
    """All of it: members that are required are there, and no other."""
    events = [
        {"ts": ts, "campaign_id": "C", "user_id": "U", "event_type": "click", "cost": 0.25, "metadata": metadata}
        for ts in ("2025-03-30T12:00:00Z", "2025-09-24T12:00:00Z")
        for metadata in ({"geo": "IN"}, {})
    ]
    assert (await client.post("/events", json={"events": events})).status_code == 200
    reply = await client.get(f"/report?{asked}")
    validator(ANSWER).validate(reply.json())
    ReportAnswer.model_validate_json(reply.content)


@pytest.mark.parametrize(
    "damage", [{"totals": {"impressions": -1}}, {"meta": {}}, {"more": 1}, {"rows": [{}]}], ids=str
)
async def test_another_shape_is_told_from_the_published_one(client: Client, damage: dict[str, Any]) -> None:
    """Find a member that is missing, unknown or out of its bounds: else the test above could not fail."""
    reply = (await client.get("/report?start=-1h&granularity=hour")).json() | damage
    assert list(validator(ANSWER).iter_errors(reply))
    with pytest.raises(ValidationError):
        ReportAnswer.model_validate_json(json.dumps(reply))
