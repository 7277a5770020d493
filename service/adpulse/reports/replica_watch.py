"""The age of a read replica's data, by the row that adpulse.maintenance.heartbeat writes on the primary."""

import asyncio
import logging
import time

from adpulse import telemetry
from adpulse.database import identity
from adpulse.database.connections import REPORT, Connection
from adpulse.database.identity import Server
from adpulse.database.primary import Primary
from adpulse.database.worker import DatabaseWorker

log = logging.getLogger(__name__)

LOOK_S = 0.2
# A replica without a sign of life for this time counts as away: its server hangs, or the network drops packets.
PATIENCE_S = 2.0


class ReplicaWatch(DatabaseWorker):
    """A loop that looks at the row on a replica every LOOK_S, so that no report has to.

    `beat_at` is the primary's time up to which the replica has everything, in seconds since 1970, as last seen; None
    before the first look. `away`: the last look failed. `server`: the one that it looks at.
    """

    def __init__(self, url: str, primary: Primary) -> None:
        super().__init__("replica watch", url, role=REPORT, retry_s=LOOK_S, default_transaction_read_only="on")
        self.beat_at: float | None = None
        self.away = True
        self.server: Server | None = None
        self._primary = primary
        self._told_foreign = False
        self._looked = asyncio.Event()

    async def start(self) -> None:
        """Begin; return after the first look, or when that takes longer than PATIENCE_S."""
        await super().start()
        try:
            await asyncio.wait_for(self._looked.wait(), PATIENCE_S)
        except TimeoutError:
            log.warning("the replica for reports does not answer")

    async def work(self, connection: Connection) -> None:
        """Look, time and again."""
        self.server = await identity.server(connection)
        while True:
            beat_at = await connection.fetchval("SELECT beat_at FROM heartbeat", timeout=PATIENCE_S)
            self.beat_at = beat_at.timestamp() if beat_at is not None else None
            self._seen(away=False)
            await asyncio.sleep(LOOK_S)

    @property
    def foreign(self) -> bool:
        """Return True if the server is known not to be a copy of the primary."""
        here, there = self.server, self._primary.server
        return here is not None and there is not None and not here.may_answer_for(there)

    def failed(self, error: Exception) -> None:
        """Count the replica as away until a look succeeds."""
        if not self.away:
            log.warning("the replica for reports is away: %s: %s", type(error).__name__, error)
        self._seen(away=True)

    def _seen(self, *, away: bool) -> None:
        self.away = away
        self._looked.set()
        if self.foreign and not self._told_foreign:
            log.error("the replica for reports is not a copy of the primary, and is not used: make it again from there")
        self._told_foreign = self.foreign
        telemetry.REPLICA_AWAY.set(away or self.foreign)
        if self.beat_at is not None:
            telemetry.REPLICA_LAG.set(age_ms(self.beat_at) / 1_000)


def age_ms(beat_at: float) -> float:
    """Return the milliseconds since `beat_at` by this machine's clock, which must agree with the primary's (NTP)."""
    return max(time.time() - beat_at, 0.0) * 1_000
