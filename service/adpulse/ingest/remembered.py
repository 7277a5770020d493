"""Memory of values that repeat: most events of a batch share a few hundred campaigns, amounts and metadata."""

from collections.abc import Callable
from typing import TypeVar

# A full cache is cleared.
REMEMBERED = 20_000

Key = TypeVar("Key")
Made = TypeVar("Made")


class Remembered(dict[Key, Made]):
    """A dict that makes the value of a key at its first look-up. Later look-ups call no Python function."""

    def __init__(self, make: Callable[[Key], Made], keep: Callable[[Key], bool] = lambda _: True) -> None:
        super().__init__()
        self._make = make
        self._keep = keep

    def __missing__(self, key: Key) -> Made:
        value = self._make(key)
        if self._keep(key):
            if len(self) >= REMEMBERED:
                self.clear()
            self[key] = value
        return value
