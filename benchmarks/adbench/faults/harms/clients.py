"""Clients that are bad for a service."""

import asyncio
from contextlib import suppress
from random import Random

import asyncpg

from adbench.faults.harms.registry import harm
from adbench.faults.traffic.bypass import Bypass
from adbench.faults.world import DIMENSIONS, World

PARTITIONS = (Bypass.INSERT_PARTITION, Bypass.COPY_PARTITION, Bypass.RESTORE)
# For a dimension of 08_rollup_dims: characters of a value, and number of values.
MOST_LENGTH, MOST_VALUES = 200, 1_000
FLOODS = 10  # connections
FLOOD_BYTES = 8 * 2**20  # most bytes that each sends without reading


@harm("slow-sockets", 1)
async def slow_sockets(world: World, chance: Random) -> None:
    """Open 500 connections that send a request a byte at a time and never end it."""
    head = (
        b"POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    )
    writers = await _opened(world, 500)
    for place in range(20):
        writers = [writer for writer in writers if not writer.is_closing()]  # the service may have had enough of it
        for writer in writers:
            writer.write(head[place * 5 : place * 5 + 5])
        await asyncio.sleep(0.05)
    for writer in writers:
        writer.transport.abort()


@harm("flood")
async def flood(world: World, chance: Random) -> None:
    """Open connections that pipeline requests without end and read no answer, beside the load.

    What a process keeps for them is bounded: `memory` is what is found otherwise.
    """
    ask = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % chance.choice([b"/healthz", b"/metrics", b"/openapi.json"])
    writers = await _opened(world, FLOODS)
    piece = ask * (FLOOD_BYTES // 16 // len(ask))
    for _ in range(16):
        for writer in writers:
            if not writer.is_closing() and writer.transport.get_write_buffer_size() < FLOOD_BYTES:
                writer.write(piece)
        await asyncio.sleep(0.05)
    await asyncio.sleep(chance.uniform(0.2, 1.0))
    for writer in writers:
        writer.transport.abort()


async def _opened(world: World, count: int) -> list[asyncio.StreamWriter]:
    """Open so many connections to the services in turn, fewer where some are refused; nothing is read from them."""
    writers = []
    for number in range(count):
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", world.services[number % 2].port, limit=1)
            writers.append(writer)
    return writers


async def _bypassing(world: World, chance: Random, *ways: Bypass) -> None:
    assert world.client is not None
    async with world.connected() as connection:
        for _ in range(8):
            await world.client.bypass(connection, chance.choice(ways), chance.choice([1, 40, 400]))


@harm("bypass", 2)
async def bypass(world: World, chance: Random) -> None:
    """Write past the service into `events`, by INSERT and COPY: reports and roll-ups must count it too."""
    await _bypassing(world, chance, Bypass.INSERT, Bypass.COPY)


@harm("bypass-partition")
async def bypass_partition(world: World, chance: Random) -> None:
    """Write past the service into partitions, by INSERT and COPY and as `pg_restore --data-only` does."""
    await _bypassing(world, chance, *PARTITIONS)


# Both leave the number of events and their money as they were.
_CORRECTIONS = (
    "UPDATE events SET campaign_id = 'C1', metadata = metadata || '{\"geo\": \"corrected\"}' WHERE user_id = ANY ($1)",
    "WITH gone AS (DELETE FROM events WHERE user_id = ANY ($1) RETURNING *) "
    "INSERT INTO events (ts, campaign_id, user_id, event_type, cost_micros, revenue_micros, metadata, event_id) "
    "SELECT ts, 'C2', user_id, event_type, cost_micros, revenue_micros, '{}', event_id FROM gone",
)


@harm("correct", 1)
async def correct(world: World, chance: Random) -> bool:
    """Change stored events, or delete and write them again, as an operator does: every sum follows."""
    corrected = 0
    async with world.connected() as connection:
        for _ in range(4):
            users = await connection.fetch(
                "SELECT user_id FROM events ORDER BY random() LIMIT $1", chance.randint(1, 200)
            )
            # After an outage, a move or a concurrent change of the same rows, nothing is changed.
            with suppress(asyncpg.PostgresError):
                await connection.execute(chance.choice(_CORRECTIONS), [row[0] for row in users])
                corrected += 1
            await asyncio.sleep(chance.uniform(0, 1))  # upkeep has added some of them up, and some not
    return corrected > 0


@harm("overflow", folders=DIMENSIONS)
async def overflow(world: World, chance: Random) -> None:
    """Send values that a dimension has no room for: one too long, and more than it may have.

    What becomes of the dimension is for the design; the sums over its groups stay what they are.
    """
    assert world.client is not None
    world.situation.overflown = True
    values = [b"x" * (MOST_LENGTH + 1), b"\xc3\xa9" * (MOST_LENGTH + 1)]
    for each in chance.sample(values, chance.randint(1, len(values))):
        await world.client.send_with_geo([each] * chance.choice([1, 50]))
    if chance.random() < 0.5:
        await world.client.send_with_geo([b"V%d" % number for number in range(MOST_VALUES + 1)])
