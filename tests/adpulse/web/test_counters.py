"""The counters that the page at / asks for."""

from typing import Any

import pytest

from adpulse.auth import key_store, keys
from adpulse.database.connections import connect
from adpulse.variants import migrate
from adpulse.web import counters
from tests.adpulse.web.test_page import FILES
from tests.servers import NewDatabase
from tests.services import Client, Serve
from tests.wire import Wire


@pytest.fixture(autouse=True)
def always_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test see what it has just done."""
    monkeypatch.setattr(counters, "COUNTERS_S", 0)


EVENT = {"ts": "2025-09-24T06:59:31Z", "campaign_id": "C", "user_id": "U", "event_type": "click", "event_id": "1"}


async def counted(client: Client, **headers: str) -> dict[str, Any]:
    reply = await client.get("/page.json", headers=headers)
    assert reply.status_code == 200
    assert reply.headers["cache-control"] == "no-store"
    content: dict[str, Any] = reply.json()
    return content


async def new_key(url: str, *scopes: str, campaigns: list[str] | None = None) -> dict[str, str]:
    text, key = keys.make("n", scopes, campaigns, None, None)
    connection = await connect(url)
    await key_store.add(connection, key)
    await connection.close()
    assert text is not None
    return {"X-API-Key": text}


async def test_counters_say_what_the_replies_said(client: Client) -> None:
    """Events by outcome; reasons by code, also past the rejections that a reply lists; reports by their time."""
    before = (await counted(client))["counters"]
    bad = [EVENT | {"ts": "2025-09-24T06:59:31"}] * 30 + [EVENT | {"cost": -1}]
    sent = [EVENT, EVENT | {"event_id": "2"}, EVENT, *bad]
    reply = (await client.post("/events", json={"events": sent})).json()
    assert (reply["accepted"], reply["duplicates"], reply["rejected_count"]) == (2, 1, 31)
    assert (await client.post("/events", content="{", headers={"Content-Type": "application/json"})).status_code == 400
    assert (await client.get("/report?start=-1h")).status_code == 200
    after = (await counted(client))["counters"]

    def grown(kind: str, name: str) -> int:
        return int(after[kind][name] - before[kind].get(name, 0))

    assert [grown("events", outcome) for outcome in ("accepted", "duplicate", "rejected")] == [2, 1, 31]
    assert (grown("rejected", "timezone"), grown("rejected", "range")) == (30, 1)
    assert grown("unreadable", "malformed_json") == 1
    reports = after["reports"]
    assert 0.2 in reports["bounds_s"]
    assert len(reports["counts"]) == len(reports["bounds_s"]) + 1
    assert sum(reports["counts"]) - sum(before["reports"]["counts"]) == 1
    assert min(reports["counts"]) >= 0


async def test_a_repeat_that_is_judged_otherwise_counts_nothing_below_zero(serve: Serve, url: str) -> None:
    """A key's repeat gets the first answer, with one rejection, though both events would be refused by now."""
    strict, mild = await serve(url, retention_days=1), await serve(url)
    batch = {"events": [EVENT | {"ts": "2025-09-24"}, EVENT]}
    for client in (mild, strict):
        reply = await client.post("/events", json=batch, headers={"Idempotency-Key": "k"})
        assert (reply.status_code, reply.json()["rejected_count"]) == (200, 1)


async def test_dimensions_are_those_of_the_design_in_force(serve: Serve, new_database: NewDatabase) -> None:
    """The declared ones of a design that has roll-ups of them; none of another."""
    url = await new_database("rollup_dims")
    client = await serve(url)
    assert (await counted(client))["dimensions"] == ["geo", "device", "placement"]
    connection = await connect(url)
    await migrate.migrate(connection, "rollup")
    await connection.close()
    assert (await counted(await serve(url)))["dimensions"] == []


async def test_without_a_database_there_are_counters_still(serve: Serve, wire: Wire) -> None:
    """The page goes on saying what this server has done, and that it does not know the dimensions."""
    client = await serve(wire.url)
    await wire.cut()
    content = await counted(client)
    assert content["dimensions"] is None
    assert content["counters"].keys() == {"events", "rejected", "unreadable", "reports"}


async def test_counters_need_a_key_for_all_campaigns(serve: Serve, url: str) -> None:
    """Counters need a key with scope read for all campaigns, if there are keys. The page itself needs none."""
    own, reader, writer = (
        await new_key(url, "read", campaigns=["C"]),
        await new_key(url, "read"),
        await new_key(url, "write"),
    )
    client = await serve(url)
    for path in FILES:
        assert (await client.get(path)).status_code == 200
    assert (await client.get("/page.json")).status_code == 401
    assert (await client.get("/page.json", headers=writer)).status_code == 403
    assert (await counted(client, **reader))["counters"] is not None
    limited = await counted(client, **own)
    assert limited["counters"] is None
    assert limited["dimensions"] == []
