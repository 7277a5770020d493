"""The code that is tried: a copy, so that nobody edits it meanwhile, with a bug planted in it or none."""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adbench.checkout import ROOT
from adbench.errors import LabError

PARTS = ("service", "sql")
_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")


class TreeError(LabError):
    """There is no tree to copy, or a patch does not fit it."""


@contextmanager
def copied(root: Path = ROOT) -> Iterator[Path]:
    """Copy `service` and `sql` for the time of the block. Raise TreeError outside of a checkout."""
    if not all((root / part).is_dir() for part in PARTS):
        raise TreeError(f"the service is tried in copies of a checkout, and {root} is none: run this in a clone")
    with tempfile.TemporaryDirectory(prefix="adpulse-tree-") as folder:
        for part in PARTS:
            shutil.copytree(root / part, Path(folder) / part, ignore=shutil.ignore_patterns("__pycache__"))
        yield Path(folder)


@contextmanager
def patched(patch: Path) -> Iterator[Path]:
    """Copy them with a patch applied. Raise TreeError when it does not apply: then the plant is out of date."""
    with copied() as folder:
        apply(patch, folder)
        yield folder


def digest(tree: Path) -> str:
    """Return 16 hex digits that stand for the content of all files below `tree`: equal code, equal digits."""
    found = hashlib.sha256()
    for path in sorted(tree.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            found.update(f"{path.relative_to(tree)}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]


def digest_of(*choices: object) -> str:
    """Return 8 hex digits that stand for these choices."""
    return hashlib.sha256(repr(choices).encode()).hexdigest()[:8]


def apply(patch: Path, tree: Path) -> None:
    """Apply a patch as `git diff` writes it: changes of files, and new files. Needs neither git nor patch.

    A hunk may have moved: it applies at the place nearest to its line at which all its context stands. Raise TreeError
    where none has it.
    """
    _, *files = re.split(r"^diff --git .*\n", patch.read_text(), flags=re.MULTILINE)
    if not files:
        raise TreeError(f"{patch.name} changes nothing")
    for text in files:
        head, *hunks = re.split(r"^(?=@@ )", text, flags=re.MULTILINE)
        target = re.search(r"^\+\+\+ b/(\S+)", head, re.MULTILINE)
        if target is None:
            raise TreeError(f"{patch.name}: a file is not named as git names it")
        path = tree / target[1]
        if "--- /dev/null" not in head and not path.exists():
            raise TreeError(f"{patch.name}: there is no {target[1]}")
        lines = path.read_text().split("\n") if path.exists() else [""]
        moved = 0
        for hunk in hunks:
            begin = _HUNK.match(hunk)
            if begin is None:
                raise TreeError(f"{patch.name}: no hunk begins with {hunk.splitlines()[0]}")
            body = [line or " " for line in hunk.removesuffix("\n").split("\n")[1:] if not line.startswith("\\")]
            old = [line[1:] for line in body if line[0] in " -"]
            new = [line[1:] for line in body if line[0] in " +"]
            wanted = max(int(begin[1]) - 1, 0) + moved
            places = [at for at in range(len(lines) - len(old) + 1) if lines[at : at + len(old)] == old]
            if not places:
                raise TreeError(f"{patch.name} does not fit {target[1]} at line {begin[1]}")
            at = min(places, key=lambda place: abs(place - wanted))
            lines[at : at + len(old)] = new
            moved += len(new) - len(old)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines))
