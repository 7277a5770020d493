"""The guard admits or refuses requests by their keys, and new keys work at once."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from adpulse.auth import key_store, keys
from adpulse.database.connections import Connection
from adpulse.settings import Settings
from adpulse.web.app import create_app
from tests.adpulse.auth.conftest import BATCH, DAY, UNKNOWN, NewKey, assert_refused, bearer
from tests.patience import until
from tests.servers import NewDatabase
from tests.services import Client, Serve
from tests.wire import Wire

# ── Keys and scopes ──────────────────────────────────────────────────────────────────────────────────────────


async def test_without_any_key_loopback_is_open(client: Client) -> None:
    """A local start needs no key, and one that is sent all the same does no harm."""
    for headers in ({}, bearer(UNKNOWN), bearer("nonsense")):
        assert (await client.post("/events", json=BATCH, headers=headers)).status_code == 200
        assert (await client.get(DAY, headers=headers)).status_code == 200
        assert (await client.get("/metrics", headers=headers)).status_code == 200


async def test_without_any_key_a_network_address_is_shut(serve: Serve, url: str) -> None:
    """A service that the network reaches lets nobody in, unless told to, even if its start checked nothing."""
    shut = await serve(url, host="0.0.0.0")
    assert_refused(await shut.post("/events", json=BATCH), 401, "key_missing")
    assert_refused(await shut.get(DAY), 401, "key_missing")
    told = await serve(url, host="0.0.0.0", insecure=True)
    assert (await told.post("/events", json=BATCH)).status_code == 200


async def test_a_key_opens_what_its_scopes_say(serve: Serve, url: str, new_key: NewKey) -> None:
    """Every scope opens its routes, in either header; another route is 403, without a key 401. Others stay open."""
    held = {scope: await new_key(scope) for scope in keys.SCOPES}
    held["write read"] = await new_key("write", "read")
    client = await serve(url)
    routes: dict[str, Callable[[dict[str, str]], Awaitable[httpx.Response]]] = {
        "write": lambda headers: client.post("/events", json=BATCH, headers=headers),
        "read": lambda headers: client.get(DAY, headers=headers),
        "metrics": lambda headers: client.get("/metrics", headers=headers),
    }
    for scope, ask in routes.items():
        assert_refused(await ask({}), 401, "key_missing")
        for scopes, key in held.items():
            for headers in (bearer(key), {"X-API-Key": key}, {"authorization": f"BEARER  {key} "}):
                reply = await ask(headers)
                if scope in scopes.split():
                    assert reply.status_code == 200
                else:
                    assert_refused(reply, 403, "scope", key)
    for path in ("/healthz", "/readyz", "/docs", "/openapi.json"):
        assert (await client.get(path)).status_code == 200


async def test_metrics_may_be_left_open(serve: Serve, url: str, new_key: NewKey) -> None:
    """A collector needs no key if the network keeps others out, as behind the balancer of infra/ecs."""
    await new_key("write")
    client = await serve(url, open_metrics=True)
    assert (await client.get("/metrics")).status_code == 200
    assert (await client.post("/events", json=BATCH)).status_code == 401


async def test_all_wrong_keys_are_refused_alike(serve: Serve, url: str, new_key: NewKey) -> None:
    """Malformed, unknown, revoked and one bit off are told the same; nothing is stored, nothing comes back."""
    key = await new_key("write")
    client = await serve(url)
    wrong: list[bytes] = [
        b"x",
        b"\xff\xfe\xc3",
        "schlüssel-€".encode(),
        b"a" * 40_000,
        UNKNOWN.encode(),
        key.upper().encode(),
        key[:-1].encode(),
        key.encode() + b"0",
        key.encode() + b"\t" + key.encode(),
        (key[:-1] + ("0" if key[-1] != "0" else "1")).encode(),
        key.replace("adp_w_", "adp_r_").encode(),
        key.replace("adp_w_", "adp_wr_").encode(),
        b"'; DROP TABLE api_keys; --",
        b'{}[]\\"\\u0000%00${jndi:ldap://x}',
    ]
    for text in wrong:
        for headers in ({b"X-API-Key": text}, {b"Authorization": b"Bearer " + text}):
            reply = await client.post("/events", json=BATCH, headers=headers)
            assert_refused(reply, 401, "key_invalid", *([text.decode("latin-1")[:60]] if len(text) > 3 else []))
    for headers in ({"Authorization": "Basic YTpi"}, {"Authorization": "Bearer"}, {"Authorization": key}):
        assert_refused(await client.post("/events", json=BATCH, headers=headers), 401, "key_missing", key, "YTpi")
    # An empty key is one that no service has.
    assert_refused(await client.post("/events", json=BATCH, headers={"X-API-Key": ""}), 401, "key_invalid")
    assert (await client.post("/events", json=BATCH, headers=bearer(key))).json()["accepted"] == 1


async def test_two_different_keys_contradict(serve: Serve, url: str, new_key: NewKey) -> None:
    """Two different keys in one request are refused: either choice would surprise. The same one twice is fine."""
    key, other = await new_key("write"), await new_key("write")
    client = await serve(url)
    for pair in (
        [("Authorization", f"Bearer {key}"), ("X-API-Key", other)],
        [("Authorization", f"Bearer {key}"), ("Authorization", f"Bearer {other}")],
        [("X-API-Key", key), ("X-API-Key", UNKNOWN)],
        [("X-API-Key", f"k{number}") for number in range(2_000)],
    ):
        assert_refused(await client.post("/events", json=BATCH, headers=pair), 401, "key_invalid", key, other)
    same = [("Authorization", f"Bearer {key}"), ("X-API-Key", key)]
    assert (await client.post("/events", json=BATCH, headers=same)).status_code == 200
    # A proxy's own credentials are not for us.
    proxied = [("Authorization", "Basic YTpi"), ("X-API-Key", key)]
    assert (await client.post("/events", json=BATCH, headers=proxied)).status_code == 200


async def test_the_guard_holds_behind_a_prefix(serve: Serve, url: str, new_key: NewKey) -> None:
    """FastAPI's routes answer behind a prefix, and not the shortcut: both lead to the same guarded function."""
    await new_key("write")
    client = await serve(url)
    transport = httpx.ASGITransport(app=client._transport.app, root_path="/api")
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as other:
        assert_refused(await other.post("/api/events", json=BATCH), 401, "key_missing")
        assert_refused(await other.get(f"/api{DAY}"), 401, "key_missing")
        assert_refused(await other.get("/api/metrics"), 401, "key_missing")


