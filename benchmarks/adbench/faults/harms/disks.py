"""Disks that are full."""

import asyncio
from contextlib import suppress
from random import Random

import asyncpg

from adbench.faults.harms.registry import harm
from adbench.faults.world import World


@harm("full-data", 2, disk="data")
async def full_data(world: World, chance: Random) -> None:
    """Fill the file system of the database, and free it a moment later."""
    disk = world.cluster.small_disks["data"]
    disk.fill()
    await asyncio.sleep(chance.uniform(0.5, 1.5))
    disk.free()


@harm("full-wal", 2, disk="wal")
async def full_wal(world: World, chance: Random) -> None:
    """Fill the file system of the write-ahead log, so that the server panics at the next segment."""
    disk = world.cluster.small_disks["wal"]
    disk.fill()
    connection = await world.connect()
    with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        for _ in range(20):  # use up the prepared segments of the log
            await connection.execute("SELECT pg_switch_wal(), pg_logical_emit_message(false, 'faults', repeat('x', 9))")
    connection.terminate()
    await asyncio.sleep(chance.uniform(0.2, 1.0))
    disk.free()
    await world.returns()  # it may run, or recover by itself, or have stopped
