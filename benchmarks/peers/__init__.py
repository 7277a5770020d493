"""Other databases, in this process, with the same events: how fast the answers of a report come from there."""

from pathlib import Path
from typing import Protocol

Rows = list[tuple[object, ...]]


class Peer(Protocol):
    """A database that answers the SQL of shapes.Shape.sql about the table `events`."""

    name: str
    version: str

    def load(self, parquet: Path) -> None:
        """Takes the events, sorted as suits it: ts (UTC), campaign_id, kind, cost_micros, revenue_micros, geo; and
        keeps roll-ups of them, as it does best: `rollup_minute` and `rollup_hour` with campaign_id, ts and a column
        for each of shapes.COLUMNS."""

    def ask(self, sql: str) -> Rows:
        """The rows, as Python values."""

    def close(self) -> None:
        """Frees what it holds."""
