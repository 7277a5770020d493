"""Work in the background that needs a connection of its own for as long as it lasts."""

from abc import abstractmethod
from typing import ClassVar

import asyncpg

from adpulse.background import Background
from adpulse.database.connections import Connection, connect
from adpulse.database.errors import UNAVAILABLE, SchemaError
from adpulse.database.outage import Outage


class DatabaseWorker(Background):
    """Work on a connection of its own, which is closed and opened again when the work ends, also with an error.

    An outage is logged once, in the name that `outage` has.
    """

    expected: ClassVar[tuple[type[Exception], ...]] = (*UNAVAILABLE, asyncpg.PostgresError, SchemaError)

    def __init__(
        self, name: str, url: str, *, role: str, retry_s: float, outage: Outage | None = None, **session: str
    ) -> None:
        super().__init__(name, retry_s)
        self._url = url
        self._role = role
        self._session = session
        self._outage = outage

    @abstractmethod
    async def work(self, connection: Connection) -> None:
        """Work until an error ends it."""

    async def run(self) -> None:
        """Work on a new connection, and close it."""
        connection = await connect(self._url, f"adpulse {self.name}", role=self._role, **self._session)
        if self._outage is not None:
            self._outage.over()
        try:
            await self.work(connection)
        finally:
            connection.terminate()

    def failed(self, error: Exception) -> None:
        """Say so, once in an outage."""
        if self._outage is not None:
            self._outage.failed(error)
