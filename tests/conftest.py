"""Servers and databases for the tests.

One PostgreSQL of every version that is here serves the whole run, started by the first test that asks; each test
clones a template database of its own. Nothing listens on a port.
"""

import asyncio
import fcntl
import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import psutil
import pytest
from hypothesis import HealthCheck, settings

from adbench.experiments.citus import cluster
from adbench.harness.databases import sibling
from adpulse.database import connections
from adpulse.database.embedded import Cluster
from adpulse.settings import Settings, unknown_variables
from adpulse.variants import migrate
from adpulse.web.app import create_app
from tests.patience import PATIENCE_S, PATIENT

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
# What stands on the packages whose SQL is tested on every version is tested on the first alone, but for a test with the
# mark `every_version`.
ONE_VERSION = (
    "adbench",
    "adpulse/auth",
    "adpulse/cli",
    "adpulse/ingest/formats/test_firehose.py",
    "adpulse/ingest/test_clients.py",
    "adpulse/ingest/test_endpoint.py",
    "adpulse/ingest/test_fields.py",
    "adpulse/ingest/test_pixel.py",
    "adpulse/reports/test_endpoint.py",
    "adpulse/web",
    "docs",
    "infra",
)
TESTS = Path(__file__).parent
# Databases of tests are made and dropped by the thousand: in memory, where there is plenty, at a third of the cost.
MEMORY = Path("/dev/shm")
MEMORY_BYTES = 6 << 30

Client = httpx.AsyncClient
NewDatabase = Callable[..., Awaitable[str]]
Serve = Callable[..., Awaitable[Client]]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "every_version: depends on PostgreSQL's version, though its package does not")
    # No test may fail because a machine is slow or busy. A fixture of one test serves all of its examples.
    loose = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    settings.register_profile("untimed", settings.default, deadline=None, suppress_health_check=loose)
    settings.load_profile("untimed")
    # What the environment says must not change what the tests see.
    for name in {*unknown_variables(), *(n for n in os.environ if n.startswith("ADPULSE_"))}:
        del os.environ[name]
    if not hasattr(config, "workerinput"):
        if not VERSIONS + CLUSTERS:
            names = ", ".join([*BINARIES, *GIVEN])
            raise pytest.UsageError(f"TEST_POSTGRES is none of {names}, or the server's ADPULSE_…_URL is missing")
        os.environ[HOME] = tempfile.mkdtemp(prefix="adpulse-tests-", dir=MEMORY if _plenty() else None)


def _plenty() -> bool:
    """Return True if the files of the tests' servers fit in memory and leave enough to the tests."""
    return MEMORY.is_dir() and min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available) >= MEMORY_BYTES


def pytest_xdist_auto_num_workers() -> int:
    """Return the workers of `pytest -n auto`, two a core: a test waits for servers half of its time."""
    return min(2 * (os.cpu_count() or 1), 8)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    given = any(mark.args[0] == "postgres" for mark in metafunc.definition.iter_markers("parametrize"))
    if "postgres" not in metafunc.fixturenames or given:
        return
    path = metafunc.definition.path.relative_to(TESTS)
    once = any(path.is_relative_to(folder) for folder in ONE_VERSION)
    once &= metafunc.definition.get_closest_marker("every_version") is None
    names = (VERSIONS[:1] if once else VERSIONS) + CLUSTERS
    metafunc.parametrize("postgres", names, indirect=True, scope="session")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and HOME in os.environ:
        home = Path(os.environ[HOME])
        for name in VERSIONS:
            if (home / name).exists():
                _cluster(name).stop()
        shutil.rmtree(home)


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
        with alone(f"{self.name}-{template}"):
            if not await self.execute(f"SELECT 1 FROM pg_database WHERE datname = '{template}'"):
                await self.execute(f"CREATE DATABASE building_{variant}")
                connection = await connections.connect(self.url(f"building_{variant}"))
                await migrate.migrate(connection, variant)
                await connection.close()
                await self.execute(f"ALTER DATABASE building_{variant} RENAME TO {template}")
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


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> str:
    """Return the name of the server; pytest_generate_tests says which."""
    return request.param