# ── How a service learns of keys ─────────────────────────────────────────────────────────────────────────────


async def until_status(client: Client, key: str, status: int) -> None:
    await until(
        lambda: client.post("/events", json=BATCH, headers=bearer(key)), lambda reply: reply.status_code == status
    )


async def test_keys_can_be_rotated_without_a_gap(
    serve: Serve, url: str, new_key: NewKey, connection: Connection
) -> None:
    """A new key works beside the old one; the old one stops when it is revoked, and the last one leaves nobody in."""
    old = await new_key("write")
    client = await serve(url, keys_reload_s=0.05)
    await until_status(client, old, 200)
    new = await new_key("write")
    await until_status(client, new, 200)
    assert (await client.post("/events", json=BATCH, headers=bearer(old))).status_code == 200
    assert await key_store.revoke(connection, old.split("_")[2])
    await until_status(client, old, 401)
    assert (await client.post("/events", json=BATCH, headers=bearer(new))).status_code == 200
    assert not await key_store.revoke(connection, old.split("_")[2]), "it is revoked already"
    assert await key_store.revoke(connection, new.split("_")[2])
    await until_status(client, new, 401)
    assert_refused(await client.post("/events", json=BATCH), 401, "key_missing")


async def test_the_first_key_shuts_the_door(serve: Serve, url: str, new_key: NewKey) -> None:
    """A service that runs open asks for keys as soon as there is one."""
    client = await serve(url, keys_reload_s=0.05)
    assert (await client.post("/events", json=BATCH)).status_code == 200
    await new_key("read")
    await until(lambda: client.post("/events", json=BATCH), lambda reply: reply.status_code == 401)


async def test_a_new_key_works_although_keys_are_read_seldom(serve: Serve, url: str, new_key: NewKey) -> None:
    """An unknown key has them read again."""
    await new_key("read")
    client = await serve(url, keys_reload_s=3_600)
    await until_status(client, await new_key("write"), 200)


async def test_guessing_keys_does_not_keep_the_database_busy(
    serve: Serve, url: str, new_key: NewKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unknown keys cause few readings, however many come, and known keys cause none."""
    key = await new_key("write")
    client = await serve(url, keys_reload_s=3_600)
    await until_status(client, key, 200)
    readings = 0
    in_use = key_store.in_use

    async def counted(connection: Connection) -> tuple[list[keys.Key], bool]:
        nonlocal readings
        readings += 1
        return await in_use(connection)

    monkeypatch.setattr(key_store, "in_use", counted)
    monkeypatch.setattr("adpulse.auth.keyring.MISSES_S", 3_600)
    replies = await asyncio.gather(
        *(client.get(DAY, headers=bearer(f"adp_r_{n:012x}_{'0' * 64}")) for n in range(200)),
        *(client.post("/events", json=BATCH, headers=bearer(key)) for _ in range(20)),
    )
    assert [reply.status_code for reply in replies] == [401] * 200 + [200] * 20
    assert readings == 0


async def test_known_keys_hold_while_the_database_is_away(serve: Serve, wire: Wire, new_key: NewKey) -> None:
    """It is 503 for who had a key, 401 for who had none, and all is well by itself when it is back."""
    key = await new_key("write", "read")
    client = await serve(wire.url, keys_reload_s=0.05)
    await until_status(client, key, 200)
    await wire.cut()
    await until_status(client, key, 503)
    assert_refused(await client.get(DAY, headers=bearer(UNKNOWN)), 401, "key_invalid")
    assert_refused(await client.get(DAY), 401, "key_missing")
    await wire.mend()
    await until_status(client, key, 200)


async def test_requests_are_refused_before_the_keys_are_known() -> None:
    """A database that was never reached may have keys: nothing is open, and it is no 401 either."""
    app = create_app(Settings(database_url="postgresql://127.0.0.1:1/none"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost") as client:
        for reply in (await client.post("/events", json=BATCH), await client.get(DAY), await client.get("/metrics")):
            assert_refused(reply, 503, "unavailable")
            assert reply.headers["retry-after"]


async def test_readiness_waits_for_the_keys(new_database: NewDatabase, new_key: NewKey) -> None:
    """A service that would answer everything with 503 is not ready."""
    app = create_app(Settings(database_url=await new_database()))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost") as client,
    ):
        await until(lambda: client.get("/readyz"), lambda reply: reply.status_code == 200)
        assert app.state.keyring.known
        app.state.keyring.known = False
        reply = await client.get("/readyz")
        assert (reply.status_code, reply.json()["detail"]) == (503, "The keys have not been read yet.")
