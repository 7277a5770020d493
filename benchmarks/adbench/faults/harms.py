"""The harms. Each is a coroutine with the world and a seeded Random, which ends when the harm is over.

What may be expected is the same for all of them: what adbench.faults.journal states, and reports that are exact; while
a harm lasts, 503 with Retry-After or a broken connection instead of an answer. A harm that ends the server is done
inside `world.outage()`, which measures how long it takes until events are acknowledged again.

To add one: write it here with the decorator; the schedule and the record know it then.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import asyncpg

from adbench.faults.cluster import LOOK_S, send_signal
from adbench.faults.proxy import AtCommit
from adbench.faults.world import World

# False when the moment that it waits for did not come.
Act = Callable[[World, Random], Awaitable[bool | None]]
WRITERS = "adpulse writer"
UPKEEP = "adpulse maintenance"
REPORTS = "adpulse reports"
HELD_S = 20  # the longest time that reports are waited for; shorter than they may take (60 s)

_WAITING = "SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock' ORDER BY pid"


@dataclass(frozen=True)
class Harm:
    """A way to do harm. `weight`: how often it is drawn; `room`: the small file system that it needs."""

    name: str
    act: Act
    weight: int
    room: str | None = None


HARMS: dict[str, Harm] = {}


def harm(name: str, weight: int = 2, room: str | None = None) -> Callable[[Act], Act]:
    """Enter the function under that name."""

    def enter(act: Act) -> Act:
        HARMS[name] = Harm(name, act, weight, room)
        return act

    return enter


# Processes


@harm("kill-service", 3)
async def kill_service(world: World, chance: Random) -> None:
    """SIGKILL for one service, which is started again at once; the other goes on."""
    service = chance.choice(world.services)
    service.send(signal.SIGKILL)
    service.start()
    await service.ready()


@harm("kill-services", 2)
async def kill_services(world: World, chance: Random) -> None:
    """SIGKILL for both: Idempotency-Keys and ids are then all that is known of what was sent before."""
    for service in world.services:
        service.send(signal.SIGKILL)
    for service in world.services:
        service.start()
    await asyncio.gather(*(service.ready() for service in world.services))


@harm("restart-service", 2)
async def restart_service(world: World, chance: Random) -> None:
    """SIGTERM for one: it answers what it has taken, and ends with status 0 (or by the signal, as uvicorn does)."""
    service = chance.choice(world.services)
    status = await service.stop()
    if status not in (0, -signal.SIGTERM):
        raise AssertionError(f"service {service.name} ended with status {status}")
    service.start()
    await service.ready()


@harm("freeze-service", 2)
async def freeze_service(world: World, chance: Random) -> None:
    """SIGSTOP for one, and SIGCONT later."""
    service = chance.choice(world.services)
    service.send(signal.SIGSTOP)
    await asyncio.sleep(chance.uniform(0.3, 1.5))
    service.send(signal.SIGCONT)


@harm("kill-backend", 3)
async def kill_backend(world: World, chance: Random) -> None:
    """SIGKILL for a backend: the server ends all the others too, and recovers from its log."""
    pids = await world.cluster.sessions(WRITERS, UPKEEP, REPORTS)
    async with world.outage():
        send_signal([chance.choice(pids)] if pids else await world.cluster.sessions(), signal.SIGKILL)


@harm("end-sessions", 2)
async def end_sessions(world: World, chance: Random) -> None:
    """pg_terminate_backend for all that the services have open, reports that are under way too; the server goes on."""
    async with _reports_held(world):
        send_signal(await world.cluster.sessions(WRITERS, UPKEEP, REPORTS), signal.SIGTERM)


@harm("cancel-reports", 1)
async def cancel_reports(world: World, chance: Random) -> bool:
    """pg_cancel_backend for reports that are under way, as when their time is up: their sessions go on."""
    async with _reports_held(world) as pids:
        send_signal(pids, signal.SIGINT)
        return bool(pids)


@asynccontextmanager
async def _reports_held(world: World) -> AsyncIterator[list[int]]:
    """While a table is locked: the backends of the reports that wait for it, as many as there are services.

    Reports take milliseconds here: without this, harm to one would be done by chance.
    """
    connection = await world.connect()
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE rollup_hour IN ACCESS EXCLUSIVE MODE")
            give_up = time.monotonic() + HELD_S
            pids: list[int] = []
            while len(pids) < len(world.services) and time.monotonic() < give_up:
                await asyncio.sleep(LOOK_S)
                pids = [row["pid"] for row in await connection.fetch(_WAITING, REPORTS)]
            yield pids
    finally:
        await connection.close()


@harm("kill-postmaster", 3)
async def kill_postmaster(world: World, chance: Random) -> None:
    """SIGKILL for the server's first process, and a new start."""
    async with world.outage():
        world.cluster.kill_postmaster()


