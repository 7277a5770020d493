"""The network between one service and the database."""

import asyncio
from random import Random

from adbench.faults.harms.registry import harm
from adbench.faults.system.proxy import AtCommit
from adbench.faults.world import World


@harm("drop-commit", 3)
async def drop_commit(world: World, chance: Random) -> bool:
    """Cut the connection before COMMIT arrives: nothing of it is stored, so it must not be acknowledged."""
    return await world.proxy.at_commit(AtCommit.DROP)


@harm("cut-commit", 3)
async def cut_commit(world: World, chance: Random) -> bool:
    """Cut the connection after COMMIT arrives, before its answer does: the batch is stored and not acknowledged."""
    return await world.proxy.at_commit(AtCommit.CUT)


@harm("reset-commit", 2)
async def reset_commit(world: World, chance: Random) -> bool:
    """Reset both sides of the connection while the server commits."""
    return await world.proxy.at_commit(AtCommit.RESET)


@harm("stall-commit", 2)
async def stall_commit(world: World, chance: Random) -> bool:
    """Delay the answer to a COMMIT, sometimes beyond the deadline of a write (2 s)."""
    return await world.proxy.at_commit(AtCommit.STALL, stall_s=chance.choice([0.5, 3.5]))


@harm("cut-network", 2)
async def cut_network(world: World, chance: Random) -> None:
    """Cut all connections through the proxy, three times, at any moment."""
    for _ in range(3):
        world.proxy.cut(reset=chance.random() < 0.5)
        await asyncio.sleep(chance.uniform(0, 0.4))


@harm("stall-network", 1)
async def stall_network(world: World, chance: Random) -> None:
    """Let nothing pass through the proxy for a while."""
    await world.proxy.stall(chance.choice([0.5, 3.0]))
