"""The commands of `adpulse`, and what each does first."""

import logging
from typing import Annotated

import typer

from adpulse.cli import archive, audit, console, import_events, keys, report, serve, status, variants
from adpulse.cli.console import err
from adpulse.database import migrations
from adpulse.settings import unknown_variables
from adpulse.terminal import LogFormatter
from adpulse.version import revision, version

app = typer.Typer(
    help="Ad events into PostgreSQL, exact campaign reports out. Settings: ADPULSE_* variables.",
    no_args_is_help=True,
    add_completion=False,
)


def _say_version(asked: bool) -> None:
    if asked:
        built = f", revision {found}" if (found := revision()) else ""
        print(f"adpulse {version()}{built}, schema {migrations.latest_version()}")
        raise typer.Exit


@app.callback()
def _start(
    asked: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_say_version, help="print version, revision and schema"),
    ] = False,
) -> None:
    settings = console.settings()
    handler = logging.StreamHandler()
    handler.setFormatter(LogFormatter())
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler])
    for name in unknown_variables():
        err.print(f"adpulse: there is no setting {name}; it has no effect", style="yellow")


app.add_typer(keys.app, name="keys")
app.command("import")(import_events.import_)
app.command()(archive.archive)
app.command()(archive.restore)
app.command()(serve.up)
app.command()(serve.serve)
app.command()(serve.down)
app.command()(status.status)
app.command()(variants.migrate)
app.command("variants")(variants.list_variants)
app.command()(audit.verify)
app.command()(audit.rebuild)
app.command()(report.report)
