"""The `adpulse` command: its commands, and what each does first."""

import logging

import typer

from adpulse.cli import archive, audit, console, import_events, keys, report, serve, variants
from adpulse.cli.console import err
from adpulse.settings import unknown_variables
from adpulse.terminal import LogFormatter

app = typer.Typer(
    help="Ad events into PostgreSQL, exact campaign reports out. Settings: ADPULSE_* variables.",
    no_args_is_help=True,
    add_completion=False,
)


@app.callback()
def _start() -> None:
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
app.command()(variants.migrate)
app.command("variants")(variants.list_variants)
app.command()(audit.verify)
app.command()(audit.rebuild)
app.command()(report.report)