@pytest.fixture(scope="session")
def server(postgres: str) -> Server | GivenServer:
    if postgres not in CLUSTERS:
        return running(postgres)
    kind = CitusServer if postgres == "citus" else GivenServer
    return kind(os.environ[GIVEN[postgres]], postgres)


@pytest.fixture
def home() -> Iterator[Path]:
    """Yield a directory for a server of the test's own.

    Not tmp_path: where tests run as root, another run of pytest makes that unreachable for the server's user.
    """
    path = Path(os.environ[HOME]) / uuid.uuid4().hex
    path.mkdir()
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


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


@pytest.fixture
async def new_database(server: Server) -> AsyncIterator[NewDatabase]:
    """Yield a factory: `await new_database("btree_gin")` is the URL of a fresh database; None: an empty one."""
    async with scratch_databases(server) as new:
        yield new


@pytest.fixture
async def url(new_database: NewDatabase) -> str:
    """Create a fresh database with the default variant; return its URL."""
    return await new_database()


@pytest.fixture
async def connection(url: str) -> AsyncIterator[connections.Connection]:
    """Open a connection to the database of `url`."""
    connection = await connections.connect(url)
    yield connection
    await connection.close()


def dial(url: str) -> socket.socket:
    """Open a connection to the server of that URL, through its socket or over TCP."""
    parts = urlsplit(url)
    if parts.hostname is not None:
        return socket.create_connection((parts.hostname, parts.port or 5432))
    (directory,) = parse_qs(parts.query)["host"]
    end = socket.socket(socket.AF_UNIX)
    end.connect(f"{directory}/.s.PGSQL.5432")
    return end


class Wire:
    """A socket in front of the server's, which can be cut and mended: to a client, a database that goes away."""

    def __init__(self, url: str, home: Path) -> None:
        self.url = f"postgresql://postgres@{urlsplit(url).path}?host={quote(str(home))}"
        self._far = url
        self._socket = home / ".s.PGSQL.5432"
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def mend(self) -> None:
        self._server = await asyncio.start_unix_server(self._join, self._socket)

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        self._socket.unlink(missing_ok=True)
        for writer in list(self._writers):
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(sock=dial(self._far))
        self._writers |= {writer, back}
        await asyncio.gather(self._pass_on(reader, back), self._pass_on(there, writer))
        self._writers -= {writer, back}

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass  # it was cut: what the test is about
        finally:
            writer.close()


@pytest.fixture
async def wire(url: str, home: Path) -> AsyncIterator[Wire]:
    wire = Wire(url, home)
    await wire.mend()
    yield wire
    await wire.cut()


@asynccontextmanager
async def services() -> AsyncIterator[Serve]:
    """Yield `await serve(url, max_events=3)` -> a client of the service, in this process, ready to write."""
    async with AsyncExitStack() as stack:

        async def start(url: str, **settings: object) -> Client:
            app = create_app(Settings(database_url=url, **{**PATIENT, **settings}))
            await stack.enter_async_context(app.router.lifespan_context(app))
            client = Client(transport=httpx.ASGITransport(app=app), base_url="http://localhost", timeout=PATIENCE_S)
            await stack.enter_async_context(client)
            async with asyncio.timeout(PATIENCE_S):
                while (await client.get("/readyz")).status_code != 200:
                    await asyncio.sleep(0.02)
            return client

        yield start


@pytest.fixture
async def serve(new_database: NewDatabase) -> AsyncIterator[Serve]:
    """Yield the factory of services, which end before their databases do."""
    async with services() as start:
        yield start


@pytest.fixture
async def client(serve: Serve, url: str) -> Client:
    """Start the service on the database of `url`."""
    return await serve(url)
