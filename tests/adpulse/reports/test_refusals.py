"""GET /report refuses a bad question with its parameter and what is allowed."""

from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import pytest

from adpulse.settings import Settings
from adpulse.web.app import create_app
from tests.services import Client

# ── Bad questions ────────────────────────────────────────────────────────────────────────────────────────────

# (query string, the parameter that is named, what the reply must say)
REFUSED = [
    ("", "start", "is missing; for example -1h"),
    ("start=", "start", "is not a time; allowed: -15m"),
    ("start=yesterday", "start", "is not a time; allowed: -15m"),
    ("start=1758697171", "start", "is not a time"),
    ("start=-1h&end=-2h", "start", "is not before end"),
    ("start=-1h&end=-1h", "start", "is not before end"),
    ("start=2199-01-01", "start", "is not before now"),
    ("start=-9000d", "start", "at most 1,100 days"),
    ("start=-999999w", "start", "lies outside the years 1970 to 2199"),
    ("start=0001-01-01T00:00:00%2B14:00", "start", "lies outside the years 1970 to 2199"),
    ("start=-1h&end=9999-12-31T23:59:59-14:00", "end", "lies outside the years 1970 to 2199"),
    ("start=2025-09-24T00:00:00+00:00", "start", "write + as %2B in a URL"),
    ("start=2025-09-24T00:00:00", "start", "has no time zone; end it with Z"),
    ("start=2025-02-29", "start", "is not a time"),
    ("start=-1h%00", "start", "a character that is not allowed"),
    ("start=-1h&start=-2h", "start", "is given more than once"),
    ("start=-1h&granularity=hour&granularity=hour", "granularity", "is given more than once"),
    ("start=-1h&granularity=second", "granularity", "must be one of: minute, hour, day, week, month"),
    ("start=-1h&granularity=", "granularity", "must be one of"),
    ("start=-30d&granularity=minute", "granularity", "gives more than 10,000 buckets; take a coarser one"),
    ("start=-1h&timezone=Mars/Base", "timezone", "is not an IANA time zone, for example UTC, Europe/Berlin"),
    ("start=-1h&timezone=europe/berlin", "timezone", "is not an IANA time zone"),
    ("start=-1h&timezone=localtime", "timezone", "is not an IANA time zone"),
    ("start=-1h&timezone=../../etc/passwd", "timezone", "is not an IANA time zone"),
    ("start=-1h&timezone=%2B05:30", "timezone", "is not an IANA time zone"),
    ("start=-1h&group_by=", "group_by", "allowed: campaign_id, event_type, or a metadata key"),
    ("start=-1h&group_by=user_id", "group_by", "allowed: campaign_id, event_type, or a metadata key"),
    ("start=-1h&filter=geo", "filter", "must be key:value"),
    ("start=-1h&filter=:IN", "filter", "must be key:value"),
    ("start=-1h&filter=user_id:U", "filter", "names a field of the event"),
    ("start=-1h&filter=event_type:view", "filter", "none of: impression, click, conversion"),
    ("start=-1h&campaign_id=A&filter=campaign_id:B", "filter", "a campaign that campaign_id leaves out"),
    ("start=-1h&filter={geo:IN}", "filter", "must be key:value, for example geo:IN, or a row's filter"),
    ('start=-1h&filter={"geo":3}', "filter", "neither a text, nor null"),
    ('start=-1h&filter={"geo":{"not":"IN"}}', "filter", "neither a text, nor null"),
    ('start=-1h&filter={"geo":"IN","geo":"US"}', "filter", "names one key with two values"),
    ('start=-1h&filter={"geo":{"not":["IN"]}}&filter=geo:IN', "filter", "names one key with two values"),
    (r'start=-1h&filter={"geo":"\u0000"}', "filter", "a character that is not allowed"),
    (r'start=-1h&filter={"\ud800":"IN"}', "filter", "a character that is not allowed"),
    ("start=-1h&filter=" + '{"a":' * 5_000, "filter", "must be key:value"),
    ("start=-1h" + "".join(f"&filter=k{n}:v" for n in range(33)), "filter", "names more than 32 keys"),
    ("start=-1h&filter=geo:IN&filter=geo:US", "filter", "names one key with two values"),
    ("start=-1h&filter=geo:%00", "filter", "a character that is not allowed"),
    ("start=-1h&filter=geo:%ED%A0%80", "filter", "a character that is not allowed"),
    ("start=-1h&campaign_id=", "campaign_id", "must have 1 to 128 characters"),
    ("start=-1h&campaign_id=" + "C" * 129, "campaign_id", "must have 1 to 128 characters"),
    ("start=-1h&campaign_id=%00", "campaign_id", "a character that is not allowed"),
    ("start=-1h&campaign_id=%FF", "campaign_id", "a character that is not allowed"),
    ("start=-1h" + "&campaign_id=C" * 1_001, "campaign_id", "is given more than 1000 times"),
    ("start=-1h" + "&campaign_id=C" * 2_001, "query", "has more than 2000 parameters"),
    ("start=-1h&limit=-1", "limit", "must be a whole number from 1 to 10000"),
    ("start=-1h&limit=0", "limit", "must be a whole number from 1 to 10000"),
    ("start=-1h&limit=1e3", "limit", "must be a whole number from 1 to 10000"),
    ("start=-1h&limit=" + "1" + "0" * 20, "limit", "must be a whole number from 1 to 10000"),
    ("start=-1h&limit=%D9%A3", "limit", "must be a whole number from 1 to 10000"),
    ("start=-1h&metrics=", "metrics", "of: impressions, clicks"),
    ("start=-1h&metrics=clicks,price", "metrics", "of: impressions, clicks"),
    ("start=-1h&metrics=clicks,clicks", "metrics", "names a metric twice"),
    ("start=-36d&metrics=unique_users", "metrics", "for at most 35 days"),
    ("start=-1h&order_by=clicks", "order_by", "needs group_by"),
    ("start=-1h&group_by=geo&order_by=price", "order_by", "must be one of: group, impressions"),
    ("start=-1h&group_by=geo&order_by=clicks:up", "order_by", "with :asc or :desc"),
    ("start=-1h&group_by=geo&order_by=unique_users", "order_by", "only when metrics names it"),
    ("start=-1h&compare=year", "compare", "must be one of: previous"),
    ("start=-1h&format=xml", "format", "must be one of: json, csv"),
    ("start=-1h&from=now", "query", "has an unknown parameter; allowed: campaign_id, start"),
    ("start=-1h&Limit=1", "query", "has an unknown parameter"),
    ("start=-1h&%00=1", "query", "has an unknown parameter"),
]


