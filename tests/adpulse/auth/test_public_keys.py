"""Public keys: what runs in a browser may write with one, and nobody reads it in a log."""

import logging
from typing import Any
from urllib.parse import quote

import asyncpg
import pytest

from adpulse.auth import keys
from adpulse.database.connections import Connection
from tests.adpulse.auth.conftest import BATCH, DAY, EVENT, UNKNOWN, NewKey, assert_refused, bearer
from tests.services import Serve

PIXEL = "/pixel.gif?campaign_id=C&user_id=U&event_type=click"


async def public(new_key: NewKey, **bounds: Any) -> str:
    return await new_key("write", public=True, **{"campaigns": ["C"]} | bounds)


async def test_a_public_key_writes_from_an_address(serve: Serve, url: str, new_key: NewKey) -> None:
    """A public key writes its campaigns, in an address or a header, by picture or batch, and reads nothing."""
    key = await public(new_key)
    assert key.startswith("adp_p_")
    client = await serve(url)
    for target in (f"/events?key={key}", f"/events?a=b&key={quote(key).replace('_', '%5F')}"):
        reply = await client.post(target, json={"events": [EVENT, EVENT | {"campaign_id": "X"}]})
        assert (reply.json()["accepted"], reply.json()["rejected"][0]["code"]) == (1, "scope")
    assert (await client.post("/events", json=BATCH, headers=bearer(key))).json()["accepted"] == 1
    assert (await client.get(f"{PIXEL}&key={key}")).status_code == 200
    assert (await client.get(f"{PIXEL.replace('=C', '=X')}&key={key}")).status_code == 422
    assert (await client.get(PIXEL, headers=bearer(key))).status_code == 200
    for target in (f"{DAY}&key={key}", f"/metrics?key={key}"):
        assert_refused(await client.get(target), 403, "scope", key)


async def test_no_other_key_may_stand_in_an_address(serve: Serve, url: str, new_key: NewKey) -> None:
    """A secret one is refused on every route, also beside itself in a header; one that is unknown as everywhere."""
    secret, mine = await new_key("write", "read", "metrics"), await public(new_key)
    client = await serve(url)
    for headers in ({}, bearer(secret)):
        assert_refused(await client.post(f"/events?key={secret}", json=BATCH, headers=headers), 403, "key_in_address")
        for target in (f"{PIXEL}&key={secret}", f"{DAY}&key={secret}", f"/metrics?key={secret}"):
            assert_refused(await client.get(target, headers=headers), 403, "key_in_address", secret)
    for key in (UNKNOWN, "x", "%FF", mine[:-1], f"{mine}&key={secret}"):
        assert_refused(await client.get(f"{PIXEL}&key={key}"), 401, "key_invalid")
    assert_refused(await client.get(f"{PIXEL}&key={mine}", headers=bearer(secret)), 401, "key_invalid")
    assert_refused(await client.get(f"{PIXEL}&key="), 401, "key_missing")
    # A group or filter of a report may be named so.
    report = await client.get(f"{DAY}&filter={quote('key=x:y')}", headers=bearer(secret))
    assert report.status_code == 200


async def test_a_public_key_has_a_rate(serve: Serve, url: str, new_key: NewKey) -> None:
    """The rate is the default or the key's own; pictures and batches count alike."""
    usual, own = await public(new_key), await public(new_key, events_per_s=0.001)
    client = await serve(url)
    assert '"events";q=100;w=1' in (await client.get(f"{PIXEL}&key={usual}")).headers["ratelimit-policy"]
    assert (await client.get(f"{PIXEL}&key={own}")).status_code == 200
    assert_refused(await client.get(f"{PIXEL}&key={own}"), 429, "rate_limited", own)
    assert_refused(await client.post(f"/events?key={own}", json=BATCH), 429, "rate_limited", own)


async def test_a_key_in_an_address_is_written_nowhere(
    serve: Serve, url: str, new_key: NewKey, caplog: pytest.LogCaptureFixture
) -> None:
    """The key is in no reply, log or metric, not even of a refused request, and is not stored with the event."""
    key, reader = await public(new_key), await new_key("read", "metrics")
    client = await serve(url, log_level="debug")
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("httpx").setLevel(logging.WARNING)  # the client's own
        replies = [
            await client.get(f"{PIXEL}&key={key}"),
            await client.get(f"/pixel.gif?key={key}"),
            await client.post(f"/events?key={key}", content=b"{"),
            await client.get(f"/events?key={key}"),
            await client.get(f"{DAY}&key={key}"),
            await client.get(f"/nothing?key={key}"),
            await client.get(f"{PIXEL}&key={key}0"),
        ]
    assert len({reply.status_code for reply in replies}) > 4
    report = await client.get(f"{DAY}&group_by=key", headers=bearer(reader))
    metrics = await client.get("/metrics", headers=bearer(reader))
    written = [caplog.text, report.text, metrics.text, *(reply.text + str(reply.headers) for reply in replies)]
    assert not [text for text in written if key[-64:] in text]


@pytest.mark.parametrize(
    ("scopes", "campaigns"), [(["read"], ["C"]), (["write", "read"], ["C"]), (["write"], None), ([], ["C"])]
)
def test_impossible_public_keys_are_refused(scopes: list[str], campaigns: list[str] | None) -> None:
    """One that reads, or one for all campaigns."""
    with pytest.raises(ValueError, match="scope"):
        keys.make("page", scopes, campaigns, None, None, public=True)


@pytest.mark.every_version
async def test_the_table_holds_it_to_that(connection: Connection, new_key: NewKey) -> None:
    """Nobody makes a public key by SQL that may do more."""
    key = await public(new_key)
    for change in ("scopes = '{write,read}'", "campaigns = NULL", "events_per_s = NULL", "requests_per_s = NULL"):
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(f"UPDATE api_keys SET {change} WHERE key_id = $1", key.split("_")[2])
