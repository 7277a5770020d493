"""Rates of a key, counted in this process by token buckets.

Replies show the remaining tokens in the fields of draft-ietf-httpapi-ratelimit-headers-10: a bucket is a policy with a
quota and a window.
"""

import math
from collections.abc import Iterable, Mapping


class RateLimited(Exception):
    """A rate is used up; `wait_s` is how long until something is left."""

    def __init__(self, wait_s: float) -> None:
        super().__init__()
        self.wait_s = wait_s


class Bucket:
    """A token bucket: it fills with `rate` tokens a second, up to a second's worth.

    It may go into debt, and then refuses until the debt is paid. So a batch that is larger than the bucket passes, and
    over time the rate holds.
    """

    __slots__ = ("_at", "_rate", "_size", "_tokens")

    def __init__(self, rate: float, now: float) -> None:
        self._rate = rate
        self._size = self._tokens = max(rate, 1.0)
        self._at = now

    def wait(self, now: float) -> float:
        """Return the seconds until a whole token is there; 0 if one is there now."""
        self._tokens = min(self._tokens + (now - self._at) * self._rate, self._size)
        self._at = now
        return max(0.0, (1.0 - self._tokens) / self._rate)

    def take(self, tokens: float) -> None:
        """Take the tokens, even if they are not there."""
        self._tokens -= tokens

    @property
    def policy(self) -> str:
        """Return the quota and its window in seconds: whole numbers, no more than the rate allows."""
        return f"q={int(self._size)};w={math.ceil(self._size / self._rate)}"

    def left(self, now: float) -> str:
        """Return the whole tokens, and the seconds until the first one or, if there is one, until all are there."""
        wait_s = self.wait(now) or (self._size - self._tokens) / self._rate
        return f"r={max(0, int(self._tokens))};t={math.ceil(wait_s)}"


def fields(buckets: Mapping[str, Bucket | None], now: float) -> list[tuple[bytes, bytes]]:
    """Return the headers that tell a client its limits and the remaining tokens."""
    limits = {name: bucket for name, bucket in buckets.items() if bucket}
    policy = ", ".join(f'"{name}";{bucket.policy}' for name, bucket in limits.items())
    left = ", ".join(f'"{name}";{bucket.left(now)}' for name, bucket in limits.items())
    return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode())]


def check(buckets: Iterable[Bucket | None], now: float) -> None:
    """Raise RateLimited while one of the buckets has no whole token; None stands for no limit."""
    wait_s = max((bucket.wait(now) for bucket in buckets if bucket), default=0.0)
    if wait_s > 0:
        raise RateLimited(wait_s)
