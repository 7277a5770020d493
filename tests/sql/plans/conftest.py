"""A server and a database with a month of events, shared by the tests of plans."""

import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from adpulse.database import connections
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue
from adpulse.variants.catalogue import Variant
from tests.servers import CLUSTERS, Server, quiet_server, scratch_databases
from tests.sql.plans.explain import START, STOP, Opened


@pytest.fixture(scope="package")
def server(postgres: str) -> Iterator[Server]:
    """Yield a server of these tests alone: a transaction of another test would hold back the marks."""
    if CLUSTERS:
        pytest.skip("plans of the designs for one server")
    with quiet_server(postgres) as quiet:
        yield quiet


@pytest.fixture(scope="package", params=["rollup", "rollup_dims"])
async def filled(request: pytest.FixtureRequest, server: Server) -> AsyncIterator[tuple[str, Variant]]:
    """Yield a database with 31 days of events, compacted and vacuumed: C1 has some in every hour, beside forty other
    campaigns.
    """
    variant = catalogue.find(request.param)
    async with scratch_databases(server) as new:
        url = await new(variant.name)
        connection = await connections.connect(url)
        await connection.execute("SELECT prepare_days($1, $2)", START.date(), STOP.date())
        await connection.execute(
            "INSERT INTO events (ts, event_type, campaign_id, user_id, metadata) "
            "SELECT $1::timestamptz + make_interval(mins => n * 4), 'click', "
            "  CASE WHEN n % 3 < 2 THEN 'C1' ELSE 'C' || (2 + n % 40) END, 'U1', "
            """  jsonb_build_object('geo', chr(65 + n % 5), 'device', chr(65 + n % 3), 'slot', n % 7) """
            "FROM generate_series(0, 10800) AS n",
            START,
        )
        await run_round(connection, variant)
        await connection.execute("VACUUM (ANALYZE)")
        await connection.close()
        yield urlsplit(url).path.lstrip("/"), variant


@asynccontextmanager
async def copied(server: Server, filled: tuple[str, Variant]) -> AsyncIterator[Opened]:
    """Copy the database, and yield a connection to the copy."""
    template, variant = filled
    name = f"t_{uuid.uuid4().hex}"
    await server.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    connection = await connections.connect(server.url(name), plan_cache_mode="force_custom_plan", jit="off")
    try:
        yield connection, variant
    finally:
        await connection.close()
        await server.drop(name)


@pytest.fixture(scope="package")
async def opened(server: Server, filled: tuple[str, Variant]) -> AsyncIterator[Opened]:
    """Open a copy for the tests that only read: they may run in any order."""
    async with copied(server, filled) as opened:
        yield opened


@pytest.fixture
async def own(server: Server, filled: tuple[str, Variant]) -> AsyncIterator[Opened]:
    """Open a copy for a test that writes."""
    async with copied(server, filled) as own:
        yield own
