"""The file of rejected lines: one JSON object for each, and none where nothing was rejected."""

import json
from pathlib import Path

import pytest

from adpulse.event.contract import Rejection
from adpulse.importing.chunk import Chunk
from adpulse.importing.errors import ImportFailed
from adpulse.importing.rejects import Rejects

BAD = Rejection(index=1, field="ts", code="timezone", message="has no offset")
CHUNK = Chunk(["{}", "\udcff"], ["{}\n", "\udcff\n"], [1, 2])


def test_a_rejected_line_has_its_place_reason_and_text(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are shown; the file is made with the first rejection, and added to by the next run."""
    path = tmp_path / "rejected"
    for _ in range(2):
        rejects = Rejects(path)
        rejects.write(CHUNK, [])
        rejects.write(CHUNK, [BAD])
        rejects.close()
    expected = {"line": 2, "field": "ts", "code": "timezone", "message": "has no offset", "text": "\\xff"}
    assert [json.loads(line) for line in path.read_text().splitlines()] == [expected] * 2


def test_nothing_rejected_makes_no_file(tmp_path: Path) -> None:
    """Neither for an import without errors nor where no file is wanted."""
    rejects = Rejects(tmp_path / "rejected")
    rejects.write(CHUNK, [])
    rejects.close()
    Rejects(None).write(CHUNK, [BAD])
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_ends_the_import(tmp_path: Path) -> None:
    """The error names the file: no rejection is lost in silence."""
    with pytest.raises(ImportFailed, match="cannot be written"):
        Rejects(tmp_path).write(CHUNK, [BAD])
