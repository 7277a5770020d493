"""The code that is tried: this repository as it is, or a copy of it with a bug planted."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def patched(patch: Path) -> Iterator[Path]:
    """A copy of `service` and `sql` with the patch applied (paths as git writes them), while the block runs.

    Raises subprocess.CalledProcessError when it does not apply: then the plant is out of date.
    """
    with tempfile.TemporaryDirectory(prefix="adpulse-planted-") as folder:
        for part in ("service", "sql"):
            shutil.copytree(ROOT / part, Path(folder) / part, ignore=shutil.ignore_patterns("__pycache__"))
        subprocess.run(["git", "apply", str(patch.resolve())], cwd=folder, check=True)
        yield Path(folder)
