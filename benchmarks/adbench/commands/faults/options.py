"""Parts that the commands of `adbench faults` share: options, the terminal, the result."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from adbench.commands.options import show_checks
from adbench.records import store
from adpulse.settings import Settings

if TYPE_CHECKING:
    from adbench.records.model import Result

console = Console(highlight=False)

Seed = Annotated[int, typer.Option(help="decides harms and events")]
EventsSeed = Annotated[int, typer.Option(help="decides the events")]
Rate = Annotated[int, typer.Option(help="events a second that are sent at most, beside repeats")]
Fresh = Annotated[bool, typer.Option("--fresh", help="start again; else a run of the same code and seed continues")]


def check_names(names: Iterable[str], known: Iterable[str]) -> None:
    """Raise typer.BadParameter for a name that is not known."""
    if unknown := set(names) - set(known):
        raise typer.BadParameter(f"there is no {', '.join(sorted(unknown))}; there are: {', '.join(known)}")


def data_dir() -> Path:
    """Return the folder of the settings, for results and for the files of runs that can go on."""
    return Settings().data_dir.resolve()


def write(result: "Result") -> None:
    """Write a result, and print its path."""
    console.print(f"result: {store.write(result, data_dir() / 'results')}", soft_wrap=True)


def write_with_checks(result: "Result") -> None:
    """Write a result, and print its path and its checks."""
    write(result)
    show_checks(result, console)
