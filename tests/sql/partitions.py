"""Events of chosen days, and the partitions that they are in."""

from datetime import UTC, date, datetime, time

from adpulse.database.connections import Connection

TODAY = datetime.now(UTC).date()


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour, 30), UTC)


async def add(connection: Connection, *days: date, geo: str = "IN") -> None:
    """Insert an impression at 12:30 of each day."""
    rows = [(at(day), "impression", "C1", "U1", f'{{"geo": "{geo}"}}') for day in days]
    columns = ("ts", "event_type", "campaign_id", "user_id", "metadata")
    await connection.copy_records_to_table("events", records=rows, columns=columns)


async def partitions(connection: Connection) -> set[date]:
    names = await connection.fetch(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'events'::regclass"
    )
    days = [name[0].removeprefix("events_p") for name in names if name[0] != "events_default"]
    return {date.fromisoformat(day) for day in days}


async def strays(connection: Connection) -> int:
    return await connection.fetchval("SELECT count(*) FROM events_default")
