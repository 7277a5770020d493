"""A full disk is said to be full."""

import errno
import shutil
from collections import namedtuple
from pathlib import Path

import asyncpg
import pytest

from adpulse.database import disk

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "no space"), True),
        (OSError(errno.EDQUOT, "quota"), True),
        (asyncpg.DiskFullError("no space"), True),
        (OSError(errno.EACCES, "denied"), False),
        (ValueError(errno.ENOSPC), False),
    ],
)
def test_an_error_says_that_a_disk_is_full(error: Exception, full: bool) -> None:
    """Errors of the system and of PostgreSQL are recognised; no other error is taken for a full disk."""
    assert disk.is_full(error) is full


def test_a_shortage_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It names the room that is left and the setting for another folder; enough room, or no folder, says nothing."""
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9, 3_000_000))
    said = disk.shortage(tmp_path)
    assert said is not None
    assert f"3 MB left under {tmp_path}" in said
    assert "ADPULSE_DATA_DIR" in said
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 0, 10**12))
    assert disk.shortage(tmp_path) is None
    monkeypatch.undo()
    assert disk.shortage(tmp_path / "nowhere") is None
