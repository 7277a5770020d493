"""GET /pixel.gif: an event in an address, stored as any other."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.database.connections import Connection
from adpulse.ingest import pixel
from adpulse.ingest.batch import BodyError
from adpulse.ingest.decoder import Decoder
from adpulse.settings import Settings
from tests.services import Client

NOW = datetime(2025, 9, 24, 12, tzinfo=UTC)
EVENT = {"campaign_id": "C", "user_id": "U", "event_type": "impression"}
DECODER = Decoder(Settings())


def rejection(query: str) -> Any:
    batch = DECODER.decode(pixel.event_of(query.encode(), NOW), ndjson=True, now=NOW)
    return [(each["field"], each["code"]) for each in batch.rejected]


@given(
    user=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20),
    metadata=st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8).filter(
            lambda name: name not in (*pixel.PARAMETERS, "key")
        ),
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
        max_size=4,
    ),
    micros=st.integers(0, 10**9),
    event_id=st.none() | st.just("order-4711"),
)
def test_an_address_is_the_event_in_json(
    user: str, metadata: dict[str, str], micros: int, event_id: str | None
) -> None:
    """Any text, money as a number, and every other parameter as metadata: what POST /events makes of the same event."""
    fields = EVENT | {"user_id": user, "ts": "2025-09-24T06:59:31.849Z"}
    fields |= {"event_id": event_id} if event_id else {}
    money = f"{micros // 10**6}.{micros % 10**6:06d}"
    sent = pixel.event_of(urlencode(fields | {"cost": money} | metadata).encode(), NOW)
    known = json.dumps(fields | {"cost": float(money), "metadata": metadata})
    assert DECODER.decode(sent, ndjson=True, now=NOW).rows == DECODER.decode(known.encode(), ndjson=True, now=NOW).rows


@given(query=st.binary(max_size=60) | st.text("=&%;+key0", max_size=30).map(str.encode))
def test_any_query_is_one_event_or_a_refusal(query: bytes) -> None:
    """It is always one line of JSON, so that nobody writes two events, or a field that was not sent, into it."""
    try:
        sent = pixel.event_of(query, NOW)
    except BodyError as error:
        refused, sent = error.code, b""
    else:
        refused = None
    assert refused in (None, "malformed_query")
    assert len(sent.splitlines()) == (refused is None)
    if sent:
        assert json.loads(sent)["ts"] is not None
        assert "key" not in json.loads(sent)["metadata"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [("campaign_id", "missing")]),
        (urlencode(EVENT), []),
        (urlencode(EVENT | {"ts": "2025-09-24T06:59:31"}), [("ts", "timezone")]),
        (urlencode(EVENT) + "&ts=2025-09-24T06:59:31+00:00", [("ts", "format")]),
        (urlencode(EVENT | {"cost": "1e-6", "revenue": "-0"}), []),
        (urlencode(EVENT | {"cost": "0.1234567"}), [("cost", "precision")]),
        (urlencode(EVENT | {"cost": "-1"}), [("cost", "range")]),
        *[
            (urlencode(EVENT | {"cost": text}), [("cost", "type")])
            for text in ("", "1,5", "NaN", "1e", "١", "true", "[]")
        ],
        (urlencode(EVENT | {"cost": "1e999"}), [("cost", "non_finite")]),
        (urlencode(EVENT | {"user_id": "\0"}), [("user_id", "characters")]),
        (urlencode(EVENT | {"user_id": ""}), [("user_id", "length")]),
        (urlencode(EVENT) + "&user_id=U", [(None, "repeated_field")]),
        (urlencode(EVENT | {"geo": "x" * 5_000}), [("metadata", "size")]),
        (urlencode(EVENT | {"metadata": '{"a":1}', "": "", "key": "adp_p"}), []),
    ],
)
def test_an_address_is_judged_as_every_event(query: str, found: list[tuple[str | None, str]]) -> None:
    """Rejections have the same codes."""
    assert rejection(query) == found


async def test_the_picture_comes_after_the_commit(client: Client, connection: Connection) -> None:
    """Forty-three bytes that no cache keeps; the event has happened now unless it says when."""
    before = datetime.now(UTC)
    reply = await client.get("/pixel.gif", params=EVENT | {"geo": "IN", "cost": "0.01"})
    assert (reply.status_code, len(reply.content), reply.content[:6]) == (200, 43, b"GIF89a")
    assert (reply.headers["content-type"], reply.headers["cache-control"]) == ("image/gif", "no-store")
    assert reply.headers["cross-origin-resource-policy"] == "cross-origin"
    (row,) = await connection.fetch("SELECT ts, cost_micros, metadata ->> 'geo' FROM events")
    assert before <= row[0] <= before + timedelta(seconds=60)
    assert tuple(row)[1:] == (10_000, "IN")


async def test_a_picture_that_is_no_event(client: Client, connection: Connection) -> None:
    """A refusal is a problem document that says what is wrong, and HEAD stores nothing."""
    head = await client.head("/pixel.gif", params=EVENT)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "43")
    for query, status, title in (
        (f"?{urlencode(EVENT | {'event_type': 'view'})}", 422, "all rejected"),
        (f"?{urlencode(EVENT)}&geo=%FF", 400, "malformed query"),
    ):
        reply = await client.get(f"/pixel.gif{query}")
        assert (reply.status_code, reply.json()["title"]) == (status, title)
        assert reply.headers["content-type"] == "application/problem+json"
    assert await connection.fetchval("SELECT count(*) FROM events") == 0


async def test_an_id_makes_a_picture_count_once(client: Client, connection: Connection) -> None:
    """However often a mail is opened: with an event_id both are the picture, and there is one event."""
    for _ in range(2):
        reply = await client.get(f"/pixel.gif?{urlencode(EVENT)}&event_id={quote('mail 17')}")
        assert (reply.status_code, reply.content) == (200, pixel.GIF)
    assert await connection.fetchval("SELECT count(*) FROM events") == 1
