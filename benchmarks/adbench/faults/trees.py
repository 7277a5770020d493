"""The code that is tried: a copy, so that nobody edits it meanwhile, with a bug planted in it or none."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adbench.checkout import ROOT


@contextmanager
def copied(root: Path = ROOT) -> Iterator[Path]:
    """A copy of `service` and `sql` while the block runs."""
    with tempfile.TemporaryDirectory(prefix="adpulse-tree-") as folder:
        for part in ("service", "sql"):
            shutil.copytree(root / part, Path(folder) / part, ignore=shutil.ignore_patterns("__pycache__"))
        yield Path(folder)


@contextmanager
def patched(patch: Path) -> Iterator[Path]:
    """The same with a patch applied (paths as git writes them).

    Raises subprocess.CalledProcessError when it does not apply: then the plant is out of date.
    """
    with copied() as folder:
        subprocess.run(["git", "apply", str(patch.resolve())], cwd=folder, check=True)
        yield folder
