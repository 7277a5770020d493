"""The recount begins when the service has written what it took."""

import asyncio

import pytest

from adbench.checks import after_load
from adpulse.database.connections import connect

pytestmark = pytest.mark.anyio


@pytest.mark.every_version
async def test_it_waits_for_a_writer_at_work(url: str) -> None:
    """The audit waits as long as a writer's transaction is open, also across a moment's pause between two groups."""
    connection, writer = await connect(url), await connect(url, "adpulse writer")
    waiting = asyncio.create_task(after_load._written(connection))
    for _ in range(2):
        transaction = writer.transaction()
        await transaction.start()
        await asyncio.sleep(after_load.CALM * after_load.CALM_S * 2)
        assert not waiting.done()
        await transaction.rollback()
    await waiting
    await writer.close()
    await connection.close()


async def test_it_gives_up_on_a_writer_that_does_not_end(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than recount a moving target."""
    monkeypatch.setattr(after_load, "PATIENCE_S", 0.3)
    connection, writer = await connect(url), await connect(url, "adpulse writer")
    async with writer.transaction():
        with pytest.raises(TimeoutError):
            await after_load._written(connection)
    await writer.close()
    await connection.close()
