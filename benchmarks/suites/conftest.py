"""One event loop and one server for all suites; databases are made when a benchmark first asks for one.

`pytest benchmarks/suites --benchmark-only` times them, on ADPULSE_DATABASE_URL or the embedded PostgreSQL, in
databases adpulse_suite_* that are dropped again. Otherwise every benchmark runs once, on little data, as a test.
"""

import asyncio
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
import uvloop
from rich.console import Console

from adbench.harness.databases import connected, migrated, recreate
from adbench.workload.dataset import Dataset
from adbench.workload.seed import seed
from adpulse.database.connections import Connection
from adpulse.database.embedded import Cluster, database
from adpulse.reports.readers import open_readers
from adpulse.reports.reporter import Reporter
from adpulse.settings import Settings
from adpulse.variants import catalogue

T = TypeVar("T")
VARIANTS = [variant.name for variant in catalogue.load_all()]
END = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--events", type=int, default=1_000_000, help="events that the timed suites store")


def pytest_configure(config: pytest.Config) -> None:
    # Not --benchmark-disable in addopts: pytest-benchmark refuses --benchmark-only beside it.
    if not _timed(config):
        config.option.benchmark_disable = True


def _timed(config: pytest.Config) -> bool:
    return bool(config.getoption("benchmark_only") or config.getoption("benchmark_enable"))


@dataclass
class Lab:
    """Parts that benchmarks share. With `timed`, times count: then the data is large, and the disk is waited for."""

    timed: bool
    events: int
    server: str
    loop: asyncio.AbstractEventLoop
    settings: Settings
    databases: dict[str, str] = field(default_factory=dict)
    reporters: dict[str, Reporter] = field(default_factory=dict)
    closing: AsyncExitStack = field(default_factory=AsyncExitStack)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run it to its end on the one loop."""
        return self.loop.run_until_complete(work)

    def data(self, events: int | None = None) -> Dataset:
        """Return the data set that `database` stores."""
        return Dataset(events or self.events, END)

    def database(self, variant: str, purpose: str = "report", events: int | None = None) -> str:
        """Return the URL of a database of that variant, one for each purpose, filled once; empty with events=0."""
        name = f"adpulse_suite_{variant}_{purpose}"
        if name not in self.databases:
            self.databases[name] = self.run(self._build(name, variant, self.events if events is None else events))
        return self.databases[name]

    async def _build(self, name: str, variant: str, events: int) -> str:
        async with connected(self.server) as connection:
            reason = await catalogue.unavailable(connection, catalogue.find(variant))
        if reason:
            pytest.skip(f"{variant} {reason}")
        if not events:
            return await migrated(self.server, name, variant)
        url = await recreate(self.server, name)
        await seed(url, self.data(events), variant, Console(quiet=True))
        return url

    def connection(self, url: str) -> Connection:
        """Return a connection that is closed at the end."""
        return self.run(self.closing.enter_async_context(connected(url)))

    def reporter(self, url: str) -> Reporter:
        """Return the service's reporter on a database."""
        if url not in self.reporters:
            readers = self.run(open_readers(url, 1, "adpulse suite", self.settings))
            self.closing.push_async_callback(readers.close)
            self.reporters[url] = Reporter(readers, self.settings)
        return self.reporters[url]

    def close(self) -> None:
        self.run(self._close())

    async def _close(self) -> None:
        await self.closing.aclose()
        async with connected(self.server) as connection:
            for name in self.databases:
                await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    if _timed(request.config):
        with database(Settings()) as url:
            yield url
        return
    # A test loses nothing when the machine crashes.
    with (
        tempfile.TemporaryDirectory(prefix="adpulse-suites-") as folder,
        Cluster(Path(folder), fsync="off", shared_buffers="32MB").in_use() as url,
    ):
        yield url


@pytest.fixture(scope="session")
def lab(request: pytest.FixtureRequest, server: str) -> Iterator[Lab]:
    timed = _timed(request.config)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        events = request.config.getoption("events") if timed else 1_500
        lab = Lab(timed, events, server, runner.get_loop(), Settings(report_timeout_ms=120_000))
        yield lab
        lab.close()
