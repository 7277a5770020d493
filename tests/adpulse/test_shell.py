"""Variables that the shell's owner has set for a program do not reach it when it is started by us."""

import pytest

from adpulse import shell


def test_variables_of_one_program_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those with the prefix are missing, and all others are there."""
    monkeypatch.setenv("GIT_DIR", "elsewhere")
    monkeypatch.setenv("LEGIT_DIR", "here")
    left = shell.without("GIT_")
    assert "GIT_DIR" not in left
    assert left["LEGIT_DIR"] == "here"
