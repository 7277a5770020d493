"""The recipe in infra/postgres/logical, run as it stands by psql, between two servers."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from adpulse.database.connections import Connection
from adpulse.database.programs import embedded_binaries
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue, verify
from tests.patience import PATIENCE_S, until
from tests.replication.conftest import NewPairDatabase, Pair, connected
from tests.replication.test_physical import COLUMNS, batch, told
from tests.servers import running, scratch_databases
from tests.services import Serve

RECIPES = Path(__file__).parents[2] / "infra" / "postgres" / "logical"


async def psql(url: str, script: str, **variables: str) -> None:
    """Run a script of the recipe. Raise CalledProcessError."""
    program = [str(embedded_binaries() / "psql"), "-X", "-q", "-d", url]
    given = [word for name, value in variables.items() for word in ("-v", f"{name}={value}")]
    command = [*program, *given, "-f", str(RECIPES / script)]
    await asyncio.to_thread(subprocess.run, command, check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE_S)


@pytest.fixture
async def subscriber(pair: Pair) -> AsyncIterator[str]:
    """Yield the URL of a database of another server of the same version, with the variant and nothing else."""
    async with scratch_databases(running(pair.name)) as new:
        url = await new("rollup_dims")
        yield url
        async with connected(url) as connection:
            await connection.execute("DROP SUBSCRIPTION IF EXISTS adpulse")


async def test_a_subscriber_answers_as_the_primary_did_a_moment_ago(
    pair: Pair, pair_database: NewPairDatabase, subscriber: str, serve: Serve
) -> None:
    """Events that were there before and that come while reports are asked for: every report equals a recount."""
    name = "rollup_dims"
    variant = catalogue.find(name)
    there = await pair_database(name)
    source = pair.primary.url(there)
    socket = source.partition("?host=")[2]
    done = asyncio.Event()

    async def write(connection: Connection) -> None:
        for number in count():
            await connection.copy_records_to_table("events", records=batch(number), columns=COLUMNS)
            await asyncio.sleep(0.02)  # it is applied row by row
            if done.is_set():
                return

    async def keep(connection: Connection) -> None:
        while not done.is_set():
            await run_round(connection, variant)
            await asyncio.sleep(0.1)

    async with connected(source) as writer, connected(source) as keeper, connected(subscriber) as reader:
        await writer.copy_records_to_table("events", records=batch(0), columns=COLUMNS)
        await run_round(keeper, variant)
        await writer.copy_records_to_table("events", records=batch(1), columns=COLUMNS)
        for _ in range(2):  # a second time changes nothing
            await psql(source, "publisher.sql")
        first = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}"
        await psql(subscriber, "subscriber.sql", source=f"host={socket} dbname={there} user=postgres", first_day=first)
        sizes = []
        async with asyncio.TaskGroup() as group:
            group.create_task(write(writer))
            group.create_task(keep(keeper))
            try:
                while len(set(sizes)) < 4:
                    found = await verify.verify(reader, variant)
                    assert found.exact, found.mismatches[:3]
                    sizes.append(await reader.fetchval("SELECT count(*) FROM events"))
            finally:
                done.set()
        assert sizes == sorted(sizes)

        # A stray day moves into a partition of its own on the primary: a delete there that must not arrive here.
        stray = (datetime.now(UTC) - timedelta(days=40), "click", "C1", "U1", 1, "{}")
        await writer.copy_records_to_table("events", records=[stray], columns=COLUMNS)
        await run_round(keeper, variant)
        assert await writer.fetchval("SELECT count(*) FROM events_default") == 0
        everything = await writer.fetchval("SELECT count(*) FROM events")

        async def arrived() -> bool:
            return bool(await reader.fetchval("SELECT count(*) = $1 FROM events", everything))

        await until(arrived)
        assert (await verify.verify(reader, variant)).exact

        client = await serve(source, read_database_url=subscriber)

        async def young() -> bool:
            lag = (await told(client))[1]
            return lag is not None and lag < 10_000

        await until(young)
        await reader.execute("ALTER SUBSCRIPTION adpulse DISABLE")

        async def old() -> bool:
            lag = (await told(client))[1]
            return lag is not None and lag > 2_500

        await until(old)
