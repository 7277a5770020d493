"""How old the data of a read replica are: a row that the primary writes once a second, and its age where it arrives.

Why a row and not pg_last_xact_replay_timestamp(): that stands still while the primary is idle, a logical replica has no
such thing, and pg_stat_wal_receiver says what was received, not what a report sees (docs/decisions/0083).
"""

import asyncio
import logging
import time

import asyncpg

from adpulse import telemetry
from adpulse.background import end
from adpulse.database.connections import MAINTAIN, REPORT, Connection, connect
from adpulse.database.errors import UNAVAILABLE
from adpulse.database.outage import Outage

log = logging.getLogger(__name__)

BEAT_S = 1.0
LOOK_S = 0.2
# A replica that says nothing for as long counts as away: its server hangs, or the network swallows what is sent.
PATIENCE_S = 2.0

_FAILURES = (*UNAVAILABLE, asyncpg.PostgresError)


async def beat(url: str) -> None:
    """Write the row for ever, on a connection of its own: a long round of maintenance must not age it."""
    outage = Outage(log, "the heartbeat", texts=True)
    while True:
        try:
            connection = await connect(url, "adpulse heartbeat", role=MAINTAIN)
            outage.over()
            try:
                while True:
                    await connection.execute("UPDATE heartbeat SET beat_at = clock_timestamp()")
                    await asyncio.sleep(BEAT_S)
            finally:
                connection.terminate()
        except _FAILURES as error:
            outage.failed(error)
        await asyncio.sleep(BEAT_S)


class Watch:
    """Looks at the row on a replica every LOOK_S, so that no report has to.

    `beat_at` is the primary's time up to which the replica has everything, in seconds since 1970, as last seen; None
    before the first look. `away`: the last look failed.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._task: asyncio.Task[None] | None = None
        self.beat_at: float | None = None
        self.away = True

    async def start(self) -> None:
        """Begin; returns after the first look, or when that takes longer than PATIENCE_S."""
        looked = asyncio.Event()
        self._task = asyncio.create_task(self._run(looked), name="replica watch")
        try:
            await asyncio.wait_for(looked.wait(), PATIENCE_S)
        except TimeoutError:
            log.warning("the replica for reports does not answer")

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            await end(self._task)

    async def _run(self, looked: asyncio.Event) -> None:
        while True:
            try:
                connection = await connect(
                    self._url, "adpulse replica watch", role=REPORT, default_transaction_read_only="on"
                )
                try:
                    while True:
                        await self._look(connection)
                        looked.set()
                        await asyncio.sleep(LOOK_S)
                finally:
                    connection.terminate()
            except _FAILURES as error:
                if not self.away:
                    log.warning("the replica for reports is away: %s: %s", type(error).__name__, error)
                self.away = True
                looked.set()
            self._tell()
            await asyncio.sleep(LOOK_S)

    async def _look(self, connection: Connection) -> None:
        beat_at = await connection.fetchval("SELECT beat_at FROM heartbeat", timeout=PATIENCE_S)
        self.beat_at = beat_at.timestamp() if beat_at is not None else None
        self.away = False
        self._tell()

    def _tell(self) -> None:
        telemetry.REPLICA_AWAY.set(self.away)
        if self.beat_at is not None:
            telemetry.REPLICA_LAG.set(age_ms(self.beat_at) / 1_000)


def age_ms(beat_at: float) -> float:
    """Return the milliseconds since `beat_at` by this machine's clock, which must agree with the primary's (NTP)."""
    return max(time.time() - beat_at, 0.0) * 1_000
