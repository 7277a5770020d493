"""Disks that are full."""

import asyncio
from contextlib import suppress
from random import Random

import asyncpg

from adbench.faults.harms.registry import harm
from adbench.faults.world import World


@harm("full-data", 2, room="data")
async def full_data(world: World, chance: Random) -> None:
    """The file system of the database is full, and has room again later."""
    room = world.cluster.rooms["data"]
    room.fill()
    await asyncio.sleep(chance.uniform(0.5, 1.5))
    room.free()


@harm("full-wal", 2, room="wal")
async def full_wal(world: World, chance: Random) -> None:
    """The file system of the write-ahead log is full: the server panics when it needs another segment."""
    room = world.cluster.rooms["wal"]
    room.fill()
    connection = await world.connect()
    with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        for _ in range(20):  # what is prepared of the log is used up
            await connection.execute("SELECT pg_switch_wal(), pg_logical_emit_message(false, 'faults', repeat('x', 9))")
    connection.terminate()
    await asyncio.sleep(chance.uniform(0.2, 1.0))
    room.free()
    await world.returns()  # it may run, or recover by itself, or have given up
