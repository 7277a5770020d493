"""The counts of an import."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adpulse.event.contract import Rejection
from adpulse.importing.events import Events
from adpulse.ingest.batch import Answer


@dataclass(slots=True)
class Outcome:
    """The counts of an import: records of the file, and events (a record may give several, or none)."""

    records: int = 0
    known_records: int = 0  # imported before
    known_at: datetime | None = None
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    skipped: int = 0
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)  # number of listed rejections, by field and code
    seconds: float = 0.0

    def described(self) -> dict[str, Any]:
        """Return the counts for JSON."""
        reasons = [
            {"field": field or None, "code": code, "count": n} for (field, code), n in self.reasons.most_common()
        ]
        return {
            "records": self.records,
            "known_records": self.known_records,
            "accepted": self.accepted,
            "duplicates": self.duplicates,
            "rejected": self.rejected,
            "skipped": self.skipped,
            "reasons": reasons,
            "seconds": round(self.seconds, 3),
        }

    def add(self, answer: Answer, events: Events, rejections: Iterable[Rejection]) -> None:
        """Count a group that was written: its answer, its events, and all that is listed as rejected."""
        self.accepted += answer.accepted
        self.duplicates += answer.duplicates
        self.rejected += answer.rejected_count + len(events.rejected)
        self.skipped += events.skipped
        self.reasons.update((rejection["field"] or "", rejection["code"]) for rejection in rejections)
