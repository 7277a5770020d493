"""Services and the server: their processes are killed, stopped and frozen."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from adbench.faults.harms.registry import harm
from adbench.faults.system.cluster import send_signal, until
from adbench.faults.world import SERVICES, World

HELD_S = 20  # the longest time that reports are waited for; shorter than they may take (60 s)


@harm("kill-service", 3)
async def kill_service(world: World, chance: Random) -> None:
    """Send SIGKILL to one service and start it again at once; the other goes on."""
    await chance.choice(world.services).replace()


@harm("kill-services", 2)
async def kill_services(world: World, chance: Random) -> None:
    """Send SIGKILL to both services: then only Idempotency-Keys and ids tell what was sent before."""
    for service in world.services:
        service.send(signal.SIGKILL)
    for service in world.services:
        service.start()
    await asyncio.gather(*(service.ready() for service in world.services))


@harm("restart-service", 2)
async def restart_service(world: World, chance: Random) -> None:
    """Send SIGTERM to one service. It must answer what it has taken, and end with 0 or as uvicorn by the signal."""
    service = chance.choice(world.services)
    status = await service.stop()
    if status not in (0, -signal.SIGTERM):
        raise AssertionError(f"service {service.name} ended with status {status}")
    service.start()
    await service.ready()


@harm("freeze-service", 2)
async def freeze_service(world: World, chance: Random) -> None:
    """Send SIGSTOP to one service, and SIGCONT later."""
    service = chance.choice(world.services)
    service.send(signal.SIGSTOP)
    await asyncio.sleep(chance.uniform(0.3, 1.5))
    service.send(signal.SIGCONT)


@harm("kill-backend", 3)
async def kill_backend(world: World, chance: Random) -> None:
    """Send SIGKILL to a backend: the server ends all others too, and recovers from its log."""
    pids = await world.cluster.sessions(*SERVICES)
    async with world.outage():
        send_signal([chance.choice(pids)] if pids else await world.cluster.sessions(), signal.SIGKILL)


@harm("end-sessions", 2)
async def end_sessions(world: World, chance: Random) -> None:
    """Terminate every session of the services, also those in a report; the server goes on."""
    async with _reports_held(world):
        send_signal(await world.cluster.sessions(*SERVICES), signal.SIGTERM)


@harm("cancel-reports", 1)
async def cancel_reports(world: World, chance: Random) -> bool:
    """Cancel the reports that run, as their timeout does; their sessions go on."""
    async with _reports_held(world) as pids:
        send_signal(pids, signal.SIGINT)
        return bool(pids)


@asynccontextmanager
async def _reports_held(world: World) -> AsyncIterator[list[int]]:
    """Lock a table and yield the backends of the reports that wait for it, as many as there are services.

    Reports take milliseconds here: without this, harm to one would be done by chance.
    """
    async with world.reports_locked() as waiting:

        async def enough() -> bool:
            return len(await waiting()) >= len(world.services)

        await until(enough, HELD_S)
        yield await waiting()


@harm("kill-postmaster", 3)
async def kill_postmaster(world: World, chance: Random) -> None:
    """Send SIGKILL to the postmaster, and start the server again."""
    async with world.outage():
        world.cluster.kill_postmaster()


@harm("stop-immediately", 3)
async def stop_immediately(world: World, chance: Random) -> None:
    """Stop the server with `pg_ctl stop -m immediate`, and start it again."""
    async with world.outage():
        await asyncio.to_thread(world.cluster.stop_immediately)


@harm("freeze-database", 2)
async def freeze_database(world: World, chance: Random) -> None:
    """Send SIGSTOP to all processes of the server, for less or more than a write may take (2 s)."""
    pids = [*await world.cluster.sessions(), world.cluster.postmaster]
    send_signal(pids, signal.SIGSTOP)
    await asyncio.sleep(chance.choice([0.3, 1.0, 3.5]))
    send_signal(pids, signal.SIGCONT)
