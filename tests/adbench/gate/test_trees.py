"""Revisions become folders that hold exactly that revision."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from adbench.gate.measure import trees
from adbench.gate.measure.trees import LOCK, WORKTREE, TreeError

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Create a repository of two commits, `one` and then `two`, with a lock file in each."""
    home = tmp_path / "a repository"
    (home / "requirements").mkdir(parents=True)
    trees.git(home, "init", "--quiet", "--initial-branch", "main")
    for number in ("one", "two"):
        (home / LOCK).write_text("# locked\n")
        (home / "file").write_text(number)
        trees.git(home, "add", "-A")
        trees.git(home, "-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "--quiet", "-m", number)
        trees.git(home, "tag", number)
    return home


def test_a_revision_is_checked_out_once(repository: Path, tmp_path: Path) -> None:
    """A checkout lies under its commit, by any name that was asked for; the repository itself is left alone."""
    (repository / "file").write_text("not committed")
    tree = trees.checkout(repository, "main~1", tmp_path / "home")
    assert (tree.path / "file").read_text() == "one"
    assert tree == trees.checkout(repository, "one", tmp_path / "home")
    assert tree.revision == tree.path.name == trees.git(repository, "rev-parse", "one")
    assert (repository / "file").read_text() == "not committed"


def test_the_worktree_is_taken_as_it_is(repository: Path, tmp_path: Path) -> None:
    """Uncommitted changes are measured, too."""
    tree = trees.checkout(repository, WORKTREE, tmp_path / "home")
    assert (tree.revision, tree.path) == (WORKTREE, repository)


def test_a_tree_that_somebody_changed_is_refused(repository: Path, tmp_path: Path) -> None:
    """A changed tree would be measured under the commit's name."""
    tree = trees.checkout(repository, "two", tmp_path / "home")
    (tree.path / "file").write_text("changed")
    with pytest.raises(TreeError, match="remove the folder"):
        trees.checkout(repository, "two", tmp_path / "home")


def test_a_revision_that_is_not_there(repository: Path, tmp_path: Path) -> None:
    """It is an error that says so and what to name, also when it looks like an option."""
    for name in ("no-such-branch", "--help"):
        with pytest.raises(TreeError, match=f"'{name}' is no revision of .*: name a branch, a tag or a commit"):
            trees.checkout(repository, name, tmp_path / "home")


def test_equal_locks_share_an_environment(repository: Path, tmp_path: Path) -> None:
    """The one that runs this; nothing is installed. The code comes from the tree all the same."""
    tree = trees.checkout(repository, "one", tmp_path / "home")
    assert tree.python == Path(sys.executable)
    assert tree.environment["PYTHONPATH"] == str(tree.path / "service")


def test_another_lock_gets_an_environment_that_is_kept(repository: Path, tmp_path: Path) -> None:
    """An environment is made once for a lock file (here an empty one) of any revision."""
    (repository / LOCK).write_text("# other packages\n")
    made = trees.environment(repository, trees.checkout(repository, "one", tmp_path / "home").path, tmp_path / "home")
    assert made != Path(sys.executable)
    assert subprocess.run([made, "-c", ""], check=False).returncode == 0
    at = made.parent.stat().st_mtime_ns
    assert trees.environment(repository, repository / ".", tmp_path / "home") == Path(sys.executable)
    two = trees.checkout(repository, "two", tmp_path / "home")
    assert two.python == made
    assert made.parent.stat().st_mtime_ns == at
