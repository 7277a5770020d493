"""The system under test: a server, two services on one database of it, one of them through the proxy."""

import asyncio
import logging
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from adbench.checkout import ROOT
from adbench.faults.cluster import PATIENCE_S, Victim
from adbench.faults.proxy import Proxy
from adbench.faults.rooms import rooms
from adbench.faults.service import Service, adpulse
from adpulse.variants.catalogue import Variant, read_header

log = logging.getLogger("faults")

VARIANT = "07_rollup"
TEMPLATE = "faults_template"


@dataclass
class World:
    """What harm is done to. `outages` are the moments (time.monotonic()) when the server could be written to again."""

    tree: Path
    cluster: Victim
    proxy: Proxy
    services: list[Service]
    database: str = ""
    outages: list[float] = field(default_factory=list)
    _eras: int = 0
    _deadlocks: int = 0

    @property
    def variant(self) -> Variant:
        """The design, as the tree has it."""
        folder = self.tree / "sql" / "variants" / VARIANT
        return Variant(folder, read_header((folder / "up.sql").read_text()))

    @property
    def upkeep(self) -> list[str]:
        """The statements of a round of upkeep; none where the design needs none."""
        maintenance = self.variant.maintenance
        return [] if maintenance is None else maintenance[1]

    async def connect(self) -> "asyncpg.Connection[asyncpg.Record]":
        """To the database, past the proxy."""
        # What a recount sorts goes to the server's own disk: the small one is for what the services store.
        settings = {"timezone": "UTC", "application_name": "faults", "temp_tablespaces": "pg_default"}
        return await asyncpg.connect(self.cluster.url(self.database), timeout=30, server_settings=settings)

    async def new_database(self) -> None:
        """Services stop, and start on a database as new."""
        await asyncio.gather(*(each.stop() for each in self.services if each.process))
        await self._execute(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)" if self.database else "SELECT 1")
        self._eras += 1
        self.database = f"faults_{self._eras}"
        self._deadlocks = 0
        space = "TABLESPACE small" if self.cluster.rooms else ""
        await self._execute(f"CREATE DATABASE {self.database} TEMPLATE {TEMPLATE} {space}")
        direct, behind = self.services
        direct.start(self.cluster.url(self.database))
        behind.start(self.proxy.url(self.database))
        await asyncio.gather(*(each.ready() for each in self.services))

    async def empty(self) -> None:
        """The database forgets everything but its partitions; services go on."""
        connection = await self.connect()
        try:
            give_up = time.monotonic() + PATIENCE_S
            while True:
                try:
                    await connection.execute("SET lock_timeout = '1s'; TRUNCATE events, event_ids, idempotency_keys")
                    return
                except (asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError):
                    if time.monotonic() > give_up:
                        raise
        finally:
            await connection.close()

    async def new_deadlocks(self, connection: "asyncpg.Connection[asyncpg.Record]") -> int:
        """How often transactions of this database waited in a circle since this was last asked, or since a crash."""
        seen: int = await connection.fetchval(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
        before, self._deadlocks = self._deadlocks, seen
        return seen - before if seen >= before else seen  # a crash begins to count anew

    @asynccontextmanager
    async def outage(self) -> AsyncIterator[None]:
        """Around what ends every session of the server; it is started again if it must be, and the moment noted."""
        # An outage has begun when a session has ended: before that the server may still accept.
        sentinel = await self.connect()
        yield
        give_up = time.monotonic() + PATIENCE_S
        while not sentinel.is_closed():
            if time.monotonic() > give_up:
                raise RuntimeError("the server was to be ended, and a session goes on")
            await asyncio.sleep(0.005)
        await self.returns()

    async def returns(self) -> None:
        """Start the server if it must be, and note the moment from which nothing is in the way of events."""
        accepted = await self.cluster.launch()
        if self.proxy.holds_back:  # `stall-commit` is not over
            await self.proxy.flows()
            accepted = time.monotonic()
        self.outages.append(accepted)

    async def healed(self) -> None:
        """Waits until everything runs."""
        await self.cluster.launch()
        for service in self.services:
            service.send(signal.SIGCONT)
        await asyncio.gather(*(each.ready() for each in self.services))

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.cluster.url(), timeout=30)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def _template(self) -> None:
        if self.cluster.rooms:
            await self._execute(f"CREATE TABLESPACE small LOCATION '{self.cluster.rooms['data'].path / 'space'}'")
        await self._execute(f"CREATE DATABASE {TEMPLATE}")
        url = self.cluster.url(TEMPLATE)
        await asyncio.to_thread(adpulse, self.tree, "migrate", "--variant", VARIANT, ADPULSE_DATABASE_URL=url)


@asynccontextmanager
async def world(
    home: Path, tree: Path = ROOT, binaries: Path | None = None, **server_settings: str
) -> AsyncIterator[World]:
    """One that runs, in an empty folder; everything is ended and removed at the end."""
    with rooms(home, "data", "wal") as small:
        cluster = Victim(home / "server", small, binaries, **server_settings)
        try:
            await cluster.launch()
            proxy = Proxy(Path(cluster.url().partition("?host=")[2]) / ".s.PGSQL.5432")
            await proxy.start()
            services = [Service(name, tree, home / f"{name}.log") for name in ("direct", "behind")]
            made = World(tree, cluster, proxy, services)
            try:
                await made._template()
                await made.new_database()
                yield made
            finally:
                for service in services:
                    if service.process:
                        service.send(signal.SIGKILL)
                await proxy.stop()
        finally:
            with suppress(FileNotFoundError):
                cluster.destroy()
