"""All that a client sends is data: it is stored and answered as it is, or refused, and never becomes a statement."""

import json
from typing import Any

import pytest

from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.reports.query_string import PARAMETERS
from adpulse.variants import catalogue, verify
from tests.servers import NewDatabase
from tests.services import Client, Serve

# For SQL in strings, names, dollar quotes and comments; for jsonpath, which filters become; for LIKE, format() and
# Python's templates; for array and record literals.
PAYLOADS = [
    "'; DROP TABLE events; --",
    '"; DROP TABLE events; --',
    "');DELETE FROM events;--",
    "' OR '1'='1",
    "1 OR 1=1",
    "' UNION SELECT version(), NULL --",
    "\\'; SELECT pg_sleep(60); --",
    "$$; SELECT pg_sleep(60); $$",
    "$1",
    "*/ TRUNCATE events /*",
    "IN\" || $.x == \"",
    '" || true || "',
    '") || ($."geo" like_regex ".*',
    "$.*",
    "strict $ ? (@.geo != 1)",
    "%s %(geo)s %n %1$s {0} {geo!r}",
    "%' OR 1=1",
    "{NULL}",
    "{a,\"b\"}",
    "(1,2)",
    "NULL",
    "\\N",
    "\\.",
    "null",
    "E'\\x27'",
    "u&'\\0027'",
    "public.events",
    "events_default",
    "now()",
    "a\n; DROP TABLE events;\n",
    "\u02bc; DROP TABLE events; --",
    "\uff07; DROP TABLE events; --",
]  # fmt: skip
WINDOW = {"start": "2025-09-24", "end": "2025-09-25"}

_SCHEMA = """
SELECT relname::text AS name, relkind::text || relacl::text AS what FROM pg_class
WHERE relnamespace = 'public'::regnamespace
UNION ALL
SELECT attrelid::regclass || '.' || attname, atttypid::regtype || attnotnull::text FROM pg_attribute
JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'public'::regnamespace AND attnum > 0
UNION ALL
SELECT oid::regprocedure::text, md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT tgname::text, tgenabled::text FROM pg_trigger
UNION ALL
SELECT rolname::text, rolsuper::text FROM pg_roles WHERE rolname LIKE 'adpulse%'
ORDER BY 1, 2
"""


def event(payload: str) -> dict[str, Any]:
    return {
        "ts": "2025-09-24T06:59:31Z",
        "campaign_id": payload,
        "user_id": payload,
        "event_type": "click",
        "cost": 0.25,
        "metadata": {payload: payload, "geo": payload, "deep": [payload, {payload: payload}]},
    }


async def clicks(client: Client, **parameters: Any) -> tuple[int, dict[str | None, int]]:
    """Return the clicks of all, and by group."""
    reply = await client.get("/report", params=WINDOW | parameters)
    assert reply.status_code == 200, reply.text
    answer = reply.json()
    return answer["totals"]["clicks"], {row["group"]: row["clicks"] for row in answer.get("rows", [])}


@pytest.fixture
async def stored(variant: str, new_database: NewDatabase, serve: Serve) -> Any:
    """Serve a database that holds an event of every payload; check at the end that the schema is unchanged."""
    url = await new_database(variant)
    connection = await connections.connect(url)
    before = await connection.fetch(_SCHEMA)
    # No upkeep, which makes partitions.
    client = await serve(url, maintenance_s=3_600, dimensions=("geo",))
    reply = await client.post("/events", json={"events": [event(payload) for payload in PAYLOADS]})
    assert reply.json()["accepted"] == len(PAYLOADS)
    yield client, connection
    assert await connection.fetchval("SELECT count(*) FROM events") == len(PAYLOADS)
    exact = await verify.verify(connection, catalogue.find(variant))
    assert exact.exact
    assert exact.cells
    changed = set(map(tuple, await connection.fetch(_SCHEMA))) ^ set(map(tuple, before))
    assert not {name for name, _ in changed if not name.startswith("events_p")}
    await connection.close()


@pytest.mark.parametrize("variant", ["btree_gin", "matview", "rollup", "rollup_dims"])
async def test_values_are_stored_and_found_as_they_are(stored: tuple[Client, Connection]) -> None:
    """Values are stored and found as they are in every text of an event, in metadata, alone and as groups."""
    client, connection = stored
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=json.loads)
    records = await connection.fetch("SELECT campaign_id, user_id, metadata FROM events")
    found = {record["campaign_id"]: (record["user_id"], record["metadata"]) for record in records}
    assert found == {payload: (payload, event(payload)["metadata"]) for payload in PAYLOADS}

    everything = dict.fromkeys(PAYLOADS, 1)
    assert await clicks(client, group_by="campaign_id") == (len(PAYLOADS), everything)
    assert await clicks(client, group_by="geo") == (len(PAYLOADS), everything)
    assert await clicks(client, campaign_id=PAYLOADS) == (len(PAYLOADS), {})
    for payload in PAYLOADS:
        assert await clicks(client, campaign_id=payload) == (1, {}), payload
        assert await clicks(client, filter=f"geo:{payload}", group_by="campaign_id") == (1, {payload: 1}), payload
        assert await clicks(client, filter=f"geo:{payload}", metrics="clicks,unique_users") == (1, {}), payload
        csv = await client.get("/report", params=WINDOW | {"campaign_id": payload, "group_by": "geo", "format": "csv"})
        assert csv.status_code == 200


@pytest.mark.parametrize("variant", ["rollup_dims"])
async def test_parameters_take_what_they_know_and_refuse_the_rest(stored: tuple[Client, Connection]) -> None:
    """Names of columns, orders, numbers, zones, times: from a list or a pattern. The refusal does not repeat them."""
    client, _ = stored
    data = {"campaign_id", "filter", "group_by"}
    for payload in PAYLOADS:
        for name in PARAMETERS:
            if name in data:
                continue
            more = {"group_by": "geo"} if name == "order_by" else {}
            reply = await client.get("/report", params=WINDOW | more | {name: payload})
            assert reply.status_code == 422, (name, payload)
            assert reply.json()["parameter"] == name
            assert payload == "null" or payload not in reply.text, (name, payload)
        assert (await client.get("/report", params=WINDOW | {payload: "x"})).status_code == 422
        assert await clicks(client, group_by=payload) == (len(PAYLOADS), {None: len(PAYLOADS) - 1, payload: 1})
        assert await clicks(client, filter=json.dumps({payload: payload})) == (1, {})


async def test_headers_are_data_too(client: Client, connection: Connection) -> None:
    """An Idempotency-Key is stored as it is, or refused; a media type or an encoding is one of a few."""
    batch = {"events": [event("C")]}
    for payload in PAYLOADS:
        headers = {"Idempotency-Key": payload.encode()}
        printable = payload.isascii() and payload.isprintable()
        first = await client.post("/events", json=batch, headers=headers)
        assert first.status_code == (200 if printable else 400), payload
        if printable:
            again = await client.post("/events", json=batch, headers=headers)
            assert (first.json()["accepted"], again.json()["duplicates"]) == (1, 1)
        for name in ("Content-Type", "Content-Encoding"):
            if printable:
                reply = await client.post(
                    "/events", content=b"{}", headers={"Content-Type": "application/json"} | {name: payload}
                )
                assert reply.status_code == 415, (name, payload)
    kept = {record["key"] for record in await connection.fetch("SELECT key FROM idempotency_keys")}
    assert kept == {payload for payload in PAYLOADS if payload.isascii() and payload.isprintable()}
    assert await connection.fetchval("SELECT count(*) FROM events") == len(kept)
