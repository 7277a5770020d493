"""The connection to the primary on which a process reads the keys and sees that it is ready, in turns.

It leads to the server that takes events, and is not one of the connections for reports. So a replica that is away, or
readers that are all busy, do not make the service look unable to write.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from adpulse.database import identity
from adpulse.database.connections import INGEST, Connection, connect, connect_pooled
from adpulse.database.errors import UNAVAILABLE
from adpulse.database.identity import Server
from adpulse.settings import Settings

IDENTIFY_S = 5.0  # between two questions: a pooler may lead to another server without breaking the connection


class Primary:
    """One connection, opened when it is needed; the next turn opens another one after an error.

    `server` is the one that it led to when that was last asked; None before.
    """

    def __init__(self, url: str, settings: Settings) -> None:
        self.url = url
        self._settings = settings
        self._connection: Connection | None = None
        self._turns = asyncio.Lock()
        self._identified_at = float("-inf")
        self.server: Server | None = None

    @asynccontextmanager
    async def turn(self, seconds: float) -> AsyncIterator[Connection]:
        """Wait for a turn, then yield the connection. Raise TimeoutError after `seconds`, or one of UNAVAILABLE."""
        async with asyncio.timeout(seconds), self._turns:
            # A roll-back follows the timeout, and would wait for the same database for ever.
            deadline = asyncio.get_running_loop().call_later(seconds + 1, self.close)
            try:
                yield await self._open()
            except BaseException:
                self.close()
                raise
            finally:
                deadline.cancel()

    async def identify(self) -> None:
        """Ask which server it is, unless it is away."""
        with suppress(*UNAVAILABLE):
            async with self.turn(IDENTIFY_S):
                pass  # opening the connection has just asked

    def close(self) -> None:
        """Close the connection at once; a task that uses it gets an error."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def _open(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
            self._identified_at = float("-inf")
        connection = self._connection
        if time.monotonic() - self._identified_at >= IDENTIFY_S:
            self.server = await identity.server(connection)
            self._identified_at = time.monotonic()
        return connection

    async def _connect(self) -> Connection:
        settings = self._settings
        if settings.pooler_url:
            return await connect_pooled(settings.pooler_url, "adpulse keys", statements=settings.pooler_statements)
        return await connect(self.url, "adpulse keys", role=INGEST)
