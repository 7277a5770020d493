"""What every command of `adpulse` does alike: one clear line for what a user can mend, and its exit status."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console

from adpulse.database import embedded
from adpulse.database.errors import UNAVAILABLE, SchemaError
from adpulse.settings import PREFIX, Settings

out = Console()
err = Console(stderr=True)

T = TypeVar("T")
Json = Annotated[bool, typer.Option("--json", help="print JSON, for a program")]


def fail(message: str, code: int = 1) -> NoReturn:
    """End the command with one line and an exit status."""
    err.print(f"adpulse: {message}", style="red", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(code)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work; what a user can mend is one line, not a traceback."""
    try:
        return asyncio.run(work)
    except SchemaError as error:
        fail(str(error))
    except UNAVAILABLE as error:
        fail(f"cannot use the database: {type(error).__name__}: {error}")


@contextmanager
def opened(settings: Settings) -> Iterator[str]:
    """The URL of the named database, or of the embedded one; one that does not start is one line."""
    try:
        with embedded.database(settings) as url:
            yield url
    except embedded.EmbeddedError as error:
        fail(str(error))


def settings() -> Settings:
    """The settings of the environment; a bad value is one line."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)[0]
        fail(f"{PREFIX}{str(wrong['loc'][0]).upper()}: {wrong['msg']}", 2)
