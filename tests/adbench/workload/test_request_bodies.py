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
    for path in request_bodies.write_bodies(DATA, Cell(1_000, kind), tmp_path)[:3]:
        body = gzip.decompress(path.read_bytes()) if kind == "gzip" else path.read_bytes()
        for hole in (request_bodies.HOLE, request_bodies.MOMENT):
            body = body.replace(hole.encode(), b"0123456789ab")
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
    """The files hold a block each, and their columns say what the event says."""
    psql_ceiling.write_csv(DATA, tmp_path)
    first = next(request_bodies.events(DATA, psql_ceiling.STREAMS * BLOCK))
    for stream in range(psql_ceiling.STREAMS):
        with (tmp_path / f"{stream}.csv").open(newline="") as file:
            rows = [dict(zip(COLUMNS, row, strict=True)) for row in csv.reader(file)]
        assert len(rows) == BLOCK
        if stream == 0:
            assert rows[0]["event_id"] == ""
            assert json.loads(rows[0]["metadata"]) == first["metadata"]
            assert int(rows[0]["cost_micros"]) == round(first["cost"] * 1e6)
            assert all(rows[0][name] == first[name] for name in ("ts", "campaign_id", "user_id", "event_type"))
