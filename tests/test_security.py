"""The doors: who is let in, for what, how often, and what the others are told."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from conftest import Client, NewDatabase, Serve, Wire

from adpulse import keys
from adpulse.app import create_app
from adpulse.database import Connection, connect
from adpulse.keyring import Bucket, is_loopback
from adpulse.keys import Scope
from adpulse.settings import Settings

EVENT = {"ts": "2025-09-24T06:59:31Z", "campaign_id": "C", "user_id": "U", "event_type": "click"}
BATCH = {"events": [EVENT]}
DAY = "/report?start=2025-09-24&end=2025-09-25"
SECRETS = ("Traceback", "adpulse.", "asyncpg", ".py")
UNKNOWN = f"adp_w_{'0' * 12}_{'0' * 64}"

NewKey = Callable[..., Awaitable[str]]


@pytest.fixture
async def new_key(connection: Connection) -> NewKey:
    """A factory: `await new_key("write", campaigns=["C"])` is a key that the database knows."""

    async def new(*scopes: Scope, **bounds: Any) -> str:
        given = {"campaigns": None, "events_per_s": None, "requests_per_s": None} | bounds
        text, key = keys.make("test", scopes, **given)
        await keys.add(connection, key)
        assert text is not None
        return text

    return new


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def assert_refused(reply: httpx.Response, status: int, code: str, *sent: str) -> None:
    """A problem document that repeats nothing of what was sent, and says nothing of our insides."""
    assert (reply.status_code, reply.json()["type"]) == (status, f"urn:adpulse:{code}")
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert ("www-authenticate" in reply.headers) == (status == 401)
    whole = reply.text + str(reply.headers)
    for word in (*SECRETS, *sent):
        assert word not in whole


# ── Keys and scopes ──────────────────────────────────────────────────────────────────────────────────────────


async def test_without_any_key_loopback_is_open(client: Client) -> None:
    """A local start needs no key, and one that is sent all the same does no harm."""
    for headers in ({}, bearer(UNKNOWN), bearer("nonsense")):
        assert (await client.post("/events", json=BATCH, headers=headers)).status_code == 200
        assert (await client.get(DAY, headers=headers)).status_code == 200
        assert (await client.get("/metrics", headers=headers)).status_code == 200


async def test_without_any_key_a_network_address_is_shut(serve: Serve, url: str) -> None:
    """Whatever was checked when it started: a service that the network reaches lets nobody in, unless told to."""
    shut = await serve(url, host="0.0.0.0")
    assert_refused(await shut.post("/events", json=BATCH), 401, "key_missing")
    assert_refused(await shut.get(DAY), 401, "key_missing")
    told = await serve(url, host="0.0.0.0", insecure=True)
    assert (await told.post("/events", json=BATCH)).status_code == 200


async def test_a_key_opens_what_its_scopes_say(serve: Serve, url: str, new_key: NewKey) -> None:
    """Every scope its door, in either header; another door is 403, and without a key it is 401. Others stay open."""
    held = {scope: await new_key(scope) for scope in keys.SCOPES}
    held["write read"] = await new_key("write", "read")
    client = await serve(url)
    doors: dict[str, Callable[[dict[str, str]], Awaitable[httpx.Response]]] = {
        "write": lambda headers: client.post("/events", json=BATCH, headers=headers),
        "read": lambda headers: client.get(DAY, headers=headers),
        "metrics": lambda headers: client.get("/metrics", headers=headers),
    }
    for scope, door in doors.items():
        assert_refused(await door({}), 401, "key_missing")
        for scopes, key in held.items():
            for headers in (bearer(key), {"X-API-Key": key}, {"authorization": f"BEARER  {key} "}):
                reply = await door(headers)
                if scope in scopes.split():
                    assert reply.status_code == 200
                else:
                    assert_refused(reply, 403, "scope", key)
    for path in ("/healthz", "/readyz", "/docs", "/openapi.json"):
        assert (await client.get(path)).status_code == 200


async def test_metrics_may_be_left_open(serve: Serve, url: str, new_key: NewKey) -> None:
    """Where the network keeps others out, as behind the balancer of infra/ecs, the collector needs no key."""
    await new_key("write")
    client = await serve(url, open_metrics=True)
    assert (await client.get("/metrics")).status_code == 200
    assert (await client.post("/events", json=BATCH)).status_code == 401


async def test_what_is_no_key_is_refused_alike(serve: Serve, url: str, new_key: NewKey) -> None:
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
    """Whichever of the two were taken, somebody would be surprised. The same one twice is no contradiction."""
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
    """There FastAPI's routes answer, and the shortcut does not: both lead to the same guarded function."""
    await new_key("write")
    client = await serve(url)
    transport = httpx.ASGITransport(app=client._transport.app, root_path="/api")  # type: ignore[attr-defined]
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as other:
        assert_refused(await other.post("/api/events", json=BATCH), 401, "key_missing")
        assert_refused(await other.get(f"/api{DAY}"), 401, "key_missing")
        assert_refused(await other.get("/api/metrics"), 401, "key_missing")


