"""The common behaviour of all commands of `adpulse`: one line for an error of the user, and the exit status."""

import asyncio
import os
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import asyncpg
import typer
from pydantic import ValidationError
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from adpulse.database import embedded
from adpulse.database.embedded import Cluster
from adpulse.database.errors import UNAVAILABLE, EmbeddedError, SchemaError
from adpulse.settings import PREFIX, Settings
from adpulse.terminal import shown


class Terminal(Console):
    """A console for text that comes from outside: neither control characters, nor markup such as [red], nor names of
    emoji mean anything in it.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Yield the pieces of `renderable`; those that rich itself controls the terminal with stay as they are."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=shown(segment.text))


out = Terminal()
err = Terminal(stderr=True)

T = TypeVar("T")


def _remember(value: Path | None) -> Path | None:
    # Set the environment, because the server's workers are new processes and read it there.
    if value is not None:
        os.environ[f"{PREFIX}DATA_DIR"] = str(value)
    return value


DataDir = Annotated[
    Path | None,
    typer.Option(help="folder of the embedded database", callback=_remember, show_default=".adpulse"),
]
Json = Annotated[bool, typer.Option("--json", help="print JSON, for a program")]


def fail(message: str, code: int = 1) -> NoReturn:
    """End the command with one line and an exit status."""
    err.print(f"adpulse: {message}", style="red", soft_wrap=True)
    raise typer.Exit(code)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work. An error of the user is one line, not a traceback."""
    try:
        return asyncio.run(work)
    except SchemaError as error:
        fail(str(error))
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError, asyncpg.UndefinedFunctionError):
        fail("the database is not set up yet, or by an earlier release; run: adpulse migrate")
    except UNAVAILABLE as error:
        rights = isinstance(error, (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidSchemaNameError))
        hint = "; docs/how-to/roles.md says which rights a login needs" if rights else ""
        fail(f"cannot use the database: {type(error).__name__}: {error}{hint}")
    except asyncpg.PostgresError as error:  # such as a constraint or a default that somebody has set
        fail(f"the database refuses: {type(error).__name__}: {error}")


def cluster(settings: Settings) -> Cluster:
    """Return the embedded database; one line where PostgreSQL is not installed."""
    try:
        return Cluster(settings.data_dir, settings.postgres_bin)
    except EmbeddedError as error:
        fail(str(error))


@contextmanager
def opened(settings: Settings, *, make: bool = False) -> Iterator[str]:
    """Yield the URL of the named database, or of the embedded one, made if it may be; an error is one line."""
    try:
        with embedded.database(settings, make=make) as url:
            yield url
    except EmbeddedError as error:
        fail(str(error))


def settings() -> Settings:
    """Return the settings of the environment; a bad value is one line."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)[0]
        fail(f"{PREFIX}{str(wrong['loc'][0]).upper()}: {wrong['msg'].removeprefix('Value error, ')}", 2)
