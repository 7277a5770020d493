"""The network between one service and the database."""

import asyncio
from functools import partial
from random import Random

from adbench.faults.harms.registry import harm
from adbench.faults.system.proxy import AtCommit
from adbench.faults.world import World


async def _at_commit(what: AtCommit, world: World, chance: Random) -> bool:
    """Disturb the connection at the next COMMIT. A stall is sometimes longer than a write may take (2 s)."""
    return await world.proxy.at_commit(what, stall_s=chance.choice([0.5, 3.5]))


for what, weight in {AtCommit.DROP: 3, AtCommit.CUT: 3, AtCommit.RESET: 2, AtCommit.STALL: 2}.items():
    harm(f"{what}-commit", weight)(partial(_at_commit, what))


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
