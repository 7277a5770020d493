"""The system under test: a server, two services on one database of it, one of them through the proxy."""

import asyncio
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from adbench.checkout import ROOT
from adbench.faults.system import hostile
from adbench.faults.system.cluster import Victim, send_signal
from adbench.faults.system.hostile import Default
from adbench.faults.system.proxy import Proxy
from adbench.faults.system.service import Service, adpulse, command
from adbench.faults.system.small_disks import small_disks
from adbench.faults.traffic.client import Client, Situation
from adbench.faults.traffic.recovery import Recovery, measure
from adbench.harness.databases import connected
from adbench.harness.patience import PATIENCE_S
from adpulse.database.connections import Connection
from adpulse.variants.catalogue import Variant, read_header

VARIANT = "07_rollup"
FOLDERS = ("07_rollup", "08_rollup_dims", "06_matview", "05_partitioned")  # the designs to try
DIMENSIONS = ("08_rollup_dims",)  # designs with roll-ups of dimensions
ROLLUPS = ("07_rollup", "08_rollup_dims")  # designs with tables of sums by minute and hour
# A round adds a million events at most: in a cycle of seconds, none would be cut.
SMALL_ROUNDS = "CREATE OR REPLACE FUNCTION rollup_dim_round() RETURNS int LANGUAGE sql IMMUTABLE RETURN 1000"
SERVICES = ("adpulse writer", "adpulse maintenance", "adpulse reports")  # application names of their sessions
_WAITING = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'adpulse reports' AND wait_event_type = 'Lock' ORDER BY pid
"""
SOCKET = ".s.PGSQL.5432"  # the server's socket, in the folder that its URL names
UP_DATABASE = "postgres"  # the one that `adpulse up` takes


@dataclass
class World:
    """The service and the database that are harmed, and the `outages` of the cycle that runs."""

    tree: Path
    home: Path
    cluster: Victim
    proxy: Proxy
    services: list[Service]
    database: str = ""
    folder: str = VARIANT  # folder of the design in force
    situation: Situation = field(default_factory=Situation)
    outages: list[Recovery] = field(default_factory=list)
    defaults: Sequence[Default] = ()
    client: Client | None = None  # client of the running cycle
    _eras: int = 0
    _deadlocks: int = 0
    _templates: set[str] = field(default_factory=set)

    @property
    def variant(self) -> Variant:
        """Return the design in force, as the tree has it."""
        folder = self.tree / "sql" / "variants" / self.folder
        return Variant(folder, read_header((folder / "up.sql").read_text()))

    @property
    def upkeep(self) -> list[str]:
        """Return the statements of a round of upkeep; none where the design needs none."""
        maintenance = self.variant.maintenance
        return [] if maintenance is None else maintenance[1]

    @property
    def archives(self) -> Path:
        """Return the folder of archived days of this database."""
        return self.home / f"archive-{self._eras}"

    async def connect(self) -> Connection:
        """Open a session of our own, past the proxy, that no default of the database touches."""
        # Temporary files of a recount go to the server's own disk: the small one is for the data of the services.
        settings = {**hostile.OURS, "application_name": "faults", "temp_tablespaces": "pg_default"}
        return await asyncpg.connect(self.cluster.url(self.database), timeout=PATIENCE_S, server_settings=settings)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Connection]:
        """Yield such a session, closed at the end."""
        connection = await self.connect()
        try:
            yield connection
        finally:
            await connection.close()

    @asynccontextmanager
    async def reports_locked(self) -> AsyncIterator[Callable[[], Awaitable[list[int]]]]:
        """Make every report wait while the block runs. Yield what returns the backends of those that wait now."""
        table = "rollup_hour" if self.folder in ROLLUPS else "events"  # all reports read it
        async with self.connected() as watcher, self.connected() as locker, locker.transaction():
            await locker.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")

            async def waiting() -> list[int]:
                return [row["pid"] for row in await watcher.fetch(_WAITING)]

            yield waiting

    async def new_database(self, folder: str = VARIANT, *, up: bool = False) -> None:
        """Stop the services, and start them on a new database of this design; `up`: the first has its own server."""
        await asyncio.gather(*(each.stop() for each in self.services if each.process))
        self.cluster.supervised = False
        await self.cluster.launch()
        template = await self._template(folder)
        if self.database not in ("", UP_DATABASE):
            await self._execute(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
        self._eras += 1
        self.database = UP_DATABASE if up else f"faults_{self._eras}"
        self.folder, self.situation, self.defaults, self._deadlocks = folder, Situation(), (), 0
        space = "TABLESPACE small" if self.cluster.small_disks else ""
        if up:
            await self._execute(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
        await self._execute(f"CREATE DATABASE {self.database} TEMPLATE {template} {space}")
        direct, behind = self.services
        if up:
            await asyncio.to_thread(self.cluster.stop)
            self.cluster.supervised = True
            direct.start_up(self.cluster)
        else:
            direct.start(self.cluster.url(self.database))
        await direct.ready()
        behind.start(self.proxy.url(self.database))
        await behind.ready()

    async def impose(self, defaults: Sequence[Default]) -> None:
        """Give the database these defaults and no others, and end all sessions that have others."""
        if not defaults and not self.defaults:
            return
        async with self.connected() as connection:
            await hostile.apply(connection, self.database, defaults)
        self.defaults = defaults
        send_signal(await self.cluster.sessions(*SERVICES), signal.SIGTERM)
        await asyncio.gather(*(each.ready() for each in self.services))

    async def new_deadlocks(self, connection: Connection) -> int:
        """Return how often transactions of this database waited in a circle since this was last asked, or a crash."""
        seen: int = await connection.fetchval(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
        before, self._deadlocks = self._deadlocks, seen
        return seen - before if seen >= before else seen  # a crash begins to count anew

    async def command(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command of the tree's service on this database. Its output goes to a file of the world's folder."""
        return command(
            self.tree, self.home / "command.log", *arguments, ADPULSE_DATABASE_URL=self.cluster.url(self.database)
        )

    async def run(self, *arguments: str) -> str:
        """Run such a command to its end, and return what it prints. Raise RuntimeError with what it said."""
        return await asyncio.to_thread(
            adpulse, self.tree, *arguments, ADPULSE_DATABASE_URL=self.cluster.url(self.database)
        )

    @asynccontextmanager
    async def outage(self) -> AsyncIterator[None]:
        """Measure how soon events are acknowledged after the block, which ends the server's sessions."""
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
        """Start the server if it must be, and wait until a service acknowledges an event."""
        assert self.client is not None
        knocks = [self.client.knock(service) for service in self.services]
        server = Path(self.cluster.url().partition("?host=")[2]) / SOCKET
        measuring = asyncio.to_thread(measure, server, self.database, knocks, self.cluster.patience_s)
        recovery, _ = await asyncio.gather(measuring, self.cluster.launch())
        self.outages.append(recovery)
        self.client.recovered(recovery)

    async def healed(self) -> None:
        """Wait until everything runs."""
        await self.cluster.launch()
        for service in self.services:
            service.send(signal.SIGCONT)
        await asyncio.gather(*(each.ready() for each in self.services))

    async def _execute(self, statement: str, database: str = "template1") -> None:
        # Connects to another database by default, because this one is made or dropped.
        async with connected(self.cluster.url(database)) as connection:
            await connection.execute(statement)

    async def _template(self, folder: str) -> str:
        """Return the name of a database in this design, from which others are copied; made when it is first needed."""
        name = f"faults_template_{folder}"
        if name not in self._templates:
            await self._execute(f"CREATE DATABASE {name}")
            url = self.cluster.url(name)
            await asyncio.to_thread(adpulse, self.tree, "migrate", "--variant", folder, ADPULSE_DATABASE_URL=url)
            if folder in DIMENSIONS:
                await self._execute(SMALL_ROUNDS, name)
            self._templates.add(name)
        return name


@asynccontextmanager
async def world(
    home: Path, tree: Path = ROOT, binaries: Path | None = None, folder: str = VARIANT, **server_settings: str
) -> AsyncIterator[World]:
    """Run one in an empty folder for the time of the block; then end and remove everything."""
    with small_disks(home, "data", "wal") as small:
        cluster = Victim(home / "server", small, binaries, **server_settings)
        try:
            await cluster.launch()
            proxy = Proxy(Path(cluster.url().partition("?host=")[2]) / SOCKET)
            await proxy.start()
            services = [Service(name, tree, home / f"{name}.log") for name in ("direct", "behind")]
            made = World(tree, home, cluster, proxy, services)
            try:
                if small:
                    await made._execute(f"CREATE TABLESPACE small LOCATION '{small['data'].path / 'space'}'")
                # This is also for `adpulse up`, which has settings of its own: see cluster.py.
                await made._execute("ALTER SYSTEM SET fsync = off")
                await made.new_database(folder)
                yield made
            finally:
                for service in services:
                    if service.process:
                        service.send(signal.SIGKILL)
                await proxy.stop()
        finally:
            with suppress(FileNotFoundError):
                cluster.destroy()
