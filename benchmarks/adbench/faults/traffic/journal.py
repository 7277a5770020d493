"""The journal of sent and acknowledged batches, in the memory of the harness and so outside of what is harmed.

What must hold of a batch once nothing is under way any more, after any harm:

* Acknowledged (200, on any of its deliveries): every event of it is stored, once, with its own values.
* Without an acknowledgement: stored wholly and once, or not at all. Nobody can know which; both are right.
* Delivered several times, with an Idempotency-Key or with event ids: the same. So nothing is ever stored twice.

A batch without key and ids is delivered once and never again, because the service does not promise to know it again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf

from adpulse.terminal import counted

Sums = tuple[int, int, int, int, int]  # impressions, clicks, conversions, cost and revenue in micros


class Kind(StrEnum):
    """The means by which the service knows a batch again."""

    PLAIN = "plain"  # nothing
    KEYED = "keyed"  # an Idempotency-Key
    IDS = "ids"  # an event_id in every event


@dataclass
class Batch:
    """A batch as it was sent. Its number is unique in a run; it stands in every event, with the event's place."""

    number: int
    kind: Kind
    size: int  # events
    sums: Sums
    acknowledged: int = 0  # copies of it
    copies: int = 1  # how often it may be stored: a batch may be sent again as a new one
    acknowledged_at: float = inf  # the first time, by time.monotonic()


@dataclass(frozen=True)
class Stored:
    """The stored part of a batch: rows, different places among them, the last place, and the rows' sums."""

    rows: int
    places: int
    last: int
    sums: Sums


@dataclass
class Journal:
    """All batches since the database was last emptied, what went wrong on the way, and when acknowledgements came."""

    batches: dict[int, Batch] = field(default_factory=dict)
    events_sent: int = 0
    events_acknowledged: int = 0
    deliveries: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    acknowledgements: list[float] = field(default_factory=list)  # time.monotonic(), in order

    def sends(self, batch: Batch) -> None:
        """Note a batch before its first byte leaves."""
        self.batches[batch.number] = batch
        self.events_sent += batch.size

    def acknowledges(self, batch: Batch, at: float) -> None:
        """Note a 200 for one of its deliveries."""
        self.acknowledgements.append(at)
        if not batch.acknowledged:
            batch.acknowledged, batch.acknowledged_at = 1, at
            self.events_acknowledged += batch.size

    def violates(self, what: str) -> None:
        """Note a violation."""
        self.violations.append(what)

    def first_acknowledgement(self, after: float) -> float | None:
        """Return the time of the first one after that moment; None if there is none."""
        return next((at for at in self.acknowledgements if at >= after), None)

    def lost(self, stored: Mapping[int, Stored]) -> dict[int, int]:
        """Return how many events are missing of each acknowledged batch of which some are, by its number."""
        missing = {
            batch.number: batch.size - (stored[batch.number].places if batch.number in stored else 0)
            for batch in self.batches.values()
            if batch.acknowledged
        }
        return {number: events for number, events in missing.items() if events > 0}


def compare(batches: Iterable[Batch], stored: Mapping[int, Stored]) -> list[str]:
    """Return a line for each batch that breaks a promise, and for stored rows that nobody sent."""
    wrong = []
    known = set()
    for batch in batches:
        known.add(batch.number)
        found = stored.get(batch.number)
        name = f"batch {batch.number} ({batch.kind}, {counted(batch.size, 'event')})"
        if found is None:
            if batch.acknowledged:
                wrong.append(f"lost: {name} was acknowledged and is not stored")
        elif found.rows > found.places * batch.copies:
            wrong.append(
                f"doubled: {name} has {counted(found.rows, 'row')} for {counted(found.places, 'event')}, "
                f"sent {counted(batch.copies, 'time')}"
            )
        elif found.rows < batch.size * batch.acknowledged:
            told = counted(batch.acknowledged, "time")
            wrong.append(f"lost: {name} has {counted(found.rows, 'event')} stored, acknowledged {told}")
        elif found.places < batch.size or found.rows % batch.size:
            wrong.append(f"torn: {name} has {counted(found.rows, 'event')} stored")
        elif found.last != batch.size - 1 or found.sums != tuple(
            found.rows // batch.size * each for each in batch.sums
        ):
            wrong.append(f"changed: {name} was sent with {batch.sums} and has {found.sums}, last event {found.last}")
    wrong += [f"invented: batch {number} was never sent" for number in stored.keys() - known]
    return wrong
