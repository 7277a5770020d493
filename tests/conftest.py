"""Fixtures: a server, a database, a connection and a service for each test that asks, on each version of PostgreSQL."""

import gc
import os
import shutil
import signal
import uuid
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from adpulse.database import connections
from adpulse.settings import unknown_variables
from tests.servers import (
    BINARIES,
    CLUSTERS,
    GIVEN,
    HOME,
    VERSIONS,
    GivenServer,
    NewDatabase,
    Server,
    find,
    make_home,
    remove_home,
    scratch_databases,
)
from tests.services import Client, Serve, services
from tests.wire import Wire

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
    "adpulse/reports/test_outages.py",
    "adpulse/reports/test_refusals.py",
    "adpulse/web",
    "docs",
    "infra",
)
TESTS = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "every_version: depends on PostgreSQL's version, though its package does not")
    # No test may fail because a machine is slow or busy. A fixture of one test serves all of its examples.
    loose = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    settings.register_profile("untimed", settings.default, deadline=None, suppress_health_check=loose)
    settings.load_profile("untimed")
    # Started in the background of a script, a process ignores SIGINT, and so do all that it starts.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # What the environment says must not change what the tests see.
    for name in {*unknown_variables(), *(n for n in os.environ if n.startswith("ADPULSE_"))}:
        del os.environ[name]
    # The processes that tests start would all compile the service again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if not hasattr(config, "workerinput"):
        if not VERSIONS + CLUSTERS:
            names = ", ".join([*BINARIES, *GIVEN])
            raise pytest.UsageError(f"TEST_POSTGRES is none of {names}, or the server's ADPULSE_…_URL is missing")
        make_home()


def pytest_xdist_auto_num_workers() -> int:
    """Return the workers of `pytest -n auto`, two a core: a test waits for servers half of its time."""
    return min(2 * (os.cpu_count() or 1), 8)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep from the garbage collector the tests that are collected: it would look at all of them again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


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
    if not hasattr(config, "workerinput"):
        remove_home()


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> str:
    """Return the name of the server; pytest_generate_tests says which."""
    return request.param


@pytest.fixture(scope="session")
def server(postgres: str) -> Server | GivenServer:
    return find(postgres)


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


@pytest.fixture
async def wire(url: str, home: Path) -> AsyncIterator[Wire]:
    wire = Wire(url, home)
    await wire.mend()
    yield wire
    await wire.cut()


@pytest.fixture
async def serve(new_database: NewDatabase) -> AsyncIterator[Serve]:
    """Yield the factory of services, which end before their databases do."""
    async with services() as start:
        yield start


@pytest.fixture
async def client(serve: Serve, url: str) -> Client:
    """Start the service on the database of `url`."""
    return await serve(url)
