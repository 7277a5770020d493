"""`adbench figures`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from adbench.commands.options import failing_clearly, progress
from adbench.figures import schema as catalogue
from adbench.harness.progress import step
from adbench.records import model
from adbench.records.manifest import reference
from adpulse.database.embedded import database
from adpulse.settings import Settings


def figures(
    source: Annotated[
        Path | None,
        typer.Option(
            "--results", help="result files to draw", exists=True, file_okay=False, show_default="the committed ones"
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="where pictures go", show_default="screenshots/, and .adpulse/figures with --results"),
    ] = None,
    schema: Annotated[
        bool,
        typer.Option("--catalogue", help="only read the schema from a database, and keep it as a result to draw"),
    ] = False,
) -> None:
    """Run the notebooks and draw every picture again, from result files alone.

    Without --results the notebooks' outputs are written too. With it, a picture whose result is not there is passed
    over, and named. Exit status: 0 when every notebook ran, 2 when not.
    """
    # What draws is installed with the extra `figures`, which no other command needs.
    from adbench.figures import notebooks as work

    with failing_clearly(work.FiguresError):
        if schema:
            with step(progress, "reading the catalogue"), database(Settings()) as server:
                described = asyncio.run(catalogue.describe(server, Settings()))
            print(model.write(described, Settings().data_dir.resolve() / "results"))
            return
        folders = reference() if source is None else [source]
        target = out or (work.SCREENSHOTS if source is None else Settings().data_dir / "figures")
        for path in work.notebooks():
            with step(progress, path.stem):
                notebook = work.execute(
                    path,
                    [folder.resolve() for folder in folders],
                    target.resolve(),
                    missing=() if source is None else work.MISSING,
                )
            for what in work.passed_over(notebook):
                progress.print(f"  not drawn: {what}", highlight=False, soft_wrap=True)
            if source is None:
                work.write(notebook, path.with_suffix(".ipynb"))
    print(target)
