"""Work with a connection of its own goes on, on a new one, after each error that a database gives."""

import asyncio

from adpulse.database.connections import Connection
from adpulse.database.outage import Outage
from adpulse.database.worker import DatabaseWorker
from tests.patience import PATIENCE_S


class Worker(DatabaseWorker):
    """Notes the process of its session, and has it ended by the server."""

    def __init__(self, url: str, outage: Outage | None) -> None:
        super().__init__("worker", url, role="adpulse_maintain", retry_s=0.01, outage=outage, work_mem="1MB")
        self.sessions: list[int] = []
        self.settings: set[str] = set()
        self.enough = asyncio.Event()

    async def work(self, connection: Connection) -> None:
        self.settings.add(await connection.fetchval("SHOW work_mem"))
        self.sessions.append(await connection.fetchval("SELECT pg_backend_pid()"))
        if len(self.sessions) == 3:
            self.enough.set()
        await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")


async def test_a_session_that_is_ended_is_followed_by_another(url: str) -> None:
    """Each with the settings that were asked for; after the stop none is left."""
    worker = Worker(url, None)
    await worker.start()
    try:
        await asyncio.wait_for(worker.enough.wait(), PATIENCE_S)
    finally:
        await worker.stop()
    assert len(set(worker.sessions)) == len(worker.sessions)
    assert worker.settings == {"1MB"}
