"""adbench: the commands of the lab, put together."""

import typer

from benchmarks.commands.demo import demo
from benchmarks.commands.load import load
from benchmarks.commands.peers import peers
from benchmarks.commands.run import run
from benchmarks.commands.seed import seed

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def adbench() -> None:
    """Measures AdPulse++ on this machine. Works on ADPULSE_DATABASE_URL, or on the embedded PostgreSQL."""


for command in (demo, load, seed, peers):
    app.command()(command)
app.add_typer(run, name="run")

if __name__ == "__main__":
    app()
