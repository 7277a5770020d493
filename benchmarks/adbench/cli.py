"""adbench: the commands of the lab, put together."""

import os
import sys
from typing import Annotated
from urllib.parse import urlsplit

import typer

from adbench.extras import COMMANDS, missing
from adpulse.settings import PREFIX

try:
    from adbench.commands.advise import advise
    from adbench.commands.demo import demo
    from adbench.commands.faults import faults
    from adbench.commands.figures import figures
    from adbench.commands.fuzz import fuzz
    from adbench.commands.gate import gate
    from adbench.commands.keep import keep
    from adbench.commands.load import load
    from adbench.commands.matrix import matrix
    from adbench.commands.peers import peers
    from adbench.commands.run import run
    from adbench.commands.seed import seed
    from adbench.commands.simulate import simulate
    from adbench.commands.site import site
except ModuleNotFoundError as error:
    # The extra of the command, so that nobody installs one and then learns of the next.
    asked = next((word for word in sys.argv[1:] if word in COMMANDS), "")
    print(f"adbench: {missing(error, asked)}", file=sys.stderr)
    raise SystemExit(2) from error

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def adbench(
    target: Annotated[
        str | None,
        typer.Option(
            metavar="embedded|URL",
            help="the PostgreSQL to measure, as postgresql://user@host/database",
            show_default="ADPULSE_DATABASE_URL; without it: embedded",
        ),
    ] = None,
) -> None:
    """Measure AdPulse++ from this machine, on the embedded PostgreSQL or on another one.

    --target goes before the command and takes precedence over ADPULSE_DATABASE_URL, which also keeps a password out
    of the list of processes. Commands make databases of their own beside the one that is named.
    """
    if target is None:
        return
    if target != "embedded" and urlsplit(target).scheme not in ("postgresql", "postgres"):
        service = "; a service that is up is loaded by: adbench load NAME --url URL" if target[:4] == "http" else ""
        raise typer.BadParameter(
            f"embedded, or the URL of a PostgreSQL such as postgresql://user@host/database{service}",
            param_hint="--target",
        )
    # Into the environment, where Settings and every started process find it; empty counts as unset.
    os.environ[f"{PREFIX}DATABASE_URL"] = "" if target == "embedded" else target


for command in (demo, load, matrix, advise, seed, peers, gate, simulate, fuzz, keep, figures, site):
    app.command()(command)
app.add_typer(run, name="run")
app.add_typer(faults, name="faults")
