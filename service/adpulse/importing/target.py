"""The interface of a target: a database, or a service in front of one."""

from dataclasses import dataclass
from typing import Protocol

from adpulse.importing.chunk import Chunk
from adpulse.importing.events import Events
from adpulse.importing.ledger import Group, Known
from adpulse.ingest.batch import Answer, Batch


@dataclass(frozen=True, slots=True)
class Judged:
    """The events of a group, and their outcome by the contract."""

    events: Events
    batch: Batch


class Target(Protocol):
    """A database, or a service in front of one."""

    async def begin(self, start: bytes) -> None:
        """Get ready for a file. `start` is the digest of its first record. Raises ImportFailed."""

    async def find(self, before: bytes, chunk: Chunk) -> Known | None:
        """Return the group with which a chunk begins, if it was imported before."""

    async def write(self, judged: Judged, group: Group) -> Answer | None:
        """Write a group. Return None if another import has just written it.

        The answer lists what was rejected of judged.batch.rows, each by its index in judged.events.
        """
