"""An archived day: its content, its note in archived_days, its file; and what archive and restore both need."""

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg

from adpulse.database.connections import Connection, connect
from adpulse.database.errors import InUseError
from adpulse.database.locks import ARCHIVE_LOCK, MOVE_LOCK, give_way
from adpulse.variants.catalogue import Variant

Step = Callable[[str, date], None]

PATIENCE_S = 60.0

# The content of a table: counts, sums, and a checksum of all values that does not depend on the order of rows.
_CONTENT = """
SELECT
  count(*) AS events,
  count(*) FILTER (WHERE event_type = 'impression') AS impressions,
  count(*) FILTER (WHERE event_type = 'click') AS clicks,
  count(*) FILTER (WHERE event_type = 'conversion') AS conversions,
  coalesce(sum(cost_micros), 0) AS cost_micros,
  coalesce(sum(revenue_micros), 0) AS revenue_micros,
  coalesce(sum(hashtextextended(
    ROW(ts, campaign_id, user_id, event_type, cost_micros, revenue_micros, metadata, event_id)::text, 0
  )), 0) AS checksum
FROM {table}
"""


class ArchiveError(Exception):
    """An error after which nothing is lost; the text says what to do. `refused`: the work was not begun."""

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a table or a file. Money in micros; the checksum is a decimal number of any size."""

    events: int
    impressions: int
    clicks: int
    conversions: int
    cost_micros: int
    revenue_micros: int
    checksum: str

    def __add__(self, other: "Content") -> "Content":
        names = [name for name in self.__dataclass_fields__ if name != "checksum"]
        sums = {name: getattr(self, name) + getattr(other, name) for name in names}
        return Content(**sums, checksum=str(int(self.checksum) + int(other.checksum)))


@dataclass(frozen=True, slots=True)
class Archived:
    """One file of a day, as its manifest describes it. `database` is the identity of its database."""

    day: date
    part: int
    file: str
    sha256: str
    content: Content
    variant: str
    schema_version: int
    database: str

    def described(self) -> dict[str, Any]:
        """Return the fields as JSON has them."""
        fields = asdict(self)
        return {**fields, "day": self.day.isoformat(), **fields.pop("content"), "format": 1}


def silent(step: str, day: date) -> None:
    """Show nothing."""


@asynccontextmanager
async def session(url: str) -> AsyncIterator[Connection]:
    """Open a connection that alone archives and restores, with times written as the checksum needs them."""
    connection = await connect(url, "adpulse archive")
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", ARCHIVE_LOCK):
            raise ArchiveError("another archive or restore is under way in this database")
        if not await connection.fetchval("SELECT pg_try_advisory_lock_shared($1)", MOVE_LOCK):
            raise ArchiveError("this database is being moved to another design; try again when that is over")
        yield connection
    finally:
        await connection.close()


def check(variant: Variant) -> None:
    """Raise ArchiveError where the design does not let days go."""
    if not variant.archives:
        raise ArchiveError(
            f"the design in force, {variant.name}, does not archive: a day may go only where it is a table of its own "
            "on this server and roll-ups answer for it; move first: adpulse migrate --variant rollup",
            refused=True,
        )


async def tables(connection: Connection, prefix: str) -> list[date]:
    """Return the days of the tables whose names begin with `prefix`, in order."""
    records = await connection.fetch(
        "SELECT to_date(right(relname, 8), 'YYYYMMDD') FROM pg_class "
        "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace "
        "AND relname ~ ('^' || $1 || '[0-9]{8}$') "
        "ORDER BY 1",
        prefix,
    )
    return [record[0] for record in records]


async def content(connection: Connection, table: str) -> Content:
    """Count what a table holds."""
    record = await connection.fetchrow(_CONTENT.format(table=table))
    assert record is not None  # an aggregate has a row
    return content_of(record)


def content_of(record: asyncpg.Record) -> Content:
    """Return the content that a row of archived_days, or a count, notes. Sums may be longer than a bigint."""
    *names, checksum = Content.__dataclass_fields__
    return Content(**{name: int(record[name]) for name in names}, checksum=str(int(record[checksum])))


def archived(record: asyncpg.Record, variant: Variant, identity: str, version: int) -> Archived:
    """Return the file that a row of archived_days notes."""
    return Archived(
        record["day"],
        record["part"],
        record["file"],
        record["sha256"],
        content_of(record),
        variant.name,
        version,
        identity,
    )


async def identity(connection: Connection) -> str:
    """Return the name of this database among all, as manifests have it."""
    found: str = await connection.fetchval(
        "SELECT system_identifier || '/' || current_database() FROM pg_control_system()"
    )
    return found


def owner(file: Path) -> str | None:
    """Return the identity of the database that has archived a file; None where no manifest of ours says it."""
    try:
        whose: str = json.loads(file.with_suffix(".json").read_text())["database"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return whose


async def alone(connection: Connection, work: Callable[[], Awaitable[Any]], otherwise: str) -> None:
    """Run what needs a moment alone with `events`, in a transaction that gives way to others (give_way).

    Raises ArchiveError, which begins with `otherwise`, when they leave no moment.
    """

    async def once(wait_ms: int) -> None:
        await work()

    try:
        await give_way(connection, once, patience_s=PATIENCE_S)
    except InUseError as error:
        raise ArchiveError(f"{otherwise}: {error}; try again") from error


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
