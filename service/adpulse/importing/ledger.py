"""The table `imported`: the groups of records that were imported. It makes a file count once."""

from dataclasses import dataclass
from datetime import datetime

from adpulse.database.connections import Connection
from adpulse.importing.chunk import Chunk
from adpulse.ingest.batch import Answer

# A group without any stored event may be imported again, with another mapping.
_NOTE = """
INSERT INTO imported AS kept (before, after, name, first_record, records, accepted, duplicates, rejected)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (before, after) DO UPDATE SET
  name = excluded.name, accepted = excluded.accepted, duplicates = excluded.duplicates, rejected = excluded.rejected,
  imported_at = excluded.imported_at
WHERE kept.accepted + kept.duplicates = 0
RETURNING true
"""


class AlreadyImported(Exception):
    """Another import has just taken this group; nothing was stored."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of records and its place in the chain."""

    name: str
    first_record: int
    records: int
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """A group that begins at the current record and was imported before."""

    records: int
    after: bytes
    effective: bool  # at least one of its events was stored
    imported_at: datetime


async def find(connection: Connection, before: bytes, chunk: Chunk) -> Known | None:
    """Return the longest group that was imported before and with which a chunk begins, or None."""
    records = await connection.fetch(
        "SELECT records, after, accepted + duplicates > 0 AS effective, imported_at "
        "FROM public.imported WHERE before = $1 AND records <= $2 ORDER BY records DESC",
        before,
        len(chunk),
    )
    for record in records:
        first, _ = chunk.split(record["records"])
        if first.digest(before) == record["after"]:
            return Known(*record)
    return None


async def note(connection: Connection, group: Group, answer: Answer) -> None:
    """Note a group, in the transaction that writes it. Raises AlreadyImported."""
    taken = await connection.fetchval(
        _NOTE,
        group.before,
        group.after,
        group.name,
        group.first_record,
        group.records,
        answer.accepted,
        answer.duplicates,
        answer.rejected_count,
    )
    if not taken:
        raise AlreadyImported
