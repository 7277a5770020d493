"""Upkeep that is ended half-way, or done twice."""

import asyncio
import signal
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random

import asyncpg

from adbench.faults.harms.registry import harm
from adbench.faults.system.cluster import send_signal
from adbench.faults.world import World


@harm("kill-compaction", 2)
async def kill_compaction(world: World, chance: Random) -> None:
    """Kill the backend of a compaction that has moved its deltas, before it commits; or close its client."""
    await _half_way(world, chance, world.upkeep[-1])


@harm("kill-partitions", 2)
async def kill_partitions(world: World, chance: Random) -> None:
    """Kill the session that has just created a day's partition, before it commits."""
    day = (datetime.now(UTC) - timedelta(days=chance.randrange(1, 400))).date()
    await _half_way(world, chance, f"SELECT prepare_days('{day}', '{day}')")


async def _half_way(world: World, chance: Random, statement: str) -> None:
    connection = await world.connect()
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SET LOCAL lock_timeout = '2s'")
    try:
        await connection.execute(statement)
    except (asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError):
        connection.terminate()  # another session did the work, or it was cut half-way
        return
    if chance.random() < 0.5:
        async with world.outage():
            send_signal([connection.get_server_pid()], signal.SIGKILL)
    else:
        connection.terminate()


@harm("maintain-twice", 2)
async def maintain_twice(world: World, chance: Random) -> None:
    """Run rounds of upkeep in two more sessions, without the lock that keeps services apart."""
    statements = world.upkeep

    async def keep() -> None:
        async with world.connected() as connection:
            for _ in range(4):
                for statement in statements:
                    # If two sessions wait for each other, one gets an error, and its statement does nothing.
                    with suppress(asyncpg.DeadlockDetectedError, asyncpg.TransactionRollbackError):
                        await connection.execute(statement)

    await asyncio.gather(keep(), keep())
