"""An accepted event as it is written: its values, in the order of the columns that are sent."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Values(NamedTuple):
    """An accepted event, in the order of COLUMNS; metadata is compact JSON."""

    ts: datetime
    cost_micros: int
    revenue_micros: int
    user_id: str
    campaign_id: str
    event_type: str
    metadata: bytes
    event_id: UUID | None


# The columns in the order of sending, not of the table: columns of fixed width that are never null come first, so that
# one call packs them (adpulse.ingest.copy_format).
COLUMNS = Values._fields
