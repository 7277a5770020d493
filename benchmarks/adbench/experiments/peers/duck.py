"""DuckDB in this process: tables sorted by campaign and time, so that its zone maps skip what is not asked for."""

from pathlib import Path

import duckdb
import numpy as np

from adbench.experiments.peers import ROLLUPS, SUMS, Rows
from adbench.workload.campaigns import KINDS, MIXES
from adbench.workload.dataset import Dataset


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
        for name, unit, columns in ROLLUPS:
            keys = ", ".join(columns)
            self._connection.execute(
                f"CREATE TABLE {name} AS SELECT {keys}, date_trunc('{unit}', events.ts) AS ts, {SUMS}"
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
    for block in data:
        named = ("ts", "campaign", "kind", "mix", "cost", "revenue")
        connection.register("block", {name: getattr(block, name) for name in named})
        connection.execute(
            "INSERT INTO events SELECT make_timestamp(ts), c.name, k.name, cost, revenue, m.geo FROM block"
            " JOIN campaigns c ON c.rank = campaign JOIN kinds k ON k.number = kind JOIN mixes m ON m.number = mix"
        )
        connection.unregister("block")
    connection.execute(f"COPY events TO '{parquet}' (FORMAT parquet)")
    connection.close()
