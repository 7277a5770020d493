"""Parts that the commands share: options, the outcome on the terminal, errors with exit status 2."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import asyncpg
import typer
from pydantic import ValidationError
from rich.console import Console, RenderableType
from rich.markup import escape

from adbench.errors import LabError, leaves
from adbench.extras import missing
from adbench.records.model import Result
from adbench.records.store import ResultError
from adbench.workload.dataset import Dataset
from adpulse.cli.console import out
from adpulse.database import disk
from adpulse.database.errors import UNAVAILABLE, EmbeddedError, SchemaError
from adpulse.settings import PREFIX, Settings

P = TypeVar("P")

# Progress goes to the error stream, so that what a program reads stays clean.
progress = Console(stderr=True)

Events = Annotated[int, typer.Option(min=1, help="events to load")]
Days = Annotated[int, typer.Option(min=1, help="days over which events are spread")]
Campaigns = Annotated[int, typer.Option(min=1, help="campaigns; CAMP-0001 is the largest")]
Seed = Annotated[int, typer.Option(min=0, help="the same seed and end give the same events")]
End = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
        help="end of the events, in UTC",
        show_default="the last full hour",
    ),
]
Seconds = Annotated[float, typer.Option(min=0.5, help="seconds of load, each time")]
Rounds = Annotated[int, typer.Option(min=2, help="times that everything is measured")]
Workers = Annotated[int, typer.Option(min=1, help="processes of the service")]
Batch = Annotated[int, typer.Option(min=1, help="events in a POST")]
Reports = Annotated[int, typer.Option(min=1, help="reports a second")]
Reuse = Annotated[bool, typer.Option("--reuse", help="take the databases of an earlier run as they are")]
Json = Annotated[bool, typer.Option("--json", help="print the result as JSON")]
From = Annotated[
    list[Path] | None,
    typer.Option(
        "--from", exists=True, dir_okay=False, help="your own events, as adpulse import reads them; repeat it"
    ),
]
Preset = Annotated[str | None, typer.Option(help="the format of --from, as of adpulse import")]
MappingFile = Annotated[
    Path | None, typer.Option("--mapping", exists=True, dir_okay=False, help="a TOML file with the mapping of --from")
]

SUFFIXES = {"k": 1_000, "M": 1_000_000, "G": 1_000_000_000}

# Errors of parts that every command uses, whose text says what to do; a command adds its own.
MENDABLE = (LabError, EmbeddedError, ResultError, SchemaError, ValidationError)


def listed(text: str | None) -> list[str]:
    """Return the words of an option that are separated by commas; none of one that is not given."""
    return text.split(",") if text else []


def count(text: str) -> int:
    """Return the number of events that `50M` stands for. Raise typer.BadParameter."""
    digits, factor = (text[:-1], SUFFIXES[text[-1]]) if text[-1:] in SUFFIXES else (text, 1)
    if not digits.isdigit() or not int(digits):
        raise typer.BadParameter(f"{text!r} is not a number of events such as 500000, 500k or 50M")
    return int(digits) * factor


def dataset(events: int, days: int, campaigns: int, seed: int, end: datetime | None = None) -> Dataset:
    """Return the data set that the options name; without `end` it ends with the last full hour."""
    if end is None:
        end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return Dataset(events, end.replace(tzinfo=UTC), days, campaigns, seed)


@contextmanager
def developing() -> Iterator[None]:
    """Say in a line, with exit status 2, that a package of the group `dev` is missing, which the block imports."""
    try:
        yield
    except ModuleNotFoundError as error:
        missing = f"{error.name} is not installed; in a clone, `make setup` installs it (group dev)"
        print(f"adbench: {missing}", file=sys.stderr)
        raise typer.Exit(2) from error


@contextmanager
def failing_clearly(*mendable: type[Exception]) -> Iterator[None]:
    """Turn what a user can mend into a message and exit status 2: `mendable`, and what every command may meet."""
    errors = (*MENDABLE, *UNAVAILABLE, *mendable, asyncpg.PostgresError, ModuleNotFoundError)
    try:
        yield
    except Exception as raised:
        error = next(leaves(raised))
        if not isinstance(error, errors):
            raise
        print(f"adbench: {_said(error)}", file=sys.stderr)
        raise typer.Exit(2) from raised


def _said(error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError):
        return missing(error)
    if disk.is_full(error):
        return f"the disk is full ({error}): {disk.ADVICE}"
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return f"{PREFIX + where.upper() if error.title == Settings.__name__ else where}: {first['msg']}"
    return str(error) or type(error).__name__


def measure(
    run: Callable[[P, Settings, Console], tuple[Result, Path]],
    plan: P,
    table: Callable[[Result], RenderableType],
    *mendable: type[Exception],
    json: bool,
    width: int | None = None,
) -> NoReturn:
    """Run a plan, and `finish` with its result; say in a line, with exit status 2, what a user can mend."""
    with failing_clearly(*mendable):
        result, path = run(plan, Settings(), progress)
    finish(result, path, table, json=json, width=width)


def show_checks(result: Result, console: Console) -> None:
    """Print each check of a result in a line."""
    for each in result.checks:
        console.print(f"{each.mark} {escape(f'{each.name}: {each.detail}')}", soft_wrap=True, highlight=False)


def finish(
    result: Result,
    path: Path,
    table: Callable[[Result], RenderableType],
    *,
    json: bool,
    width: int | None = None,
    status: int | None = None,
    checks: bool = True,
) -> NoReturn:
    """Print a result and exit with the status; none: 0 if it passed, 1 if not.

    It is printed as JSON, or as a table with its checks, unless the table has them, and its path.
    """
    if json:
        print(result.model_dump_json(indent=2))
    else:
        console = Console(width=width)
        console.print(table(result))
        if checks:
            show_checks(result, console)
        out.print(f"results: {path}", soft_wrap=True)
    raise typer.Exit(status if status is not None else 0 if result.passed else 1)
