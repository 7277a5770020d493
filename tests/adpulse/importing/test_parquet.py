"""Parquet files are read with their types."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.adpulse.importing.conftest import read


def test_parquet(tmp_path: Path) -> None:
    """Rows of Parquet are records, with its own types of times, decimals and nested values."""
    path = tmp_path / "a.parquet"
    instants = [datetime(2025, 9, 24, 6, 59, second, 849_095, tzinfo=UTC) for second in range(4)]
    columns = {
        "ts": pa.array(instants, pa.timestamp("us", "UTC")),
        "campaign_id": [7, 8, 9, 10],
        "user_id": ["U"] * 4,
        "event_type": ["click"] * 4,
        "cost": pa.array([Decimal("0.25")] * 4, pa.decimal128(10, 2)),
        "more": [{"geo": "IN"}] * 4,
    }
    pq.write_table(pa.table(columns), path)
    chunk, events, bad = read(path, metadata={"geo": "more.geo"})
    assert (chunk.lines, bad) == ([1, 2, 3, 4], [])
    assert [(each.ts, each.campaign_id, each.cost_micros) for each in events] == [
        (instant, str(number), 250_000) for instant, number in zip(instants, range(7, 11), strict=True)
    ]
    assert json.loads(events[0].metadata) == {"geo": "IN"}
