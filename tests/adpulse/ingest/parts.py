"""The partition of today, and what its table and the roll-ups count."""

from datetime import UTC, date, datetime

from adpulse.database.connections import Connection
from adpulse.ingest.copy_format import EPOCH

TODAY = datetime.now(UTC).date()
PART = f"events_p{TODAY:%Y%m%d}"
DAY = (TODAY - EPOCH.date()).days
NOW = {"ts": f"{TODAY}T00:00:00Z"}

Copies = list[tuple[date, bool]]


async def counted(connection: Connection) -> tuple[int, int]:
    """Return how many clicks `events` holds, and how many the roll-ups do."""
    raw = await connection.fetchval("SELECT count(*) FROM events")
    deltas = await connection.fetchval("SELECT coalesce(sum(clicks), 0)::int FROM rollup_delta")
    return raw, deltas
