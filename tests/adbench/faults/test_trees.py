"""Copies of the code, with a patch applied by ourselves: neither git nor patch need be there."""

import shutil
import subprocess
from pathlib import Path

import pytest

from adbench.faults import planted
from adbench.faults.trees import TreeError, apply, copied, digest

HEAD = "diff --git a/sql/x.sql b/sql/x.sql\n--- a/sql/x.sql\n+++ b/sql/x.sql\n"
BEFORE = "".join(f"line {number}\n" for number in range(20))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "x.sql").write_text(BEFORE)
    return tmp_path


def applied(tree: Path, text: str) -> str:
    patch = tree / "it.patch"
    patch.write_text(text)
    apply(patch, tree)
    return (tree / "sql" / "x.sql").read_text()


@pytest.mark.parametrize("at", [1, 6, 15])
def test_a_hunk_applies_where_its_context_is(tree: Path, at: int) -> None:
    """A hunk applies where its context is, also when that has moved."""
    found = applied(tree, f"{HEAD}@@ -{at},3 +{at},3 @@\n line 5\n-line 6\n+changed\n line 7\n")
    assert found == BEFORE.replace("line 6\n", "changed\n")


@pytest.mark.parametrize(
    "text",
    [
        "what: nothing\n",
        HEAD + "@@ -5,2 +5,2 @@\n line 5\n-line 7\n+changed\n",
        HEAD.replace("x.sql", "y.sql") + "@@ -5,1 +5,1 @@\n-line 4\n+changed\n",
    ],
)
def test_a_patch_that_does_not_fit_is_an_error(tree: Path, text: str) -> None:
    """Nothing to change, other context, no such file: said, never passed over."""
    with pytest.raises(TreeError):
        applied(tree, text)


def test_a_new_file_is_made(tree: Path) -> None:
    """A patch that adds a file, as git writes it, is applied."""
    head = "diff --git a/sql/n/y.sql b/sql/n/y.sql\nnew file mode 100644\n--- /dev/null\n+++ b/sql/n/y.sql\n"
    applied(tree, head + "@@ -0,0 +1,2 @@\n+a\n+b\n")
    assert (tree / "sql" / "n" / "y.sql").read_text() == "a\nb\n"


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed, to compare with")
def test_patches_are_applied_as_git_applies_them() -> None:
    """Each planted bug, byte by byte."""
    plants = planted.read_all()
    assert plants
    with copied() as ours, copied() as theirs:
        before = digest(ours)
        for plant in plants:
            apply(plant.path, ours)
            subprocess.run(["git", "apply", str(plant.path)], cwd=theirs, check=True)
            assert before != digest(ours) == digest(theirs), plant.name
            for tree in (ours, theirs):
                subprocess.run(["git", "apply", "--reverse", str(plant.path)], cwd=tree, check=True)
        assert digest(ours) == digest(theirs) == before


def test_there_is_nothing_to_copy_outside_of_a_clone(tmp_path: Path) -> None:
    """Outside of a clone, as in a wheel, one line says that there is nothing to copy."""
    with pytest.raises(TreeError, match="in a clone"), copied(tmp_path):
        pass


def test_equal_code_has_equal_digits() -> None:
    """Another content or name has others."""
    with copied() as one, copied() as two:
        assert digest(one) == digest(two)
        (two / "sql" / "new.sql").touch()
        assert digest(one) != digest(two)
