"""The PostgreSQL servers of a run of tests: one of each version that is here, and those that are given by a URL.

Each is started by the first test that asks. A test's database is a clone of a template. Nothing listens on a port.
"""

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from adbench.experiments.citus import cluster
from adbench.harness.databases import sibling
from adpulse.database import connections
from adpulse.database.embedded import Cluster
from adpulse.variants import migrate

HOME = "TEST_POSTGRES_HOME"
# The embedded one and every one where Debian's packages put it, whose own 18 comes before the embedded 18.
BINARIES: dict[str, Path | None] = {"pg18": None} | {
    f"pg{path.parents[1].name}": path.parent
    for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if int(path.parents[1].name) >= 15
}
# Servers that are not started here: a Citus cluster, by the URL of a database on its coordinator that knows its nodes
# (ADPULSE_CITUS_URL, docs/how-to/scale-out.md), and a server that has loaded TimescaleDB (ADPULSE_TIMESCALE_URL).
# xdist's workers read the URLs under another name, because what begins with ADPULSE_ is taken out of the environment.
GIVEN = {"citus": "TEST_CITUS_URL", "timescale": "TEST_TIMESCALE_URL"}
for variable in GIVEN.values():
    if (setting := variable.replace("TEST", "ADPULSE")) in os.environ:
        os.environ[variable] = os.environ[setting]
# TEST_POSTGRES=pg17 tests with that one alone; so CI divides the versions among machines. TEST_POSTGRES=citus or
# timescale tests on the given server alone, with the variant of that name where a test does not say which.
VERSIONS = [name for name in BINARIES if os.environ.get("TEST_POSTGRES", name) == name]
CLUSTERS = [name for name, url in GIVEN.items() if url in os.environ and os.environ.get("TEST_POSTGRES") == name]
# Databases of tests are made and dropped by the thousand: in memory, where there is plenty, at a third of the cost.
MEMORY = Path("/dev/shm")
MEMORY_BYTES = 6 << 30

NewDatabase = Callable[..., Awaitable[str]]
_TEMPLATES: set[tuple[Path, str]] = set()  # that this process has seen, so that it need not connect to look


def make_home() -> None:
    """Make the folder of this run's servers; workers of xdist find it in the environment."""
    os.environ[HOME] = tempfile.mkdtemp(prefix="adpulse-tests-", dir=MEMORY if _plenty() else None)


def remove_home() -> None:
    """Stop the servers of this run, and remove their folder."""
    if HOME in os.environ:
        home = Path(os.environ[HOME])
        for name in VERSIONS:
            if (home / name).exists():
                _cluster(name).stop()
        shutil.rmtree(home)


def _plenty() -> bool:
    """Return True if the files of the tests' servers fit in memory and leave enough to the tests."""
    return MEMORY.is_dir() and min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available) >= MEMORY_BYTES


def _cluster(name: str, folder: str | None = None) -> Cluster:
    # Tests lose nothing when the machine crashes, and so need not wait for its disk.
    settings = {"fsync": "off", "max_wal_size": "512MB"}
    # It comes when it likes, and keeps upkeep, which waits for a moment only, from the tables that it is in.
    settings |= {"autovacuum": "off"}
    settings |= {"max_connections": "300", "shared_buffers": "128MB"}
    return Cluster(Path(os.environ[HOME]) / (folder or name), BINARIES[name], **settings)


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Let one test process at a time run the block."""
    with (Path(os.environ[HOME]) / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL with a template database for each variant that a test has asked for."""

    name: str
    cluster: Cluster
    variant = "rollup"  # where a test does not say which

    async def create(self, name: str, variant: str | None) -> None:
        """Create a database with this variant; None: an empty one."""
        template = await self.template(variant) if variant else "template1"
        # The other strategy writes every page of the template to the log.
        await self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")

    async def drop(self, name: str) -> None:
        await self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def url(self, name: str = "postgres") -> str:
        return self.cluster.url(name)

    async def template(self, variant: str) -> str:
        template = f"template_{variant}"
        if (self.cluster.directory, template) in _TEMPLATES:
            return template
        with alone(f"{self.name}-{template}"):
            if not await self.execute(f"SELECT 1 FROM pg_database WHERE datname = '{template}'"):
                await self.execute(f"CREATE DATABASE building_{variant}")
                connection = await connections.connect(self.url(f"building_{variant}"))
                await migrate.migrate(connection, variant)
                await connection.close()
                await self.execute(f"ALTER DATABASE building_{variant} RENAME TO {template}")
        _TEMPLATES.add((self.cluster.directory, template))
        return template

    async def execute(self, statement: str) -> object:
        connection = await connections.connect(self.url())
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()


@dataclass(frozen=True)
class GivenServer:
    """A server that was started elsewhere, by a URL of it. Without templates: TimescaleDB stays connected to them."""

    home: str
    name: str

    @property
    def variant(self) -> str:
        return self.name

    def url(self, name: str | None = None) -> str:
        return self.home if name is None else sibling(self.home, name)

    async def create(self, name: str, variant: str | None) -> None:
        await self.execute(f"CREATE DATABASE {name}")
        await self.migrate(name, variant)

    async def drop(self, name: str) -> None:
        await self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    async def migrate(self, name: str, variant: str | None) -> None:
        if variant is not None:
            connection = await connections.connect(self.url(name))
            await migrate.migrate(connection, variant)
            await connection.close()

    async def execute(self, statement: str) -> object:
        connection = await connections.connect(self.home)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()


class CitusServer(GivenServer):
    """A database is one on every node of the cluster, each of which must know the others."""

    async def create(self, name: str, variant: str | None) -> None:
        # One at a time: every database tells every node about the same roles.
        with alone(self.name):
            await cluster.create(self.home, name)
            await self.migrate(name, variant)

    async def drop(self, name: str) -> None:
        await cluster.drop(self.home, name)


def running(name: str) -> Server:
    """Return the server of that version; start it at the first call."""
    cluster = _cluster(name)
    cluster.start()
    return Server(name, cluster)


@contextmanager
def quiet_server(name: str) -> Iterator[Server]:
    """Yield a server of that version of the caller's own, for tests that no other transaction may disturb."""
    cluster = _cluster(name, uuid.uuid4().hex)
    cluster.start()
    try:
        yield Server(name, cluster)
    finally:
        cluster.stop()


def find(name: str) -> Server | GivenServer:
    """Return the server of that name; start it at the first call unless it is a given one."""
    if name not in CLUSTERS:
        return running(name)
    kind = CitusServer if name == "citus" else GivenServer
    return kind(os.environ[GIVEN[name]], name)


@asynccontextmanager
async def scratch_databases(server: Server | GivenServer) -> AsyncIterator[NewDatabase]:
    """Yield `await new(variant)` -> URL of a fresh database; drop all of them at the end."""
    names = []

    async def new(variant: str | None = server.variant) -> str:
        name = f"t_{uuid.uuid4().hex}"
        names.append(name)
        await server.create(name, variant)
        return server.url(name)

    try:
        yield new
    finally:
        for name in names:
            await server.drop(name)
