"""Revisions as folders that can be run: a git worktree each, and an environment for each set of locked packages."""

import hashlib
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

from adbench.errors import LabError
from adpulse import shell

WORKTREE = "worktree"  # the files as they are, committed or not
LOCK = Path("requirements") / "bench.txt"


class TreeError(LabError):
    """A revision cannot be checked out or installed; the text says why."""


class RefusedError(TreeError):
    """Git refuses a command; the text is its complaint."""


@dataclass(frozen=True)
class Tree:
    """The files of a revision, and the interpreter that has the packages that they are locked to."""

    revision: str  # the commit's full name, or `worktree`
    path: Path
    python: Path

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables with which `python` imports `adpulse` from here, even when another is installed."""
        return {
            "PYTHONPATH": str(self.path / "service"),
            "PYTHONHASHSEED": "0",  # sets and dicts in the same order on both sides
            "PYTHONSAFEPATH": "1",  # import nothing from the current directory
        }


def checkout(repository: Path, revision: str, home: Path) -> Tree:
    """Return the tree of a revision below `home`, kept for the next time; `worktree` is the repository as it is.

    Raise TreeError for a revision that is not there, or an environment that cannot be installed.
    """
    if revision == WORKTREE:
        return Tree(WORKTREE, repository, environment(repository, repository, home))
    try:
        commit = git(repository, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    except RefusedError as error:
        raise TreeError(f"{revision!r} is no revision of {repository}: name a branch, a tag or a commit") from error
    path = home / commit
    if not (path / ".git").exists():
        git(repository, "worktree", "prune")
        git(repository, "worktree", "add", "--detach", "--force", str(path), commit)
    # A change made there by hand would be measured under the commit's name.
    if git(path, "rev-parse", "HEAD") != commit or git(path, "status", "--porcelain"):
        raise TreeError(f"{path} is not the commit {commit[:12]} any more: remove the folder")
    return Tree(commit, path, environment(repository, path, home))


def environment(repository: Path, path: Path, home: Path) -> Path:
    """Return the interpreter for a tree: ours when the lock file is the same, else one of an environment made for it.

    Only packages come from it; the code comes from the tree (Tree.environment). So all trees with equal lock files
    share one, and a change that touches no dependency needs no installation.
    """
    wanted = (path / LOCK).read_bytes()
    if wanted == (repository / LOCK).read_bytes():
        return Path(sys.executable)
    key = hashlib.sha256(wanted + sys.version.encode()).hexdigest()[:16]
    made = home / f"environment-{key}"
    python = made / "bin" / "python"
    complete = made / "complete"
    if not complete.exists():
        venv.create(made, clear=True, symlinks=True)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
        install = [*pip, "install", "--quiet", "--require-hashes", "-r", str(path / LOCK)]
        done = subprocess.run(install, capture_output=True, text=True, check=False)
        if done.returncode:
            raise TreeError(f"the packages of {path.name[:12]} cannot be installed:\n{done.stderr.strip()}")
        complete.touch()
    return python


def git(folder: Path, *arguments: str) -> str:
    """Return what git prints. Raise TreeError with what it complains of."""
    env = shell.without("GIT_")  # a hook that runs the gate sets GIT_DIR, which would win over the folder
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, env=env, check=False)  # noqa: S607  # git is where it is
    except FileNotFoundError:
        raise TreeError("there is no git") from None
    if done.returncode:
        raise RefusedError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def repository() -> Path:
    """Return the repository that this file belongs to. Raise TreeError when it is not in one."""
    return Path(git(Path(__file__).parent, "rev-parse", "--show-toplevel"))
