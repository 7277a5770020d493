"""Amazon Data Firehose delivers to an HTTP endpoint: its envelope, its key, its reply, and what it delivers again."""

import gzip
import json
from base64 import b64encode
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adpulse.database.connections import Connection
from adpulse.ingest.decoder import Decoder
from adpulse.ingest.formats import firehose
from adpulse.settings import Settings
from tests.adpulse.auth.conftest import EVENT, NewKey, new_key
from tests.services import Client, Serve

__all__ = ["new_key"]  # a fixture

PATH = "/events/firehose"


def record(*events: Any) -> dict[str, str]:
    """Return events as a producer puts them into a record: a line each, or text as it is."""
    lines = [event if isinstance(event, str) else json.dumps(event) + "\n" for event in events]
    return {"data": b64encode("".join(lines).encode()).decode()}


def delivery(*records: Any, timestamp: int = 1_578_090_901_599) -> dict[str, Any]:
    return {"requestId": "ed4acda5-034f-9f42-bba1-f29aea6d7d8f", "timestamp": timestamp, "records": list(records)}


async def deliver(client: Client, body: Any, request_id: str = "ed4acda5", **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    said = {"Content-Type": "application/json", "X-Amz-Firehose-Protocol-Version": "1.0"}
    said |= {"X-Amz-Firehose-Request-Id": request_id} | headers
    return await client.post(PATH, content=content, headers=said)


def assert_told(reply: httpx.Response, status: int, request_id: str, *words: str) -> None:
    """Assert the form that Firehose reads: the id, a time in milliseconds, and an error unless all is well."""
    said = reply.json()
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/json")
    assert said.keys() == {"requestId", "timestamp"} | ({"errorMessage"} if status != 200 else set())
    assert said["requestId"] == request_id
    assert said["timestamp"] > 1_500_000_000_000
    for word in words:
        assert word in said["errorMessage"]


async def test_a_repeated_delivery_counts_once(client: Client, connection: Connection) -> None:
    """Records of one event or of several lines; a second attempt has another time in it, and stores nothing."""
    records = record(EVENT), record(EVENT, "\n", EVENT), record(json.dumps(EVENT))
    assert_told(await deliver(client, delivery(*records)), 200, "ed4acda5")
    assert_told(await deliver(client, delivery(*records, timestamp=1_578_090_999_999)), 200, "ed4acda5")
    packed = gzip.compress(json.dumps(delivery(*records)).encode())
    assert_told(await deliver(client, packed, "ed4acda5", **{"Content-Encoding": "gzip"}), 200, "ed4acda5")
    assert await connection.fetchval("SELECT count(*) FROM events") == 4
    assert_told(await deliver(client, delivery(record(EVENT)), "another"), 200, "another")
    assert await connection.fetchval("SELECT count(*) FROM events") == 5


async def test_no_event_is_lost_in_silence(client: Client, connection: Connection) -> None:
    """A delivery with a bad event fails each time, and so ends in the bucket; its good events count once."""
    mixed = delivery(record(EVENT), record("no JSON"), record(EVENT | {"cost": -1}))
    for _ in range(2):
        assert_told(await deliver(client, mixed), 400, "ed4acda5", "2 events rejected", "at 1 (", "malformed_json")
    assert await connection.fetchval("SELECT count(*) FROM events") == 1
    assert_told(await deliver(client, delivery(record("x")), "all-bad"), 422, "all-bad", "1 event rejected")


@example(raw=[b"\xff\x00", b'{"event_type": "cli\xd1"}'], place=1)
@given(
    raw=st.lists(st.binary(min_size=1, max_size=40).filter(lambda data: data.strip()), max_size=5),
    place=st.integers(0, 5),
)
def test_a_record_of_any_bytes_costs_only_itself(raw: list[bytes], place: int) -> None:
    """Base64 may hold what is not UTF-8: such a record is rejected, and the good one beside it is not."""
    good = json.dumps(EVENT).encode()
    records = [*raw[:place], good, *raw[place:]]
    body = json.dumps(delivery(*({"data": b64encode(each).decode()} for each in records))).encode()
    batch = Decoder(Settings()).decode(body, unwrap=firehose.unwrap)
    lines = [line for line in b"\n".join(records).splitlines() if line.strip()]
    assert len(batch.rows) == lines.count(good)
    assert len(batch.rows) + batch.rejected_count == len(lines)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        ({"events": [EVENT]}, 422),
        (delivery({"data": "!"}), 422),
        (delivery({"data": "é"}), 422),
        (delivery({"data": 1}), 422),
        (delivery({}), 422),
        (delivery("x"), 422),
        ([], 422),
        (b'{"records":[],"records":[]}', 422),
        (delivery(), 422),
        (delivery({"data": b64encode(b"\xff\xfe\n\0").decode()}), 422),
        (delivery(record(*[EVENT] * 3)), 400),
    ],
)
async def test_other_bodies_are_no_delivery(serve: Serve, url: str, body: Any, status: int) -> None:
    """A refusal has Firehose's form, too, and is never a 413, after which Firehose forgets the records."""
    client = await serve(url, max_events=2)
    assert_told(await deliver(client, body), status, "ed4acda5")


async def test_the_head_of_a_delivery(client: Client) -> None:
    """Without an id it could count twice; with another type it comes from somebody else."""
    assert_told(await deliver(client, delivery(record(EVENT)), ""), 400, "", "1 to 128")
    reply = await client.post(PATH, json=delivery(record(EVENT)))
    assert_told(reply, 400, "", "X-Amz-Firehose-Request-Id")
    reply = await deliver(client, b"x", **{"Content-Type": "application/x-ndjson"})
    assert_told(reply, 415, "ed4acda5", "application/json")


async def test_the_access_key_is_a_key(serve: Serve, url: str, new_key: NewKey) -> None:
    """It is sent in Firehose's own header; a refusal has Firehose's form and the headers of every refusal."""
    key, reader = await new_key("write", campaigns=["C"], events_per_s=0.01), await new_key("read")
    client = await serve(url)
    body = delivery(record(EVENT))
    missing = await deliver(client, body)
    assert_told(missing, 401, "ed4acda5", "Send a key")
    assert missing.headers["www-authenticate"]
    assert_told(await deliver(client, body, **{"X-Amz-Firehose-Access-Key": reader}), 403, "ed4acda5")
    assert_told(await deliver(client, body, **{"X-Amz-Firehose-Access-Key": key}), 200, "ed4acda5")
    limited = await deliver(client, body, **{"X-Amz-Firehose-Access-Key": key})
    assert_told(limited, 429, "ed4acda5")
    assert int(limited.headers["retry-after"]) > 0
