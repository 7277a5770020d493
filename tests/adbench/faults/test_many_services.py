"""Many services behind one address, on one database: events once, reports exact, connections as the formula says."""

import asyncio
import re
import signal
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from adbench.checks import http_recount
from adbench.checks.http_recount import Question
from adbench.faults.checks import stored_batches
from adbench.faults.system.service import SETTINGS, Service
from adbench.faults.traffic.batches import Source
from adbench.faults.traffic.client import Client
from adbench.faults.traffic.journal import Journal, Kind, compare
from adbench.faults.trees import ROOT
from adbench.harness.patience import PATIENCE_S
from adpulse.database import budget, connections
from adpulse.database.connections import INGEST, MAINTAIN, REPORT, Connection
from adpulse.settings import Settings
from adpulse.variants import catalogue, verify
from tests.adbench.faults.balancer import balanced
from tests.patience import until

MANY = 3
SEED = 2026
RATE = 4_000
AT_ONCE = 10  # batches that all services get in the same moment
READERS = int(SETTINGS["ADPULSE_READERS"])
EACH = budget.most(Settings(writers=int(SETTINGS["ADPULSE_WRITERS"]), readers=READERS)).database


def formula(processes: int) -> int:
    """Return the connections of this many processes by the formula of docs/how-to/many-services.md."""
    return processes * EACH + budget.HEARTBEAT


@asynccontextmanager
async def limited_login(connection: Connection, url: str) -> AsyncIterator[tuple[str, str]]:
    """Create a login that PostgreSQL limits to the formula's connections; yield it and its URL.

    A sample of pg_stat_activity could miss a moment; and the limit does not hold for superusers.
    """
    login = f"limited_{uuid.uuid4().hex}"
    await connection.execute(f"CREATE ROLE {login} LOGIN IN ROLE {INGEST}, {REPORT}, {MAINTAIN}")
    parts = urlsplit(url)
    try:
        yield login, url.replace(f"//{parts.username}@", f"//{login}@", 1)
    finally:
        await connection.execute(f"DROP ROLE {login}")


async def limit(connection: Connection, login: str, processes: int) -> None:
    """Limit the connections to what the formula gives."""
    await connection.execute(f"ALTER ROLE {login} CONNECTION LIMIT {formula(processes)}")


async def sessions(connection: Connection, login: str) -> int:
    """Return the number of connections of that login."""
    found: int = await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE usename = $1", login)
    return found


async def until_sessions(connection: Connection, login: str, least: int, most: int) -> None:
    """Wait until there are between `least` and `most`."""
    await until(lambda: sessions(connection, login), lambda found: least <= found <= most)


def told(url: str, address: str) -> http_recount.Recount:
    """Compare reports from that address with a recount of the events."""

    async def ask() -> http_recount.Recount:
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        whole = (now - timedelta(days=402), now + timedelta(days=3))
        questions = [Question(*whole), Question(*whole, group_by="campaign_id"), Question(*whole, granularity="day")]
        connection = await connections.connect(url)
        try:
            return await http_recount.compare(connection, address, iter(questions))
        finally:
            await connection.close()

    return asyncio.run(ask())


async def restart_in_turn(
    services: list[Service], connection: Connection, login: str, own_url: str, folder: Path
) -> None:
    """Start a new process beside each old one; once it is ready, end the old one with SIGTERM."""
    for place, old in enumerate(list(services)):
        new = Service(f"new-{place}", ROOT, folder / f"new-{place}.log")
        new.start(own_url)
        try:
            await new.ready()
        except BaseException:
            new.send(signal.SIGKILL)
            raise
        services[place] = new
        assert await old.stop() == 0
        # A session ends a moment after its client.
        await until_sessions(connection, login, 0, formula(MANY))


async def fill(connection: Connection, url: str, login: str, services: list[Service]) -> None:
    """Fill every pool: more reports of both kinds than there are connections wait for a table."""
    locker = await connections.connect(url)
    asked = []
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_S, limits=httpx.Limits(max_connections=None)) as client:
            async with locker.transaction():
                await locker.execute("LOCK TABLE rollup_hour IN ACCESS EXCLUSIVE MODE")
                # Totals last: any report asks now and then, by their connections, which design is active.
                for shape, least in (({"group_by": "campaign_id"}, READERS), ({}, 2 * READERS)):
                    asked += [
                        asyncio.create_task(client.get(f"{each.address}/report", params={"start": "-2d", **shape}))
                        for each in services * (READERS + 1)
                    ]
                    wanted = formula(len(services)) - (2 * READERS - least) * len(services)
                    await until_sessions(connection, login, wanted, formula(len(services)))
            assert {reply.status_code for reply in await asyncio.gather(*asked)} == {200}
    finally:
        locker.terminate()


@pytest.mark.parametrize("postgres", ["pg18"], indirect=True)
async def test_services_share_an_address_and_a_database(url: str, connection: Connection, tmp_path: Path) -> None:
    """Clients repeat to any service while each is replaced: nothing is lost or doubled, every service tells the same,
    and PostgreSQL, told to let in no connection beyond the formula, has to refuse none.
    """
    journal = Journal()
    services = [Service(name, ROOT, tmp_path / f"{name}.log") for name in ("a", "b", "c")[:MANY]]
    first = list(services)
    over = asyncio.Event()
    async with limited_login(connection, url) as (login, own_url), balanced(services) as balancer:
        await limit(connection, login, MANY + 1)
        try:
            for service in services:
                service.start(own_url)
            await asyncio.gather(*(service.ready() for service in services))
            source = Source(SEED, 0, datetime.now(UTC))
            client = Client([balancer], source, journal, f"many {SEED}", RATE)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(client.run(over))
                    try:
                        await restart_in_turn(services, connection, login, own_url, tmp_path)
                        for number in range(AT_ONCE):
                            batch, events = source.next(Kind.IDS if number % 2 else Kind.KEYED, 200)
                            journal.sends(batch)
                            await asyncio.gather(*(client.deliver(batch, events, each) for each in services * 2))
                    finally:
                        over.set()
                await client.settle()
                await client.flush()
            finally:
                await client.close()
            assert journal.violations == []
            assert compare(journal.batches.values(), await stored_batches(connection)) == []
            assert journal.events_acknowledged > 0
            assert (await verify.verify(connection, await catalogue.active(connection))).mismatches == []
            for address in [balancer.address, *(service.address for service in services)]:
                found = await asyncio.to_thread(told, url, address)
                assert (found.cells > 0, found.wrong, found.first_wrong) == (True, 0, None)
            await limit(connection, login, MANY)
            await fill(connection, url, login, services)
            assert await sessions(connection, login) == formula(MANY)
        finally:
            for service in {*first, *services}:
                if service.process:
                    service.send(signal.SIGKILL)
            await until_sessions(connection, login, 0, 0)
    for path in tmp_path.glob("*.log"):
        assert not re.search("too ?many ?connections", path.read_text(), re.IGNORECASE), path.name
