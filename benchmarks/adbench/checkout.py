"""Locate the lab's data: in a checkout beside the package, in an installed wheel inside it."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
ROOT = _PACKAGE.parents[1]  # of a checkout


def beside(name: str) -> Path:
    """Return the folder `name` of benchmarks/: packaged with the wheel, or beside the package in a checkout."""
    packaged = _PACKAGE / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name
