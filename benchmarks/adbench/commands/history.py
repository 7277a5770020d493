"""`adbench history`."""

import json as json_module
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from adbench.checkout import beside
from adbench.commands.options import failing_clearly

COMMITTED = beside("results")


def history(
    results: Annotated[
        Path, typer.Option(help="folder of result files", show_default="the committed ones")
    ] = COMMITTED,
    json: Annotated[bool, typer.Option("--json", help="print every series with its changes as JSON")] = False,
) -> None:
    """Find the moments at which a figure changed its level, over results of one machine.

    Needs the extra `history`. Exit status: 0, or 2 when a file is no result; a change is for people to judge.
    """
    try:
        from adbench.records import history as changes  # scipy, which no other command needs
    except ImportError as error:
        print(f"adbench: {error.name} is not installed: pip install 'adpulse[history]'", file=sys.stderr)
        raise typer.Exit(2) from error
    with failing_clearly(ValidationError):
        found = changes.series(changes.read(results))
    if json:
        print(
            json_module.dumps(
                [asdict(each) | {"changes": [asdict(c) for c in changes.changes(each.values)]} for each in found]
            )
        )
    else:
        Console().print(changes.table(found))
