"""`adbench seed`."""

import asyncio
from typing import Annotated

import typer

from adbench.commands.options import Campaigns, Days, End, Events, Seed, dataset, failing_clearly, progress
from adbench.workload.copy_loader import AlreadyLoaded
from adbench.workload.seed import seed as seed_run
from adpulse.database.embedded import database
from adpulse.settings import Settings


def seed(
    events: Events = 1_000_000,
    days: Days = 30,
    campaigns: Campaigns = 1_000,
    seed: Seed = 7,
    end: End = None,
    variant: Annotated[
        str | None, typer.Option(help="physical design to migrate to", show_default="the one in force")
    ] = None,
) -> None:
    """Load a seeded data set into the database: see docs/reference/dataset.md."""
    data = dataset(events, days, campaigns, seed, end)
    with failing_clearly(AlreadyLoaded):
        settings = Settings()
        with database(settings) as url:
            asyncio.run(seed_run(url, data, variant, progress, settings.dimensions))