@harm("stop-immediately", 3)
async def stop_immediately(world: World, chance: Random) -> None:
    """`pg_ctl stop -m immediate`, and a new start."""
    async with world.outage():
        await asyncio.to_thread(world.cluster.stop_immediately)


@harm("freeze-database", 2)
async def freeze_database(world: World, chance: Random) -> None:
    """SIGSTOP for the server and all its processes, for longer than a write may take (2 s) or less."""
    pids = [*await world.cluster.sessions(), world.cluster.postmaster]
    send_signal(pids, signal.SIGSTOP)
    await asyncio.sleep(chance.choice([0.3, 1.0, 3.5]))
    send_signal(pids, signal.SIGCONT)


# The network between one service and the database


@harm("drop-commit", 3)
async def drop_commit(world: World, chance: Random) -> bool:
    """COMMIT never arrives: nothing of it is stored, and nobody may have been told so."""
    return await world.proxy.at_commit(AtCommit.DROP)


@harm("cut-commit", 3)
async def cut_commit(world: World, chance: Random) -> bool:
    """COMMIT arrives and its answer does not: the one case in which a batch that is stored is not acknowledged."""
    return await world.proxy.at_commit(AtCommit.CUT)


@harm("reset-commit", 2)
async def reset_commit(world: World, chance: Random) -> bool:
    """Both sides are reset while the server commits."""
    return await world.proxy.at_commit(AtCommit.RESET)


@harm("stall-commit", 2)
async def stall_commit(world: World, chance: Random) -> bool:
    """The answer to COMMIT comes late, or later than the deadline of a write (2 s)."""
    return await world.proxy.at_commit(AtCommit.STALL, stall_s=chance.choice([0.5, 3.5]))


@harm("cut-network", 2)
async def cut_network(world: World, chance: Random) -> None:
    """All connections through the proxy are cut, three times, at any moment."""
    for _ in range(3):
        world.proxy.cut(reset=chance.random() < 0.5)
        await asyncio.sleep(chance.uniform(0, 0.4))


@harm("stall-network", 1)
async def stall_network(world: World, chance: Random) -> None:
    """Nothing passes through the proxy for a while."""
    await world.proxy.stall(chance.choice([0.5, 3.0]))


# Disks


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


# Upkeep


@harm("kill-compaction", 2)
async def kill_compaction(world: World, chance: Random) -> None:
    """Compaction has moved its deltas and is about to commit when its backend is killed (or its client goes away)."""
    await _half_way(world, chance, world.upkeep[-1])


@harm("kill-partitions", 2)
async def kill_partitions(world: World, chance: Random) -> None:
    """The same with a day that has just been given its partition."""
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
        connection.terminate()  # somebody else was at it: also an end half-way
        return
    if chance.random() < 0.5:
        async with world.outage():
            send_signal([connection.get_server_pid()], signal.SIGKILL)
    else:
        connection.terminate()


@harm("maintain-twice", 2)
async def maintain_twice(world: World, chance: Random) -> None:
    """Rounds of upkeep by two more sessions, without the lock that keeps services apart."""
    statements = world.upkeep

    async def keep() -> None:
        connection = await world.connect()
        for _ in range(4):
            for statement in statements:
                # One of two that wait for one another is told so, and nothing of it is done.
                with suppress(asyncpg.DeadlockDetectedError, asyncpg.TransactionRollbackError):
                    await connection.execute(statement)
        await connection.close()

    await asyncio.gather(keep(), keep())


# Clients


@harm("slow-sockets", 1)
async def slow_sockets(world: World, chance: Random) -> None:
    """500 clients that send a request a byte at a time and never end it."""
    head = b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    writers = []
    for number in range(500):
        port = world.services[number % 2].port
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writers.append(writer)
    for place in range(20):
        writers = [writer for writer in writers if not writer.is_closing()]  # the service may have had enough of it
        for writer in writers:
            writer.write(head[place * 5 : place * 5 + 5])
        await asyncio.sleep(0.05)
    for writer in writers:
        writer.transport.abort()
