"""The recount begins when the service has written what it took."""

import asyncio

import pytest

from adpulse.database import connect
from benchmarks import verdict

pytestmark = pytest.mark.anyio


async def test_it_waits_for_a_writer_at_work(url: str) -> None:
    """As long as a writer's transaction is open, and not for a moment's idleness between two groups."""
    connection, writer = await connect(url), await connect(url, "adpulse writer")
    waiting = asyncio.create_task(verdict._written(connection))
    for _ in range(2):
        transaction = writer.transaction()
        await transaction.start()
        await asyncio.sleep(verdict.CALM * verdict.CALM_S * 2)
        assert not waiting.done()
        await transaction.rollback()
    await waiting
    await writer.close()
    await connection.close()


async def test_it_gives_up_on_a_writer_that_does_not_end(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than recount a moving target."""
    monkeypatch.setattr(verdict, "DRAIN_S", 0.3)
    connection, writer = await connect(url), await connect(url, "adpulse writer")
    async with writer.transaction():
        with pytest.raises(TimeoutError):
            await verdict._written(connection)
    await writer.close()
    await connection.close()
