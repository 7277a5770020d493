"""A primary and its streaming replica: one pair for every version of PostgreSQL, shared by the whole run."""

import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from adbench.faults.system.pair import Standby
from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.database.embedded import Cluster
from adpulse.variants import migrate
from tests.patience import until
from tests.servers import BINARIES, HOME, VERSIONS, alone
from tests.services import Serve, services

SETTINGS = {
    "fsync": "off",
    "wal_level": "logical",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "wal_receiver_status_interval": "1s",
    # A test that pauses replay must not wait for a report that reads, nor cancel it.
    "hot_standby_feedback": "on",
}


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Connection]:
    """Yield a connection and close it after the block."""
    connection = await connections.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


@dataclass(frozen=True)
class Pair:
    """A running primary and its replica."""

    name: str
    primary: Cluster
    replica: Cluster

    async def caught_up(self) -> None:
        """Wait until the replica has replayed what the primary has written so far."""
        async with connected(self.primary.url()) as there, connected(self.replica.url()) as here:
            wanted = await there.fetchval("SELECT pg_current_wal_insert_lsn()::text")
            await until(lambda: here.fetchval("SELECT pg_last_wal_replay_lsn() >= $1::text::pg_lsn", wanted))

    async def pause(self, paused: bool) -> None:
        """Stop replay on the replica, or let it go on."""
        async with connected(self.replica.url()) as connection:
            await connection.execute(f"SELECT pg_wal_replay_{'pause' if paused else 'resume'}()")
            wanted = "paused" if paused else "not paused"
            await until(lambda: connection.fetchval("SELECT pg_get_wal_replay_pause_state() = $1", wanted))


@pytest.fixture(scope="session", params=VERSIONS)
def shared_pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    home = Path(os.environ[HOME]) / f"{request.param}-pair"
    binaries = BINARIES[request.param]
    primary = Cluster(home / "primary", binaries, **SETTINGS)
    # The first test process starts them, and the last to leave stops them.
    with primary.in_use(), Standby(primary, home / "replica", binaries, **SETTINGS).in_use() as _:
        yield Pair(request.param, primary, Standby(primary, home / "replica", binaries, **SETTINGS))


@pytest.fixture
def pair(shared_pair: Pair) -> Iterator[Pair]:
    """Yield the pair to one test at a time, because it may pause replay."""
    with alone(f"{shared_pair.name}-pair"):
        yield shared_pair


NewPairDatabase = Callable[[str], Awaitable[str]]


@pytest.fixture
async def pair_database(pair: Pair) -> AsyncIterator[NewPairDatabase]:
    """Yield a factory: `await pair_database("rollup")` is the name of a fresh database on both servers."""
    names = []
    async with connected(pair.primary.url()) as connection:

        async def new(variant: str) -> str:
            name = f"t_{uuid.uuid4().hex}"
            names.append(name)
            await connection.execute(f"CREATE DATABASE {name}")
            async with connected(pair.primary.url(name)) as inside:
                await migrate.migrate(inside, variant)
            await pair.caught_up()
            return name

        try:
            yield new
        finally:
            await pair.pause(False)
            for name in names:
                await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def serve(pair_database: NewPairDatabase) -> AsyncIterator[Serve]:
    """Yield a factory of services, as everywhere, for the databases of the pair."""
    async with services() as start:
        yield start
