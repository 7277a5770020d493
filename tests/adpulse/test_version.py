"""The version and the revision: of a checkout, a release, a package from git, or unknown."""

import json
import re
from importlib import metadata
from pathlib import Path

import pytest

from adpulse import version


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make this package one that is not a checkout; return the file that a release has."""
    monkeypatch.setattr(version, "_CHECKOUT", tmp_path)
    monkeypatch.setattr(version, "_BUILT_OF", tmp_path / "revision.txt")
    return tmp_path / "revision.txt"


def test_the_version_is_that_of_the_package() -> None:
    """The version is the one that pip shows."""
    assert version.version() == metadata.version("adpulse")
    assert re.match(r"\d+\.\d+", version.version())


def test_a_release_knows_its_revision(installed: Path) -> None:
    """The revision comes from the file that the build wrote."""
    installed.write_text("0123456789ab\n")
    assert version.revision() == "0123456789ab"


@pytest.mark.parametrize(
    ("origin", "revision"),
    [(json.dumps({"vcs_info": {"commit_id": "abc"}}), "abc"), (json.dumps({"dir_info": {}}), None), (None, None)],
)
def test_a_package_says_what_pip_noted(
    installed: Path, monkeypatch: pytest.MonkeyPatch, origin: str | None, revision: str | None
) -> None:
    """The commit of a package from git; None for any other."""

    class Distribution:
        def read_text(self, name: str) -> str | None:
            return origin

    monkeypatch.setattr(metadata, "distribution", lambda name: Distribution())
    assert version.revision() == revision
