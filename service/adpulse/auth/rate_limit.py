"""Rates of a key, counted in this process by token buckets."""

from collections.abc import Iterable


class RateLimited(Exception):
    """A rate is used up; `wait_s` is how long until something is left."""

    def __init__(self, wait_s: float) -> None:
        super().__init__()
        self.wait_s = wait_s


class Bucket:
    """A token bucket: it fills with `rate` tokens a second, up to a second's worth.

    What is taken may leave it in debt, and nothing more is to be had until that is paid: so a batch that is larger than
    the bucket passes, and over time the rate holds.
    """

    __slots__ = ("_at", "_rate", "_tokens")

    def __init__(self, rate: float, now: float) -> None:
        self._rate = rate
        self._tokens = max(rate, 1.0)
        self._at = now

    def wait(self, now: float) -> float:
        """Return the seconds until there is a whole token; 0: there is one now."""
        self._tokens = min(self._tokens + (now - self._at) * self._rate, max(self._rate, 1.0))
        self._at = now
        return max(0.0, (1.0 - self._tokens) / self._rate)

    def take(self, tokens: float) -> None:
        """Take as many, even if they are not there."""
        self._tokens -= tokens


def check(buckets: Iterable[Bucket | None], now: float) -> None:
    """Raise RateLimited while one of the buckets has no whole token; None stands for no limit."""
    wait_s = max((bucket.wait(now) for bucket in buckets if bucket), default=0.0)
    if wait_s > 0:
        raise RateLimited(wait_s)
