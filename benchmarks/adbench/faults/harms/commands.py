"""Commands that change a system in use, killed at any moment and then run again to their end."""

import asyncio
import json
import signal
import time
from contextlib import suppress
from datetime import date, timedelta
from random import Random

import asyncpg
import httpx

from adbench.faults.harms.registry import harm
from adbench.faults.system.cluster import LOOK_S, send_signal
from adbench.faults.traffic.bypass import Bypass
from adbench.faults.world import DIMENSIONS, FOLDERS, ROLLUPS, World
from adbench.harness.patience import PATIENCE_S

COMMAND = "adpulse"  # application name of the sessions of a command
LONGEST_S = 2.0  # longest time before a command is killed
MOST_DAYS = 4  # most days that are archived at a time

_DAYS = """
SELECT to_date(right(relname, 8), 'YYYYMMDD')
FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
WHERE inhparent = 'events'::regclass AND relname ~ '^events_p[0-9]{8}$'
ORDER BY 1
"""


async def _killed(world: World, chance: Random, *arguments: str) -> None:
    """Start the command and end its process, its session, the server, or nothing, at some moment; then run it again."""
    process = await world.command(*arguments)
    try:
        await asyncio.sleep(chance.uniform(0.2, LONGEST_S))
        how = chance.choice(["process", "session", "server", "nothing"])
        if how == "process":
            process.kill()
        elif how == "session":
            send_signal(await world.cluster.sessions(COMMAND), signal.SIGTERM)
        elif how == "server":
            pids = await world.cluster.sessions(COMMAND) or await world.cluster.sessions()
            async with world.outage():
                send_signal(pids[:1], signal.SIGKILL)
        await asyncio.to_thread(process.wait, PATIENCE_S)
    finally:
        process.kill()
        await asyncio.to_thread(process.wait)
    await world.run(*arguments)


@harm("move")
async def move(world: World, chance: Random) -> None:
    """Kill `adpulse migrate --variant` and run it again: all events must be there, in one design or the other."""
    target = chance.choice([folder for folder in FOLDERS if folder != world.folder])
    await _killed(world, chance, "migrate", "--variant", target)
    world.folder = target


@harm("move-bypassed", 1)
async def move_bypassed(world: World, chance: Random) -> bool:
    """Write into `events` and its partitions during a move: what is committed must be there afterwards."""
    assert world.client is not None
    target = chance.choice([folder for folder in FOLDERS if folder != world.folder])
    moving = asyncio.create_task(world.run("migrate", "--variant", target))
    committed = 0
    async with world.connected() as connection:
        # Give up early: a writer that names a partition must not wait for the switch longer than the move waits for it.
        await connection.execute("SET lock_timeout = '2s'")
        while not moving.done():
            # The old tables go in the middle of a statement, or it waits for them too long: nothing is stored then.
            with suppress(asyncpg.PostgresError):
                await world.client.bypass(connection, chance.choice(list(Bypass)), chance.choice([1, 40, 400]))
                committed += 1
            await asyncio.sleep(chance.uniform(0, 0.5))  # a move waits for tables that somebody uses without a pause
        await moving
    world.folder = target
    return committed > 0


@harm("archive", folders=ROLLUPS, needs="pyarrow")
async def archive(world: World, chance: Random) -> bool:
    """Kill and repeat `adpulse archive` of old days, then `adpulse restore`: all events must be there afterwards."""
    async with world.connected() as connection:
        # The last two days have most events: too many to compare in a cycle of seconds.
        recent: date = await connection.fetchval("SELECT (now() AT TIME ZONE 'UTC')::date - 1")
        days = [row[0] for row in await connection.fetch(_DAYS) if row[0] < recent]
    if not days:
        return False
    before = days[min(len(days), MOST_DAYS) - 1] + timedelta(days=1)
    world.situation.archived = True
    await _killed(world, chance, "archive", "--to", str(world.archives), "--before", str(before))
    await _killed(world, chance, "restore", "--from", str(world.archives))
    world.situation.archived = False
    return True


@harm("rebuild", folders=ROLLUPS)
async def rebuild(world: World, chance: Random) -> bool:
    """Change sums of roll-ups, expect `adpulse verify` to find it and a killed and repeated `rebuild` to mend it."""
    assert world.client is not None
    dimensions = ["rollup_dim_day"] if world.folder in DIMENSIONS else []
    table = chance.choice(["rollup_minute", "rollup_hour", "rollup_day", *dimensions])
    async with world.connected() as connection:
        # Only money is changed: concurrent reports are judged by their numbers of events.
        done = await connection.execute(
            f"UPDATE {table} SET cost_micros = cost_micros + 1 "
            f"WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} ORDER BY random() LIMIT 3))"
        )
    if done == "UPDATE 0":
        return False
    process = await world.command("verify")
    if (status := await asyncio.to_thread(process.wait, PATIENCE_S)) != 1:
        world.client.violates(f"audit: adpulse verify ended with {status} though sums of {table} are wrong")
    await _killed(world, chance, "rebuild")
    return True


@harm("rotate-keys")
async def rotate_keys(world: World, chance: Random) -> None:
    """Replace the key while a service is killed: the new key must open, the old one no longer."""
    old = world.situation.key
    scopes = ("--scope", "write", "--scope", "read")
    made = json.loads(await world.run("keys", "new", "faults", *scopes, "--offline", "--json"))
    if old is None:  # an open service asks for no key, and soon for this one
        world.situation.key = made["key"]
    await world.run(*made["command"])
    world.situation.key = made["key"]
    service = chance.choice(world.services)
    if chance.random() < 0.5:
        await service.replace()
    if old is not None:
        await world.run("keys", "revoke", old.split("_")[2])  # adp_<scopes>_<id>_<secret>
        await _refused(world, old)


async def _refused(world: World, key: str) -> None:
    """Wait until no service takes the key any more. Raise AssertionError when one goes on."""
    give_up = time.monotonic() + PATIENCE_S
    async with httpx.AsyncClient(timeout=PATIENCE_S, headers={"X-API-Key": key}) as client:
        for service in world.services:
            while (await client.get(f"{service.address}/report", params={"start": "-1h"})).status_code != 401:
                if time.monotonic() > give_up:
                    raise AssertionError(f"service {service.name} takes a key that was revoked")
                await asyncio.sleep(LOOK_S)
