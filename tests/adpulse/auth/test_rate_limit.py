"""A key that sends too much waits, and costs nobody else."""

import asyncio
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.auth.rate_limit import Bucket
from tests.adpulse.auth.conftest import BATCH, DAY, EVENT, UNKNOWN, NewKey, assert_refused, bearer
from tests.services import Serve

LIMIT = re.compile(r'"(\w+)";r=(\d+);t=(\d+)')


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


async def test_a_limited_key_sees_what_is_left(serve: Serve, url: str, new_key: NewKey) -> None:
    """RateLimit and RateLimit-Policy (structured fields) on every reply, refusals included; other keys get neither."""
    key = await new_key("write", "read", events_per_s=0.001, requests_per_s=50)
    free = await new_key("write", "read")
    client = await serve(url)
    taken = await client.post("/events", json=BATCH, headers=bearer(key))
    assert taken.headers["ratelimit-policy"] == '"requests";q=50;w=1, "events";q=1;w=1000'
    requests, events = LIMIT.findall(taken.headers["ratelimit"])
    assert (requests[0], int(requests[1]) >= 49) == ("requests", True)  # the one that was taken may be back
    assert (events[0], events[1]) == ("events", "0")
    refused = await client.post("/events", json=BATCH, headers=bearer(key))
    assert_refused(refused, 429, "rate_limited")
    (*_, wait_s) = LIMIT.findall(refused.headers["ratelimit"])[1]
    assert abs(int(wait_s) - int(refused.headers["retry-after"])) <= 1, "the same moment"
    for reply in (
        await client.get(DAY, headers=bearer(key)),
        await client.post("/events", content=b"{", headers=bearer(key)),
    ):
        assert [name for name, _, _ in LIMIT.findall(reply.headers["ratelimit"])] == ["requests", "events"]
    for headers in (bearer(free), bearer(UNKNOWN), {}):
        assert "ratelimit" not in (await client.post("/events", json=BATCH, headers=headers)).headers


@given(rate=st.floats(0.001, 1e6), taken=st.lists(st.integers(0, 3), max_size=20))
def test_the_announced_rate_is_the_applied_one(rate: float, taken: list[int]) -> None:
    """There are as many tokens as `r` says; if there is none, one comes `t` seconds later, not a second before."""
    bucket, now = Bucket(rate, now=0.0), 0.0
    for tokens in taken:
        now += 0.01
        bucket.take(tokens)
    left, wait_s = (int(each.partition("=")[2]) for each in bucket.left(now).split(";"))
    if left:
        assert bucket.wait(now) == 0
        bucket.take(left - 1)
        assert bucket.wait(now) == 0
    else:
        assert wait_s - 1 <= bucket.wait(now) <= wait_s
        assert bucket.wait(now + wait_s + 1e-6) == 0
    quota, window_s = (int(each.partition("=")[2]) for each in bucket.policy.split(";"))
    assert 1 <= quota <= rate * window_s + 1e-6
    assert quota + 1 > rate * (window_s - 1), "no more cautious than whole numbers need"


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
