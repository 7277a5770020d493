"""A service to ask from a notebook: reports over HTTP, the SQL behind them, and what PostgreSQL does for it."""

import asyncio
import atexit
import json
import os
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, Self, TypeVar
from urllib.parse import parse_qsl

import pandas as pd
from rich.console import Console

from adbench.experiments.matrix.explain import plan
from adbench.figures.notebooks import home
from adbench.harness import databases
from adbench.harness.databases import connected
from adbench.harness.fetch import fetch
from adbench.harness.patience import PATIENCE_S
from adbench.harness.query_plans import Node, depths
from adbench.harness.service import serving
from adbench.records import store
from adbench.workload.dataset import Dataset
from adbench.workload.report_shapes import statement
from adbench.workload.seed import seed
from adpulse.database.embedded import Cluster, database
from adpulse.maintenance.loop import run_rounds
from adpulse.reports.query import Query
from adpulse.reports.query_string import parse
from adpulse.reports.readers import open_readers
from adpulse.settings import Settings
from adpulse.variants import catalogue, migrate
from adpulse.variants.catalogue import Variant

DATABASE = "adpulse_notebook"
EVENTS = "ADBENCH_EVENTS"  # takes precedence over the number that a notebook asks for, as in tests
T = TypeVar("T")


class Live:
    """A service at `address` on the database `url`. Use `start` or `attach`; `close` stops what was started."""

    def __init__(self, address: str, url: str, stack: ExitStack) -> None:
        self.address, self.url, self._stack = address, url, stack
        self._settings = Settings()
        atexit.register(self.close)

    @classmethod
    def start(cls, events: int, variant: str | None = None) -> Self:
        """Start a service on a new embedded database with `events` events of 30 days.

        With ADPULSE_DATABASE_URL, on that server. The database is made anew each time, and no other one is touched.
        """
        settings, console, stack = Settings(data_dir=home()), Console(quiet=True), ExitStack()
        end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        data = Dataset(int(os.environ.get(EVENTS, events)), end, campaigns=100)
        with ExitStack() as starting:  # so that a failed start leaves nothing
            server = starting.enter_context(database(settings))
            url = _run(databases.recreate(server, DATABASE))
            _run(seed(url, data, variant, console))
            store.scratch(settings).mkdir(parents=True, exist_ok=True)
            address = starting.enter_context(serving(url, 1, store.scratch(settings) / "notebook.log"))
            stack = starting.pop_all()
        return cls(address, url, stack)

    @classmethod
    def attach(cls, address: str, url: str | None = None) -> Self:
        """Use a service that runs at `address`, such as http://localhost:8080, on the database at `url`.

        Without that: on the one that ADPULSE_DATABASE_URL names, or else on the embedded one.
        """
        settings = Settings()
        url = url or settings.database_url or Cluster(home(), settings.postgres_bin).url()
        return cls(address.rstrip("/"), url, ExitStack())

    def close(self) -> None:
        """Stop what was started here; nothing to do the second time."""
        self._stack.close()

    def ask(self, path: str) -> dict[str, Any]:
        """Return the reply to `GET path`, such as /report?start=-7d. Raise ValueError with the reason of a refusal."""
        reply = fetch(f"{self.address}{path}")
        body: dict[str, Any] = json.loads(reply.body)
        if reply.status != 200:
            raise ValueError(f"{reply.said}: {body.get('detail', body)}")
        return body

    def sql(self, path: str) -> str:
        """Return the statement that answers a report, with its parameters as a comment in front."""
        asked, given = statement(_run(self._active()), self._query(path))
        return "\n".join([*(f"-- ${place}: {value}" for place, value in enumerate(given, 1)), asked.text])

    def plan(self, path: str) -> pd.DataFrame:
        """Run a report under EXPLAIN (ANALYZE, BUFFERS). Return its steps, each above those that feed it."""
        return outline(_run(self._plan(path)))

    def switch(self, variant: str) -> float:
        """Move the database to another design and let it settle. Return seconds, until the service uses it."""
        began = time.perf_counter()
        _run(self._move(variant))
        moved = time.perf_counter()
        while (used := self.ask("/report?start=-1h")["meta"]["variant"]) != catalogue.find(variant).name:
            if time.perf_counter() - moved > PATIENCE_S:
                raise TimeoutError(f"the service still answers with {used}; is it on another database?")
            time.sleep(0.2)
        return time.perf_counter() - began

    def _query(self, path: str) -> Query:
        return parse(parse_qsl(path.partition("?")[2]), datetime.now(UTC), self._settings)

    async def _active(self) -> Variant:
        async with connected(self.url) as connection:
            return await catalogue.active(connection)

    async def _plan(self, path: str) -> Node:
        readers = await open_readers(self.url, 1, "adpulse notebook", self._settings)
        try:
            return await plan(readers, await self._active(), self._query(path))
        finally:
            await readers.close()

    async def _move(self, variant: str) -> None:
        async with connected(self.url) as connection:
            await run_rounds(connection, await migrate.migrate(connection, variant))
            await connection.execute("VACUUM (ANALYZE)")


def outline(top: Node) -> pd.DataFrame:
    """Return a plan as a table: ms and pages include those of the steps below; rows are of all loops together."""
    rows = []
    for depth, node in depths(top):
        target = node.get("Index Name") or node.get("Relation Name") or node.get("CTE Name") or ""
        loops = node["Actual Loops"]
        rows.append(
            {
                "step": "· " * depth + node["Node Type"],
                "on": target,
                "rows": round(node["Actual Rows"] * loops),
                "ms": node["Actual Total Time"] * loops,
                "pages": node["Shared Hit Blocks"] + node["Shared Read Blocks"],
                "of them read": node["Shared Read Blocks"],
            }
        )
    return pd.DataFrame(rows)


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end beside the loop of the notebook's kernel, which is running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
