"""`adbench site`."""

from pathlib import Path
from typing import Annotated

import typer

from adbench.commands.options import failing_clearly, progress
from adbench.harness.progress import step
from adpulse.settings import Settings


def site(
    out: Annotated[
        Path | None, typer.Option(help="where the site goes; what is there is replaced", show_default=".adpulse/site")
    ] = None,
) -> None:
    """Build the documentation of a checkout as a static site with a search, and its committed results to explore.

    Needs no network, neither to build nor to read. `make site` installs what it needs. Exit status: 2 when a page has a
    link that leads nowhere.
    """
    target = (out or Settings().data_dir / "site").resolve()
    with failing_clearly(), step(progress, "building the site"):
        # The packages that read notebooks come with the extra `figures`.
        from adbench.figures.site import build as work

        work.build(target)
    print(target)
