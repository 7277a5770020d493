"""`adbench keep`."""

from pathlib import Path
from typing import Annotated

import typer

from adbench.commands.options import failing_clearly
from adbench.records import manifest, store
from adpulse.settings import Settings


def keep(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="results, from .adpulse/results")],
    into: Annotated[
        Path, typer.Option(help="where the folders of results are", show_default="benchmarks/results")
    ] = store.COMMITTED,
) -> None:
    """Copy results into the repository, to a folder for their machine and date, and write its manifest.

    A second machine of the same kind has a folder of its own. Measures for a second how fast the disk under
    ADPULSE_DATA_DIR takes writes for good. Exit status: 2 when a file is no result, is there already, cannot be true,
    or holds a path, an address or a name of this machine.
    """
    with failing_clearly():
        home = Settings().data_dir
        kept = manifest.keep(files, into, manifest.measure_disk(home if home.is_dir() else Path()))
    for path in kept:
        print(path)
        if store.read(path).source.changed:
            print("  was measured with files that differed from its revision")
