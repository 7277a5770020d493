"""`adbench seed`: a data set into a database, so that reports find it settled."""

import time
from collections.abc import Sequence

from rich.console import Console

from adbench.harness.databases import connected, existing, recreate
from adbench.harness.progress import counter, step
from adbench.workload import disk_space
from adbench.workload.copy_loader import load
from adbench.workload.dataset import Dataset
from adpulse.database.connections import Connection
from adpulse.maintenance.loop import run_rounds
from adpulse.variants import migrate
from adpulse.variants.catalogue import Variant


async def seed(
    url: str, data: Dataset, variant: str | None, console: Console, dimensions: Sequence[str] | None = None
) -> tuple[float, float]:
    """Migrate (to `variant`; none keeps the one in force), load every event, and let the variant tidy up.

    `dimensions` are those that rollup_dims is to have; none: as they are declared.

    Return the seconds that loading and tidying took. Raise AlreadyLoaded or SpaceError.
    """
    async with connected(url) as connection:
        active = await migrate.migrate(connection, variant, dimensions=dimensions)
        return await fill(connection, url, data, active, console)


async def fill(
    connection: Connection, url: str, data: Dataset, active: Variant, console: Console
) -> tuple[float, float]:
    """Return the same for a database that has this variant; `connection` is one to it."""
    wanted = disk_space.stored_bytes(active.name, data.events)
    await disk_space.ensure(connection, wanted, f"load fewer than {data.events:,} events (--events)")
    began = time.perf_counter()
    with counter(console, f"loading into {active.name}", data.events, "events") as advance:
        await load(url, data, advance)
    loaded = time.perf_counter()
    with step(console, "compacting and analysing"):
        await run_rounds(connection, active)
        await connection.execute("VACUUM (ANALYZE)")
    return loaded - began, time.perf_counter() - loaded


async def prepared(server: str, name: str, data: Dataset, variant: str, console: Console, *, reuse: bool) -> str:
    """Return the URL of a settled database with the data: loaded now or, with `reuse`, by an earlier run.

    Raise ScratchError.
    """
    if reuse and (url := await existing(server, name)):
        return url
    url = await recreate(server, name)
    await seed(url, data, variant, console)
    return url
