"""`adbench figures`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from adbench.checkout import ROOT
from adbench.commands.options import failing_clearly, progress
from adbench.errors import LabError
from adbench.figures.schema import describe
from adbench.harness.progress import step
from adbench.records import store
from adbench.records.manifest import reference
from adpulse.cli.console import err
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
    live: Annotated[
        bool, typer.Option("--live", help="run the notebook that starts a service of its own, and no other")
    ] = False,
    schema: Annotated[
        bool,
        typer.Option("--catalogue", help="only read the schema from a database, and keep it as a result to draw"),
    ] = False,
    page: Annotated[
        bool,
        typer.Option("--page", help="only take the picture of the page at /, in Chromium, with made-up events"),
    ] = False,
) -> None:
    """Run the notebooks of a checkout and draw every picture again, from result files alone.

    Without --results the notebooks' outputs are written too, and a missing result is an error. With it, what has no
    result is named, with the command that makes one. Exit status: 0 when every notebook ran, 2 when not, or when there
    was nothing to draw.
    """
    with failing_clearly():
        if schema:
            with step(progress, "reading the catalogue"), database(Settings()) as server:
                described = asyncio.run(describe(server, Settings()))
            print(store.write(described, store.results(Settings())))
        elif page:
            print(_take_page(out or ROOT / "screenshots"))
        else:
            print(_run_notebooks(source, out, live=live))


def _run_notebooks(source: Path | None, out: Path | None, *, live: bool) -> Path:
    """Run the notebooks and draw their pictures into a folder, which is returned."""
    # The packages that draw come with the extra `figures`, which no other command needs.
    from adbench.figures import notebooks as work

    found, own = work.notebooks(live=live), source is not None
    sources = [source.resolve()] if source else reference()
    target = (out or (Settings().data_dir / "figures" if own else work.SCREENSHOTS)).resolve()
    work.load(sources)  # read them first, before anything takes time
    for path in found:
        with step(progress, path.stem):
            notebook = work.execute(path, sources, target)
        missed = work.not_drawn(notebook)
        for what in missed:
            err.print(f"  not drawn: {what}", soft_wrap=True)
        if missed and not own:
            raise work.FiguresError(f"{path.name} lacks a committed result, and its outputs stay as they were")
        if not own:
            work.write(notebook, path.with_suffix(".ipynb"))
    return target


def _take_page(folder: Path) -> Path:
    # The HTTP client comes with the development tools.
    from adbench.figures import page

    if not folder.is_dir():
        raise LabError(f"there is no folder {folder}: run this in a checkout, or name one with --out")
    with step(progress, "looking at the page"), database(Settings()) as server:
        taken = asyncio.run(page.picture(server))
    path = folder / f"{page.NAME}.png"
    path.write_bytes(taken)
    return path
