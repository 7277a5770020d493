"""Limits of an event at one moment: lengths, times, amounts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adpulse.settings import Settings, UnknownFields

TEXT_LENGTH = 128

# Before 1970 offsets of zones have seconds, which do not fit whole minutes; nothing after 2200 is an ad event.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of an event at one moment: money in currency units, instants in UTC."""

    max_money: float
    nearest_money: bool  # amounts with more than six decimals are rounded, not refused
    max_metadata_bytes: int
    max_metadata_depth: int
    earliest: datetime
    latest: datetime
    unknown_fields: UnknownFields

    @classmethod
    def at(cls, now: datetime, settings: Settings) -> "Limits":
        """Return the limits that hold at `now`."""
        days = settings.retention_days
        return cls(
            max_money=settings.max_money,
            nearest_money=settings.money == "nearest",
            max_metadata_bytes=settings.max_metadata_bytes,
            max_metadata_depth=settings.max_metadata_depth,
            earliest=max(EARLIEST, now - timedelta(days=days)) if days else EARLIEST,
            latest=min(LATEST, now + timedelta(hours=settings.future_hours)),
            unknown_fields=settings.unknown_fields,
        )