# ── How a service learns of keys ─────────────────────────────────────────────────────────────────────────────


async def until(client: Client, key: str, status: int) -> None:
    async with asyncio.timeout(60):
        while (await client.post("/events", json=BATCH, headers=bearer(key))).status_code != status:
            await asyncio.sleep(0.02)


async def test_keys_can_be_rotated_without_a_gap(
    serve: Serve, url: str, new_key: NewKey, connection: Connection
) -> None:
    """A new key works beside the old one; the old one stops when it is revoked, and the last one leaves nobody in."""
    old = await new_key("write")
    client = await serve(url, keys_reload_s=0.05)
    await until(client, old, 200)
    new = await new_key("write")
    await until(client, new, 200)
    assert (await client.post("/events", json=BATCH, headers=bearer(old))).status_code == 200
    assert await keys.revoke(connection, old.split("_")[2])
    await until(client, old, 401)
    assert (await client.post("/events", json=BATCH, headers=bearer(new))).status_code == 200
    assert not await keys.revoke(connection, old.split("_")[2]), "it is revoked already"
    assert await keys.revoke(connection, new.split("_")[2])
    await until(client, new, 401)
    assert_refused(await client.post("/events", json=BATCH), 401, "key_missing")


async def test_the_first_key_shuts_the_door(serve: Serve, url: str, new_key: NewKey) -> None:
    """A service that runs open asks for keys as soon as there is one."""
    client = await serve(url, keys_reload_s=0.05)
    assert (await client.post("/events", json=BATCH)).status_code == 200
    await new_key("read")
    async with asyncio.timeout(60):
        while (await client.post("/events", json=BATCH)).status_code != 401:
            await asyncio.sleep(0.02)


async def test_a_new_key_works_although_keys_are_read_seldom(serve: Serve, url: str, new_key: NewKey) -> None:
    """An unknown key has them read again."""
    await new_key("read")
    client = await serve(url, keys_reload_s=3_600)
    await until(client, await new_key("write"), 200)


