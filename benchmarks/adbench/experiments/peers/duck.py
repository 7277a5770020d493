"""DuckDB in this process: tables sorted by campaign and time, so that its zone maps skip what is not asked for."""

from collections.abc import Iterable
from itertools import product
from pathlib import Path

import duckdb
import numpy as np

from adbench.experiments.peers import Rows
from adbench.workload.campaigns import KINDS, MIXES
from adbench.workload.dataset import Dataset
from adbench.workload.report_shapes import COLUMNS, OF_EVENTS


class Duck:
    """A database file in `folder`, all cores."""

    name = "duckdb"
    version = duckdb.__version__

    def __init__(self, folder: Path) -> None:
        self._connection = duckdb.connect(str(folder / "duck.db"))
        self._connection.execute("SET TimeZone = 'UTC'")

    def load(self, parquet: Path) -> None:
        """Load by CREATE TABLE … ORDER BY, as DuckDB advises. Roll-ups are tables, for want of materialized views."""
        self._connection.execute(
            f"CREATE TABLE events AS SELECT * FROM read_parquet('{parquet}') ORDER BY campaign_id, ts"
        )
        sums = ", ".join(f"{sum_} AS {column}" for sum_, column in zip(OF_EVENTS, COLUMNS, strict=True))
        for unit, geo in product(("minute", "hour"), (False, True)):
            name, keys = (f"rollup_{unit}_geo", "campaign_id, geo") if geo else (f"rollup_{unit}", "campaign_id")
            self._connection.execute(
                f"CREATE TABLE {name} AS SELECT {keys}, date_trunc('{unit}', events.ts) AS ts, {sums}"
                f" FROM events GROUP BY {keys}, date_trunc('{unit}', events.ts) ORDER BY {keys}, ts"
            )

    def ask(self, sql: str) -> Rows:
        """Return the rows."""
        rows: Rows = self._connection.execute(sql).fetchall()
        return rows

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def export(data: Dataset, parquet: Path) -> None:
    """Write the data set's events as one Parquet file; DuckDB turns the generator's arrays into it."""
    campaigns = np.array([data.campaign_id(rank) for rank in range(data.campaigns)], dtype=object)
    kinds = np.array(KINDS, dtype=object)
    geos = np.array([mix["geo"] for mix in MIXES], dtype=object)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(
        "CREATE TABLE events"
        " (ts TIMESTAMP, campaign_id TEXT, kind TEXT, cost_micros BIGINT, revenue_micros BIGINT, geo TEXT)"
    )
    connection.register("campaigns", {"rank": np.arange(len(campaigns)), "name": campaigns})
    connection.register("kinds", {"number": np.arange(len(kinds)), "name": kinds})
    connection.register("mixes", {"number": np.arange(len(geos)), "geo": geos})
    for columns in _blocks(data):
        connection.register("block", columns)
        connection.execute(
            "INSERT INTO events SELECT make_timestamp(ts), c.name, k.name, cost, revenue, m.geo FROM block"
            " JOIN campaigns c ON c.rank = campaign JOIN kinds k ON k.number = kind JOIN mixes m ON m.number = mix"
        )
        connection.unregister("block")
    connection.execute(f"COPY events TO '{parquet}' (FORMAT parquet)")
    connection.close()


def _blocks(data: Dataset) -> Iterable[dict[str, object]]:
    for number in range(data.blocks):
        block = data.block(number)
        yield {
            "ts": block.ts,
            "campaign": block.campaign,
            "kind": block.kind,
            "mix": block.mix,
            "cost": block.cost,
            "revenue": block.revenue,
        }
