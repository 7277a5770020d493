"""Errors of a line are named, and memory is bounded."""

import csv
import gzip
import json
from pathlib import Path

import pytest

from adpulse.importing import mapping
from adpulse.importing.chunk import RECORDS
from adpulse.importing.errors import ImportFailed
from adpulse.importing.run import Import
from adpulse.importing.source import opened
from adpulse.ingest.decoder import Decoder
from adpulse.settings import Settings
from tests.adpulse.importing.conftest import EVENT, read

BAD = [
    {"ts": "2025-09-24T06:59:31"},
    {"ts": "yesterday"},
    {"ts": "2999-01-01T00:00:00Z"},
    {"campaign_id": None},
    {"user_id": "U" * 129},
    {"event_type": "clack"},
    {"cost": "abc"},
    {"cost": "-1"},
    {"cost": "0.0000001"},
    {"cost": "1e999"},
]


@pytest.mark.parametrize("wrong", BAD, ids=lambda wrong: json.dumps(wrong)[:30])
def test_reasons_are_those_of_http(tmp_path: Path, wrong: dict[str, str | None]) -> None:
    """A line of CSV is rejected for the same field with the same code as the same event over HTTP."""
    event = {name: value for name, value in {**EVENT, **wrong}.items() if value is not None}
    numbers = {name: json.loads(value) for name, value in wrong.items() if name == "cost" and value and value != "abc"}
    (sent,) = Decoder(Settings()).decode(json.dumps({"events": [event | numbers]}).encode()).rejected
    path = tmp_path / "a.csv"
    with path.open("w") as file:
        writer = csv.DictWriter(file, [*EVENT])
        writer.writeheader()
        writer.writerows([EVENT, event, EVENT])
    _, events, bad = read(path)
    assert len(events) == 2
    assert bad == [(3, sent["field"], sent["code"])]


def test_memory_is_bounded(tmp_path: Path) -> None:
    """A line that never ends is refused; a group of large records is a short one; together they are the file."""
    path = tmp_path / "a.gz"
    with gzip.open(path, "wb", 1) as file:
        for _ in range(64):
            file.write(b"x" * 1_000_000)
    with pytest.raises(ImportFailed, match=r"a\.gz, line 1: has more than"):
        read(path)
    with gzip.open(path, "wt", 1) as text:
        text.writelines(json.dumps({**EVENT, "user_id": str(n), "metadata": "x" * 20_000}) + "\n" for n in range(1_500))
    with opened(str(path)) as source:
        work = Import(source, mapping.build(None, None, {}), Settings())
        sizes = []
        while chunk := work.read(RECORDS):
            sizes.append(len(chunk))
    assert len(sizes) == 2
    assert sum(sizes) == 1_500
