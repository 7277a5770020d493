"""The bytes that all connections of a process keep for their peers, under one bound."""

from collections.abc import Callable
from typing import Protocol

from adpulse.web.heap import Heap

# For all connections together: requests that wait for their turn, parts of heads and bodies, unread answers.
# Bodies that an endpoint is reading have a bound of their own, ADPULSE_QUEUE_BYTES.
MOST_KEPT_BYTES = 128 * 2**20
# After a peak above this, the heap is trimmed each time that the kept bytes fall to half.
TRIM_BYTES = 8 * 2**20


class Keeper(Protocol):
    """A connection that keeps bytes."""

    def cut(self, reason: str) -> None:
        """End at once, without another byte."""


class Memory:
    """The bytes that each connection keeps, the oldest first. The oldest is cut when all together keep too much.

    A peer that sends and reads at a normal speed is out of it within moments, so the oldest are those that do neither.
    """

    def __init__(self, most: int = MOST_KEPT_BYTES, trim: Callable[[], None] | None = None) -> None:
        self.most = most
        self.total = 0  # bytes
        self._peak = 0  # bytes, since the last trim
        self._trim = trim or Heap().trim_soon
        self._kept: dict[Keeper, int] = {}

    def keep(self, keeper: Keeper, size: int) -> None:
        """Note that this connection keeps `size` bytes from now on; cut the oldest ones while all keep too much."""
        before = self._kept.get(keeper, 0)
        if size == before:
            return
        self.total += size - before
        if size:
            self._kept[keeper] = size
        else:
            del self._kept[keeper]
        while self.total > self.most:
            oldest = next(iter(self._kept))
            self.total -= self._kept.pop(oldest)
            oldest.cut("memory")
        if self.total > self._peak:
            self._peak = self.total
        elif self._peak > TRIM_BYTES and self.total <= self._peak // 2:
            self._peak = self.total
            self._trim()