@pytest.fixture
async def unconnected() -> AsyncIterator[Client]:
    """Serve without a database: what is refused here was refused before any statement."""
    app = create_app(Settings(database_url="postgresql://nowhere.invalid/none"))
    app.state.keyring.learn({}, ever=False)  # or nobody would be let in before the keys are known
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost") as client:
        yield client


@pytest.mark.parametrize(("question", "parameter", "says"), REFUSED, ids=[each[0][:50] for each in REFUSED])
async def test_a_bad_question_names_the_parameter_and_what_is_allowed(
    unconnected: Client, question: str, parameter: str, says: str
) -> None:
    """422, before the database is asked; the document never repeats the input."""
    reply = await unconnected.get(f"/report?{question}")
    assert reply.status_code == 422
    assert reply.headers["content-type"] == "application/problem+json"
    document = reply.json()
    assert document["type"] == "urn:adpulse:invalid_parameter"
    assert document["status"] == 422
    assert document["parameter"] == parameter
    assert document["detail"].startswith(f"{parameter} ")
    assert says in document["detail"]


async def test_an_error_does_not_echo_its_input(unconnected: Client) -> None:
    """No parameter, known or not, has its text repeated in the reply."""
    mark = quote("<b>mark</b>")
    names = ["campaign_id", "start", "end", "granularity", "timezone", "group_by", "filter", "metrics"]
    for name in [*names, "order_by", "limit", "compare", "format", "<b>mark</b>"]:
        reply = await unconnected.get(f"/report?start=-1h&group_by=geo&{quote(name)}={mark * 30}")
        assert reply.status_code == 422, name
        assert "mark" not in reply.text