async def test_guessing_keys_does_not_keep_the_database_busy(
    serve: Serve, url: str, new_key: NewKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many unknown keys come, keys are read once in a while, and known keys never cause a reading."""
    key = await new_key("write")
    client = await serve(url, keys_reload_s=3_600)
    await until(client, key, 200)
    readings = 0
    entries = keys.entries

    async def counted(connection: Connection) -> list[keys.Entry]:
        nonlocal readings
        readings += 1
        return await entries(connection)

    monkeypatch.setattr(keys, "entries", counted)
    monkeypatch.setattr("adpulse.keyring.MISSES_S", 3_600)
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
    await until(client, key, 200)
    await wire.cut()
    await until(client, key, 503)
    assert_refused(await client.get(DAY, headers=bearer(UNKNOWN)), 401, "key_invalid")
    assert_refused(await client.get(DAY), 401, "key_missing")
    await wire.mend()
    await until(client, key, 200)


async def test_nobody_comes_in_before_the_keys_are_known() -> None:
    """A database that was never reached may have keys: nothing is open, and it is no 401 either."""
    app = create_app(Settings(database_url="postgresql://127.0.0.1:1/none"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        for reply in (await client.post("/events", json=BATCH), await client.get(DAY), await client.get("/metrics")):
            assert_refused(reply, 503, "unavailable")
            assert reply.headers["retry-after"]


async def test_readiness_waits_for_the_keys(new_database: NewDatabase, new_key: NewKey) -> None:
    """A service that would answer everything with 503 is not ready."""
    app = create_app(Settings(database_url=await new_database()))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client,
        asyncio.timeout(60),
    ):
        while (reply := await client.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.01)
        assert app.state.keyring.known
        app.state.keyring.known = False
        reply = await client.get("/readyz")
        assert (reply.status_code, reply.json()["detail"]) == (503, "The keys have not been read yet.")


# ── Campaigns ────────────────────────────────────────────────────────────────────────────────────────────────


def of(campaign: str, **fields: Any) -> dict[str, Any]:
    return EVENT | {"campaign_id": campaign} | fields


@pytest.mark.parametrize("ndjson", [False, True], ids=["json", "ndjson"])
async def test_a_key_writes_its_campaigns_only(serve: Serve, url: str, new_key: NewKey, ndjson: bool) -> None:
    """Events of others are rejected one by one under `scope`, whatever else is in the batch; the sum holds."""
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


# ── Rates ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_bucket_keeps_its_rate() -> None:
    """Over any time that begins full, no more passes than the rate, a second's worth, and one that overdraws."""
    bucket = Bucket(10, now=0.0)
    assert bucket.wait(0.0) == 0
    bucket.take(25)  # more than there is: it passes, and is paid for
    assert bucket.wait(0.0) == pytest.approx(1.6)
    assert bucket.wait(1.5) == pytest.approx(0.1)
    assert bucket.wait(1.6) == pytest.approx(0)
    assert bucket.wait(1_000) == 0  # it does not overflow
    bucket.take(10)
    assert bucket.wait(1_000) == pytest.approx(0.1)
    slow = Bucket(0.5, now=0.0)
    slow.take(1)
    assert slow.wait(0.0) == pytest.approx(2)


def test_a_bucket_over_a_long_time() -> None:
    """A sender that tries all the time gets its rate and not more."""
    bucket, sent = Bucket(100, now=0.0), 0
    for tick in range(10_000):
        if bucket.wait(tick / 100) == 0:
            bucket.take(7)
            sent += 7
    assert 100 * 100 <= sent <= 100 * 100 + 100 + 7


async def test_a_key_that_sends_too_much_is_told_to_wait(serve: Serve, url: str, new_key: NewKey) -> None:
    """429 with Retry-After, before the body is read; another key is not concerned, and reports cost no events."""
    limited = await new_key("write", "read", events_per_s=0.001)
    free = await new_key("write")
    client = await serve(url)
    many = {"events": [EVENT] * 50 + [{}] * 50}
    assert (await client.post("/events", json=many, headers=bearer(limited))).json()["accepted"] == 50
    reply = await client.post("/events", content=b"{", headers=bearer(limited))
    assert_refused(reply, 429, "rate_limited", limited)
    assert 90_000 < int(reply.headers["retry-after"]) <= 100_000, "rejected events count too"
    assert (await client.post("/events", json=many, headers=bearer(free))).status_code == 200
    assert (await client.get(DAY, headers=bearer(limited))).status_code == 200


async def test_a_limit_on_requests_holds_for_all_of_them(serve: Serve, url: str, new_key: NewKey) -> None:
    """Reports and batches together; the default is the service's setting, and a key's own limit goes before it."""
    default, own = await new_key("write", "read"), await new_key("read", requests_per_s=1_000)
    client = await serve(url, key_requests_per_s=0.001, keys_reload_s=0.05)
    assert (await client.get(DAY, headers=bearer(default))).status_code == 200
    await asyncio.sleep(0.2)  # reading the keys again fills no bucket
    assert_refused(await client.get(DAY, headers=bearer(default)), 429, "rate_limited")
    assert_refused(await client.post("/events", json=BATCH, headers=bearer(default)), 429, "rate_limited")
    for _ in range(5):
        assert (await client.get(DAY, headers=bearer(own))).status_code == 200


# ── Headers and pages ────────────────────────────────────────────────────────────────────────────────────────


async def test_every_reply_forbids_guessing_its_type(client: Client) -> None:
    """Answers, errors, pages and files; a report is kept by nobody, and the page runs only what is its own."""
    replies = [
        await client.post("/events", json=BATCH),
        await client.post("/events", content=b"{"),
        *[await client.get(path) for path in (DAY, f"{DAY}&format=csv", "/healthz", "/readyz", "/metrics", "/nothing")],
        *[
            await client.get(path)
            for path in ("/docs", "/docs/start.js", "/docs/assets/swagger-ui.css", "/openapi.json")
        ],
    ]
    assert [reply.headers["x-content-type-options"] for reply in replies] == ["nosniff"] * len(replies)
    assert [reply.headers["cache-control"] for reply in replies[2:4]] == ["no-store"] * 2
    policy = (await client.get("/docs")).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


async def test_pages_of_others_are_let_in_by_name_only(serve: Serve, url: str, new_key: NewKey) -> None:
    """No origin is named by default; one that is named gets the headers for it, on refusals too, others do not."""
    await new_key("write")
    page = {"Origin": "https://app.example.com"}
    asks = page | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    silent = await serve(url)
    for reply in (
        await silent.post("/events", json=BATCH, headers=page),
        await silent.options("/events", headers=asks),
    ):
        assert not [name for name in reply.headers if name.startswith("access-control")]
    named = await serve(url, cors_origins=("https://app.example.com",))
    refused = await named.post("/events", json=BATCH, headers=page)
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "https://app.example.com"
    preflight = await named.options("/events", headers=asks)
    assert preflight.status_code == 200
    assert "access-control-allow-credentials" not in preflight.headers
    stranger = await named.options("/events", headers=asks | {"Origin": "https://other.example.com"})
    assert "access-control-allow-origin" not in stranger.headers


@pytest.mark.parametrize("origins", ["*", "https://*", "app.example.com", "https://a/b", "null", "https://a,*"])
def test_an_origin_is_written_out(origins: str) -> None:
    """No wildcard gets in by the setting."""
    with pytest.raises(ValueError, match="cors_origins"):
        Settings(cors_origins=origins)


async def test_the_contract_tells_of_the_doors(client: Client) -> None:
    """Every guarded operation publishes how a key is sent, and what is said to who has none; the others do not."""
    document = (await client.get("/openapi.json")).json()
    schemes = document["components"]["securitySchemes"]
    assert schemes["bearer"]["scheme"] == "bearer"
    assert schemes["header"]["name"] == "X-API-Key"
    for path, method in (("/events", "post"), ("/report", "get"), ("/metrics", "get")):
        operation = document["paths"][path][method]
        assert operation["security"] == [{"bearer": []}, {"header": []}, {}]
        assert {"401", "403", "429", "503"} <= operation["responses"].keys()
    assert "security" not in document["paths"]["/healthz"]["get"]


# ── Keys themselves ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_key_is_256_random_bits_with_a_readable_front() -> None:
    """It says what it is for and which it is; the table gets its hash and nothing of its secret."""
    made = [keys.make("n", ["read", "write"], None, None, None) for _ in range(100)]
    for text, key in made:
        assert text is not None
        front, secret = text.rsplit("_", 1)
        assert front == f"adp_wr_{key.key_id}"
        assert len(bytes.fromhex(secret)) == 32
        assert key.sha256 == keys.digest(text.encode())
        assert text[keys.ID_AT] == key.key_id
        assert secret not in repr(key)
    assert len({text for text, _ in made}) == 100


@pytest.mark.parametrize(
    "bounds",
    [
        {"name": ""},
        {"name": "n" * 129},
        {"name": "a\0"},
        {"scopes": []},
        {"scopes": ["write", "admin"]},
        {"campaigns": [""]},
        {"campaigns": ["c" * 129]},
        {"campaigns": [str(number) for number in range(1_001)]},
        {"campaigns": ["C"], "scopes": ["read", "metrics"]},
        {"stored": "0:0"},
        {"stored": f"{'0' * 12}:{'0' * 63}"},
    ],
    ids=repr,
)
def test_a_key_that_the_table_would_not_take_is_refused(bounds: dict[str, Any]) -> None:
    """With a sentence, and before the database is asked."""
    given = {"name": "n", "scopes": ["read"], "campaigns": None, "events_per_s": None, "requests_per_s": None} | bounds
    with pytest.raises(ValueError, match=r"^(a|metrics|--stored) "):
        keys.make(**given)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *((host, True) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost")),
        *((host, False) for host in ("0.0.0.0", "::", "192.168.1.2", "example.com", "", "localhost.example.com")),
    ],
)
def test_only_loopback_is_loopback(host: str, loopback: bool) -> None:
    """A name that must be looked up is none: it may lead anywhere."""
    assert is_loopback(host) is loopback


async def test_the_schema_holds_what_the_code_holds(connection: Connection) -> None:
    """The most campaigns of a key and its scopes are those of the table."""
    most = keys.make("n", list(keys.SCOPES[:2]), [str(n) for n in range(keys.MOST_CAMPAIGNS)], 0.5, 2.5)[1]
    await keys.add(connection, most)
    await keys.add(connection, keys.make("n", list(keys.SCOPES), None, None, None)[1])
    assert next(entry.key for entry in await keys.entries(connection)) == most


async def test_two_services_of_one_process_are_apart(new_database: NewDatabase, serve: Serve) -> None:
    """A key of one database is nothing to another."""
    url, other = await new_database(), await new_database()
    text, key = keys.make("n", ["write"], None, None, None)
    for each, stored in ((url, key), (other, keys.make("n", ["write"], None, None, None)[1])):
        connection = await connect(each)
        await keys.add(connection, stored)
        await connection.close()
    assert text is not None
    assert (await (await serve(url)).post("/events", json=BATCH, headers=bearer(text))).status_code == 200
    assert_refused(await (await serve(other)).post("/events", json=BATCH, headers=bearer(text)), 401, "key_invalid")
