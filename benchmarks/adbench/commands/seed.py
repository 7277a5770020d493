"""`adbench seed`."""

import asyncio
from typing import Annotated

import typer

from adbench.commands import options
from adbench.workload import own_events
from adbench.workload.own_events import OwnEvents
from adbench.workload.seed import seed as seed_run
from adpulse.cli.console import out
from adpulse.database.embedded import database
from adpulse.importing.errors import ImportFailed
from adpulse.settings import Settings
from adpulse.terminal import counted


def seed(
    events: options.Events = 1_000_000,
    days: options.Days = 30,
    campaigns: options.Campaigns = 1_000,
    seed: options.Seed = 7,
    end: options.End = None,
    variant: Annotated[
        str | None, typer.Option(help="physical design to migrate to", show_default="the one in force")
    ] = None,
    own: options.From = None,
    preset: options.Preset = None,
    mapping: options.MappingFile = None,
) -> None:
    """Load a seeded data set into the database: see docs/reference/dataset.md. Or your own events, with --from."""
    data = options.dataset(events, days, campaigns, seed, end)
    with options.failing_clearly(ImportFailed):
        settings = Settings()
        with database(settings) as url:
            if own:
                for outcome in asyncio.run(own_events.seed(url, OwnEvents(tuple(own), preset, mapping), variant)):
                    out.print(
                        f"{counted(outcome.accepted, 'event')}, {outcome.rejected:,} rejected, "
                        f"{outcome.skipped:,} left out"
                    )
                return
            asyncio.run(seed_run(url, data, variant, options.progress, settings.dimensions))
