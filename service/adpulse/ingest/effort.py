"""Count the values that a body makes the decoder read, so that no body holds the event loop for more than a moment."""

import time

# The most that a body may cost on the event loop: some 50 ms. A value costs 1, about 0.1 µs.
MOST = 400_000

# A value that is read with care costs as much as this many others. To judge an event alone costs as much as reading
# JUDGED values with care.
WITH_CARE = 8
JUDGED = 20

# The thread rests for so many seconds after this cost, some 0.5 ms.
_PAUSE_AFTER = 4_000
_PAUSE_S = 0.0002


class CostlyError(Exception):
    """A body costs more than MOST: it is for a thread."""


class Effort:
    """The cost of the body that a decoder decodes, without a limit."""

    def begin(self) -> None:
        """Begin with another body."""

    def spend(self, values: int, each: int = 1) -> None:
        """Add the cost of some values, before they are read."""


class LimitedEffort(Effort):
    """The cost on the event loop. Raises CostlyError beyond MOST."""

    def __init__(self) -> None:
        self._spent = 0

    def begin(self) -> None:
        """Begin with another body."""
        self._spent = 0

    def spend(self, values: int, each: int = 1) -> None:
        """Add the cost of some values, before they are read."""
        self._spent += values * each
        if self._spent > MOST:
            raise CostlyError


class PausingEffort(Effort):
    """The cost in a thread, which rests in between: else the event loop waits 5 ms for the interpreter each time."""

    def __init__(self) -> None:
        self._spent = 0

    def spend(self, values: int, each: int = 1) -> None:
        """Add the cost of some values, before they are read."""
        self._spent += values * each
        if self._spent > _PAUSE_AFTER:
            self._spent = 0
            time.sleep(_PAUSE_S)
