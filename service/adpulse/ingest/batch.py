"""A batch of events on its way to the table, and its possible outcomes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from adpulse.database.errors import AWAY
from adpulse.event.contract import Rejection

LISTED_REJECTIONS = 20


# Raises BodyError if a request may not hold this number of events.
CheckCount = Callable[[int], None]


class BodyError(Exception):
    """A body that cannot be read as a batch: an HTTP status, a stable code, a sentence, headers."""

    def __init__(self, status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers or {}


class Overloaded(Exception):
    """The queue is full; the batch was not taken. Nothing of it will be stored."""


class Unavailable(Exception):
    """The database cannot take the batch now; it was not acknowledged. `reason`: why, as errors.reason says it."""

    def __init__(self, reason: str = AWAY) -> None:
        super().__init__(reason)
        self.reason = reason


class KeyReused(Exception):
    """The Idempotency-Key was used before, with another body."""


@dataclass(slots=True)
class Batch:
    """The content of a request: rows to write, and the rejected events (the first `listed` listed, all counted)."""

    size: int  # bytes of the body
    listed: int = LISTED_REJECTIONS
    rows: list[bytes] = field(default_factory=list)
    # The event_id of each row, as 16 bytes. None if no row has one.
    ids: Sequence[bytes | None] | None = None
    # The UTC day of all rows, in days from 2000-01-01. None if there are several days.
    day: int | None = None
    # The index in the request of each row. None if row i is event i.
    positions: list[int] | None = None
    rejected: list[Rejection] = field(default_factory=list)
    rejected_count: int = 0
    codes: dict[str, int] = field(default_factory=dict)  # how many of them, by the code of the reason

    def reject(self, rejection: Rejection) -> None:
        """Count an event as rejected, and list it while there is room."""
        self.rejected_count += 1
        code = rejection["code"]
        self.codes[code] = self.codes.get(code, 0) + 1
        if len(self.rejected) < self.listed:
            self.rejected.append(rejection)


@dataclass(slots=True)  # a frozen one takes three times as long to make
class Answer:
    """The outcome of a batch: accepted + duplicates + rejected_count = events sent."""

    accepted: int
    duplicates: int
    rejected: list[Rejection]
    rejected_count: int
