"""`adbench peers`."""

import sys
from typing import Annotated

import typer

from adpulse.settings import Settings
from benchmarks.bulk import AlreadyLoaded
from benchmarks.commands.options import (
    Campaigns,
    Days,
    End,
    Events,
    Json,
    Seed,
    dataset,
    failing_clearly,
    finish,
    progress,
)


def peers(
    events: Events = 1_000_000,
    rounds: Annotated[int, typer.Option(min=10, help="times that every question is asked everywhere")] = 30,
    days: Days = 30,
    campaigns: Campaigns = 1_000,
    seed: Seed = 7,
    end: End = None,
    reuse: Annotated[bool, typer.Option("--reuse", help="take the database of an earlier run as it is")] = False,
    json: Json = False,
) -> None:
    """GET /report against DuckDB and chdb in this process, with the same events and equal answers.

    Needs the extra `peers`. Exit status: 0 when answers are equal and every report that roll-ups hold is faster, 1
    when not, 2 when it could not be measured.
    """
    try:
        from benchmarks.peers import compare  # half a gigabyte of databases, which no other command needs
    except ImportError as error:
        print(f"adbench: {error.name} is not installed: pip install 'adpulse[peers]'", file=sys.stderr)
        raise typer.Exit(2) from error
    data = dataset(events, days, campaigns, seed, end)
    with failing_clearly(AlreadyLoaded):
        result, path = compare.run(data, rounds, Settings(), progress, reuse=reuse)
    finish(result, path, compare.table, json=json, width=140)
