"""`adpulse archive` and `adpulse restore`."""

import json
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from adpulse.archive.export import archive as archive_days
from adpulse.archive.manifest import ArchiveError, Step, session
from adpulse.archive.parquet import MissingExtra
from adpulse.archive.restore import restore as restore_days
from adpulse.cli import console
from adpulse.cli.console import DataDir, Json, err, fail, opened, out, run
from adpulse.database.connections import Connection
from adpulse.terminal import counted

T = TypeVar("T")


def archive(
    to: Annotated[Path, typer.Option(help="folder for the files", show_default=False)],
    older_than: Annotated[
        str | None, typer.Option(help="age in days, such as 90d; this or --before", show_default=False)
    ] = None,
    before: Annotated[
        str | None, typer.Option(help="a date: days before it, in UTC; this or --older-than", show_default=False)
    ] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Move raw events of old days into Parquet files, after a comparison and a recount. Roll-ups stay.

    Reports go on to answer from roll-ups. Needs pyarrow, the extra `archive`. Status 2: this database cannot.
    """
    today = datetime.now(UTC).date()
    if (older_than is None) == (before is None):
        fail("name either --older-than or --before", 2)
    if older_than is not None:
        match = re.fullmatch(r"([0-9]{1,5})d", older_than, re.ASCII)
        if match is None:
            fail("--older-than is a number of days such as 90d", 2)
        limit = _first_day(int(match[1]), today)
    else:
        limit = _date("--before", before or "")
    if limit > today:
        fail("days that are not over yet cannot be archived", 2)
    done = _work(lambda connection, step: archive_days(connection, limit, to, step))
    if as_json:
        print(json.dumps({"archived": [each.described() for each in done]}))
        return
    for each in done:
        out.print(f"{each.day}: {counted(each.content.events, 'event')} in {each.file}")
    out.print(f"{counted(len(done), 'day')} archived")


def restore(
    from_: Annotated[Path, typer.Option("--from", help="folder with the files", show_default=False)],
    day: Annotated[list[str] | None, typer.Option(help="only this day; repeat for several", show_default="all")] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Load archived days from their files again. Roll-ups already count them.

    Needs pyarrow, the extra `archive`. Status 1: a file is not there or not the one that was archived.
    """
    wanted = [_date("--day", text) for text in day or []]
    keep = console.settings().retention_days
    kept_from = None if keep is None else _first_day(keep, datetime.now(UTC).date())
    done = _work(lambda connection, step: restore_days(connection, from_, wanted, kept_from=kept_from, step=step))
    if as_json:
        print(json.dumps({"restored": [{"day": str(each), "events": events} for each, events in done.items()]}))
        return
    for each, events in done.items():
        out.print(f"{each}: {counted(events, 'event')}")
    out.print(f"{counted(len(done), 'day')} restored")


def _first_day(older_than_days: int, today: date) -> date:
    """Return the first day that is not older than `older_than_days`."""
    return today - timedelta(days=older_than_days)


def _date(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"{option} is not a date such as 2025-09-24", 2)


def _work(work: Callable[[Connection, Step], Awaitable[T]]) -> T:
    """Run the work on the database, show its steps, and report errors of the user in one line."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    bar = Progress(*columns, console=err, transient=True, disable=not err.is_terminal)
    with opened(console.settings()) as url, bar as progress:
        shown = progress.add_task("looking")
        return run(_on_connection(url, work, lambda step, day: progress.update(shown, description=f"{day} {step}")))


async def _on_connection(url: str, work: Callable[[Connection, Step], Awaitable[T]], step: Step) -> T:
    try:
        async with session(url) as connection:
            return await _with_files(work(connection, step))
    except ArchiveError as error:
        fail(str(error), 2 if error.refused else 1)
    except MissingExtra as error:
        fail(str(error), 2)


async def _with_files(work: Awaitable[T]) -> T:
    """Wait for the work; end the command where its files cannot be used."""
    try:
        return await work
    except (ConnectionError, TimeoutError):
        raise  # errors of the database
    except OSError as error:
        fail(f"cannot use the files: {error}")
