"""What the commands share: options, the outcome on the terminal, errors with exit status 2."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console, RenderableType

from adbench.harness.databases import ScratchError
from adbench.harness.process import stopping_on_sigterm
from adbench.harness.service import ServiceError
from adbench.records.model import Result
from adbench.workload.dataset import Dataset
from adpulse.database.embedded import EmbeddedError
from adpulse.database.errors import UNAVAILABLE, SchemaError

# Progress goes to the error stream, so that what a program reads stays clean.
progress = Console(stderr=True)

Events = Annotated[int, typer.Option(min=1, help="events to load")]
Days = Annotated[int, typer.Option(min=1, help="days that they are spread over")]
Campaigns = Annotated[int, typer.Option(min=1, help="campaigns; CAMP-0001 is the largest")]
Seed = Annotated[int, typer.Option(min=0, help="the same seed and end give the same events")]
End = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
        help="where they end, in UTC",
        show_default="the last full hour",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="print the result as JSON")]

# Errors whose text says what to do, of what every command uses; a command adds its own.
MENDABLE = (EmbeddedError, SchemaError, ScratchError, ServiceError, ValidationError)


def dataset(events: int, days: int, campaigns: int, seed: int, end: datetime | None = None) -> Dataset:
    """The data set that the options name; without `end` it ends with the last full hour."""
    if end is None:
        end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return Dataset(events, end.replace(tzinfo=UTC), days, campaigns, seed)


@contextmanager
def developing() -> Iterator[None]:
    """Say in a line, with exit status 2, that a package of the group `dev` is missing, which the block imports."""
    try:
        yield
    except ModuleNotFoundError as error:
        print(
            f"adbench: {error.name} is not installed; in a clone, `make setup` installs it (group dev)", file=sys.stderr
        )
        raise typer.Exit(2) from error


@contextmanager
def failing_clearly(*mendable: type[Exception]) -> Iterator[None]:
    """What a user can mend becomes a message and exit status 2."""
    errors: tuple[type[Exception], ...] = (*MENDABLE, *UNAVAILABLE, *mendable)
    try:
        with stopping_on_sigterm():
            yield
    except errors as error:
        print(f"adbench: {error or type(error).__name__}", file=sys.stderr)
        raise typer.Exit(2) from error
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def finish(
    result: Result, path: Path, table: Callable[[Result], RenderableType], *, json: bool, width: int | None = None
) -> NoReturn:
    """Prints a result, as JSON or as a table with its path, and exits: 0 when it passed, 1 when not."""
    if json:
        print(result.model_dump_json(indent=2))
    else:
        Console(width=width).print(table(result))
        Console().print(f"results: {path}", soft_wrap=True, highlight=False)
    raise typer.Exit(0 if result.passed else 1)
