"""A row that the primary writes once a second, so that a read replica shows how old its data are.

Why a row and not pg_last_xact_replay_timestamp(): that stands still while the primary is idle, a logical replica has no
such thing, and pg_stat_wal_receiver says what was received, not what a report sees (docs/decisions/0083).
"""

import asyncio
import logging

from adpulse.database.connections import MAINTAIN, Connection
from adpulse.database.outage import Outage
from adpulse.database.worker import DatabaseWorker

log = logging.getLogger(__name__)

BEAT_S = 1.0


class Heartbeat(DatabaseWorker):
    """The writer of the row, on a connection of its own: a long round of maintenance must not age it."""

    def __init__(self, url: str) -> None:
        outage = Outage(log, "the heartbeat", texts=True)
        super().__init__("heartbeat", url, role=MAINTAIN, retry_s=BEAT_S, outage=outage)

    async def work(self, connection: Connection) -> None:
        """Write the row every BEAT_S."""
        while True:
            await connection.execute("UPDATE heartbeat SET beat_at = clock_timestamp()")
            await asyncio.sleep(BEAT_S)
