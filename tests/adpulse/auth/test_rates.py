"""A key that sends too much waits, and costs nobody else."""

import asyncio

import pytest

from adpulse.auth.rate_limit import Bucket
from tests.adpulse.auth.conftest import BATCH, DAY, EVENT, NewKey, assert_refused, bearer
from tests.conftest import Serve


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


async def test_many_connections_share_one_bucket(serve: Serve, url: str, new_key: NewKey) -> None:
    """Batches that come at the same time: one overdraws the bucket, the others are refused before they are decoded."""
    key = await new_key("write", events_per_s=10)
    client = await serve(url)
    many = {"events": [EVENT] * 500}
    replies = await asyncio.gather(*(client.post("/events", json=many, headers=bearer(key)) for _ in range(40)))
    taken = [reply for reply in replies if reply.status_code == 200]
    assert len(taken) == 1
    for reply in replies:
        if reply not in taken:
            assert_refused(reply, 429, "rate_limited", key)
