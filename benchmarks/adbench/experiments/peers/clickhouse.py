"""ClickHouse in this process (chdb): tables whose primary key is campaign and time, and its incremental views."""

from pathlib import Path

import chdb
import orjson
from chdb.session import Session

from adbench.experiments.peers import ROLLUPS, SUMS, Rows
from adbench.workload.report_shapes import COLUMNS


class ClickHouse:
    """A session whose files are in `folder`, all cores."""

    name = "chdb"
    version = chdb.__version__

    def __init__(self, folder: Path) -> None:
        self._session = Session(str(folder / "chdb"))

    def load(self, parquet: Path) -> None:
        """Load by one insert, which feeds the roll-ups too, then merge each table, so that nothing merges during a run.

        A materialized view of ClickHouse is a trigger on inserts, and a SummingMergeTree adds rows of equal key when it
        merges: the same idea as variant 07's.
        """
        self._session.query("CREATE DATABASE IF NOT EXISTS lab")
        self._session.query(
            "CREATE TABLE lab.events (ts DateTime64(6, 'UTC'), campaign_id LowCardinality(String),"
            " kind LowCardinality(String), cost_micros Int64, revenue_micros Int64, geo LowCardinality(String))"
            " ENGINE = MergeTree ORDER BY (campaign_id, ts)"
        )
        columns = ", ".join(f"{column} Int64" for column in COLUMNS)
        for name, unit, keys in ROLLUPS:
            typed = ", ".join(f"{key} LowCardinality(String)" for key in keys)
            listed = ", ".join(keys)
            self._session.query(
                f"CREATE TABLE lab.{name} ({typed}, ts DateTime('UTC'), {columns})"
                f" ENGINE = SummingMergeTree ORDER BY ({listed}, ts)"
            )
            self._session.query(
                f"CREATE MATERIALIZED VIEW lab.into_{name} TO lab.{name} AS"
                f" SELECT {listed}, date_trunc('{unit}', e.ts) AS ts, {SUMS} FROM lab.events AS e"
                f" GROUP BY {listed}, date_trunc('{unit}', e.ts)"
            )
        self._session.query(f"INSERT INTO lab.events SELECT * FROM file('{parquet}', Parquet)")
        for table in ("events", *(name for name, _, _ in ROLLUPS)):
            self._session.query(f"OPTIMIZE TABLE lab.{table} FINAL")

    def ask(self, sql: str) -> Rows:
        """Return the rows, by way of JSON, which is what a reply over HTTP would be too."""
        reply = self._session.query(sql.replace(" FROM ", " FROM lab."), "JSONCompactEachRow")
        return [tuple(orjson.loads(line)) for line in bytes(reply.bytes()).splitlines()]

    def close(self) -> None:
        """End the session."""
        self._session.close()
