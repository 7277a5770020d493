"""`adpulse verify`, which finds wrong roll-ups, and `adpulse rebuild`, which makes them anew."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from adpulse.cli import console
from adpulse.cli.console import DataDir, Json, err, fail, opened, out, run
from adpulse.database import connections
from adpulse.terminal import counted, one_line
from adpulse.variants import catalogue
from adpulse.variants.rebuild import Rebuilt
from adpulse.variants.rebuild import rebuild as rebuild_rollups
from adpulse.variants.verify import Audit, OnStep
from adpulse.variants.verify import verify as verify_rollups

NOTHING_COMPARED = 3


def verify(as_json: Json = False, data_dir: DataDir = None) -> None:
    """Recount the stored events and compare all roll-ups and many reports with the count.

    Exit status 1: a cell is wrong. Status 3: there is nothing to compare.
    """
    with opened(console.settings()) as url, steps() as progress:
        result = run(_verify(url, progress))
    if as_json:
        fields = {"cells": result.cells, "wrong": result.wrong, "accuracy": result.accuracy}
        print(json.dumps({**fields, "left_out": result.left_out}))
    else:
        for mismatch in result.mismatches[:20]:
            out.print(one_line(f"wrong: {mismatch}"), soft_wrap=True)
        for line in result.left_out:
            out.print(line, soft_wrap=True)
        out.print(_accuracy(result))
    raise typer.Exit(0 if result.exact else 1 if result.cells else NOTHING_COMPARED)


def _accuracy(result: Audit) -> str:
    if result.accuracy is None:
        return "nothing to compare: there are no events that could be recounted, and no roll-ups of such"
    # Never rounded up to 100 % while a cell is wrong.
    accuracy = min(result.accuracy, 0.999999) if result.wrong else 1.0
    return f"accuracy {accuracy:.4%} ({counted(result.cells, 'cell')} recounted)"


async def _verify(url: str, progress: OnStep) -> Audit:
    connection = await connections.connect(url)
    try:
        return await verify_rollups(connection, await catalogue.active(connection), progress)
    finally:
        await connection.close()


def rebuild(
    from_: Annotated[str | None, typer.Option("--from", help="first day, in UTC", show_default="all")] = None,
    to: Annotated[str | None, typer.Option(help="last day, in UTC", show_default="all")] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Build the roll-ups of some days again from raw events, while the services keep running.

    Give it the owner's login. Status 1: raw events of these days are archived or dropped, and nothing was changed.
    """
    first, last = _day("--from", from_), _day("--to", to)
    if first is not None and last is not None and first > last:
        fail("--from is after --to", 2)
    with opened(console.settings()) as url, steps() as progress:
        done = run(_rebuild(url, first, last, progress))
    if as_json:
        print(json.dumps({"days": done.days, "left_out": done.left_out}))
        return
    for line in done.left_out:
        out.print(line, soft_wrap=True)
    out.print(f"{counted(done.days, 'day')} made anew")


def _day(option: str, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        fail(f"{option} is not a date such as 2025-09-24", 2)


async def _rebuild(url: str, first: date | None, last: date | None, progress: OnStep) -> Rebuilt:
    connection = await connections.connect(url, "adpulse rebuild")
    try:
        return await rebuild_rollups(connection, first, last, progress)
    finally:
        await connection.close()


@contextmanager
def steps() -> Iterator[OnStep]:
    """Show a bar on the error stream; yield a function that takes the steps done, their number, and what is next."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"))
    # In a file or a pipe, even a removed bar would leave an empty line.
    hidden = not err.is_terminal
    with Progress(*columns, TimeElapsedColumn(), console=err, transient=True, disable=hidden) as bar:
        shown = bar.add_task("")
        yield lambda done, of, what: bar.update(shown, completed=done, total=of, description=what)
