"""The ingest benchmark sends what it says."""

import csv
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from adbench.experiments import psql_ceiling
from adbench.workload import request_bodies
from adbench.workload.copy_loader import COLUMNS
from adbench.workload.dataset import BLOCK, Dataset
from adbench.workload.request_bodies import Cell
from adpulse.ingest.decoder import Decoder
from adpulse.settings import Settings

DATA = Dataset(request_bodies.RATE * 86_400, datetime(2025, 9, 24, tzinfo=UTC), days=1)


@pytest.mark.parametrize("kind", ["plain", "gzip", *request_bodies.IDS])
def test_bodies_are_good_batches(tmp_path: Path, kind: str) -> None:
    """Every event is accepted; event ids repeat as often as they shall, and only within a request."""
    paths = request_bodies.write_bodies(DATA, Cell(1_000, kind), tmp_path)
    assert len(paths) >= 3
    for path in paths[:3]:
        body = gzip.decompress(path.read_bytes()) if kind == "gzip" else path.read_bytes()
        body = body.replace(request_bodies.HOLE.encode(), b"0123456789ab")
        body = body.replace(request_bodies.MOMENT.encode(), b"01234567-89ab-7001")
        batch = Decoder(Settings()).decode(body)
        assert (len(batch.rows), batch.rejected_count) == (1_000, 0)
        if kind in request_bodies.IDS:
            assert batch.ids is not None
            version = {UUID(bytes=each or b"").version for each in batch.ids}
            assert version == {{"ids": 4, "ids-v7": 7, "ids-text": 8}[kind]}
            assert 980 <= len(set(batch.ids)) < 1_000
        else:
            assert batch.ids is None


def test_psql_gets_the_same_events(tmp_path: Path) -> None:
    """The files of a stream hold a block, each the events of its UTC day, and their columns say what the event says."""
    midnight = request_bodies.live(datetime(2026, 3, 1, 0, 0, 1, tzinfo=UTC), seed=7)
    first = next(request_bodies.events(midnight, psql_ceiling.STREAMS * BLOCK))
    days = set()
    for stream, files in enumerate(psql_ceiling.write_csv(midnight, tmp_path)):
        rows = []
        for day, path in files.items():
            days.add(day)
            with path.open(newline="") as file:
                found = [dict(zip(COLUMNS, row, strict=True)) for row in csv.reader(file)]
            assert {row["ts"][:10] for row in found} == {str(day)}
            rows += found
        assert len(rows) == BLOCK
        if stream == 0:
            row = next(row for row in rows if row["ts"] == first["ts"] and row["user_id"] == first["user_id"])
            assert row["event_id"] == ""
            assert json.loads(row["metadata"]) == first["metadata"]
            assert int(row["cost_micros"]) == round(first["cost"] * 1e6)
            assert all(row[name] == first[name] for name in ("campaign_id", "event_type"))
    assert len(days) > 1
