"""ClickHouse in this process (chdb): a MergeTree whose primary key is campaign and time."""

from pathlib import Path

import chdb
import orjson
from chdb.session import Session

from benchmarks.peers import Rows


class ClickHouse:
    """A session whose files are in `folder`, all cores."""

    name = "chdb"
    version = chdb.__version__

    def __init__(self, folder: Path) -> None:
        self._session = Session(str(folder / "chdb"))

    def load(self, parquet: Path) -> None:
        """One insert, then one merge, so that nothing is merged while it is measured."""
        self._session.query("CREATE DATABASE IF NOT EXISTS lab")
        self._session.query(
            "CREATE TABLE lab.events (ts DateTime64(6, 'UTC'), campaign_id LowCardinality(String),"
            " kind LowCardinality(String), cost_micros Int64, revenue_micros Int64, geo LowCardinality(String))"
            " ENGINE = MergeTree ORDER BY (campaign_id, ts)"
        )
        self._session.query(f"INSERT INTO lab.events SELECT * FROM file('{parquet}', Parquet)")
        self._session.query("OPTIMIZE TABLE lab.events FINAL")

    def ask(self, sql: str) -> Rows:
        """The rows, by way of JSON, which is what a reply over HTTP would be too."""
        reply = self._session.query(sql.replace(" FROM events ", " FROM lab.events "), "JSONCompactEachRow")
        return [tuple(orjson.loads(line)) for line in bytes(reply.bytes()).splitlines()]

    def close(self) -> None:
        """Ends the session."""
        self._session.close()
