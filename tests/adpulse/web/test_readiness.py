"""Readiness is about writing: what only reports need has no say in it, and many who ask are no load."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adpulse.database import durability
from adpulse.database.connections import Connection, connect
from adpulse.database.primary import Primary
from adpulse.settings import Settings
from adpulse.web.readiness import Readiness
from tests.patience import until
from tests.services import Serve
from tests.sessions import waiting


async def test_readers_that_are_all_busy_take_no_writer_out(serve: Serve, url: str) -> None:
    """Reports wait for a lock on every connection that they have; writers, and readiness, go on."""
    client = await serve(url, readers=1, report_timeout_ms=60_000)
    blocker, watcher = await connect(url), await connect(url)
    async with blocker.transaction():
        await blocker.execute("LOCK TABLE rollup_hour IN ACCESS EXCLUSIVE MODE")
        reports = [asyncio.create_task(client.get("/report?start=-90d")) for _ in range(4)]
        await until(lambda: waiting(watcher, "adpulse reports"))
        assert (await client.get("/readyz")).status_code == 200
    await asyncio.gather(*reports)
    await blocker.close()
    await watcher.close()


async def test_questions_at_the_same_time_share_a_look(url: str) -> None:
    """However many ask: one look is under way, and all who came meanwhile get the next one's answer."""
    turns = 0

    class Counted(Primary):
        @asynccontextmanager
        async def turn(self, seconds: float) -> AsyncIterator[Connection]:
            nonlocal turns
            turns += 1
            async with super().turn(seconds) as connection:
                yield connection

    primary = Counted(url, Settings(database_url=url))
    readiness = Readiness(primary)
    looks = await asyncio.gather(*(readiness.look() for _ in range(50)))
    connection = await connect(url)
    risks = await durability.risks(connection)
    assert [(look.missing, look.risks) for look in looks] == [(None, risks)] * 50
    assert turns == 2
    await readiness.look()
    assert turns == 3
    primary.close()
    await connection.close()
