"""A batch on its way into the database: where it stands, and the answer that its sender waits for."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from adpulse.database.connections import Connection
from adpulse.event.contract import Rejection
from adpulse.ingest.batch import Answer, Batch


@dataclass(slots=True, eq=False)
class Job:
    """A batch that waits for its commit."""

    batch: Batch
    key: str | None
    body_hash: bytes | None
    answer: "asyncio.Future[Answer]"
    # More work for the same transaction: it is called with the answer that the batch is about to get.
    also: Callable[[Connection, Answer], Awaitable[None]] | None = None
    queued_at: float = field(default_factory=time.monotonic)
    # Places in batch.rows: of events that were stored before, and of those that the database refused.
    duplicates: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)

    def settle(self, outcome: Answer | Exception) -> None:
        """Answer the sender, if it is still there."""
        if self.answer.done():
            return
        if isinstance(outcome, Exception):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)

    def result(self) -> Answer:
        """Return the answer of a batch that has been written."""
        batch = self.batch
        places = self.refused if batch.positions is None else [batch.positions[place] for place in self.refused]
        unstorable = [
            Rejection(index=place, field=None, code="unstorable", message="could not be stored") for place in places
        ]
        return Answer(
            accepted=len(batch.rows) - len(self.duplicates) - len(self.refused),
            duplicates=len(self.duplicates),
            rejected=(batch.rejected + unstorable)[: batch.listed],
            rejected_count=batch.rejected_count + len(self.refused),
        )
