"""Others with the same events: databases in this process, and the service that people write first."""

from pathlib import Path
from typing import Protocol

import orjson

from adbench.checks import http_recount
from adbench.workload.report_shapes import COLUMNS, OF_EVENTS

Rows = list[tuple[object, ...]]
SUMS = ", ".join(f"{sum_} AS {column}" for sum_, column in zip(OF_EVENTS, COLUMNS, strict=True))
# Name, unit and keys of each roll-up.
ROLLUPS = [
    (f"rollup_{unit}{geo}", unit, ["campaign_id", "geo"] if geo else ["campaign_id"])
    for unit in ("minute", "hour")
    for geo in ("", "_geo")
]


class Peer(Protocol):
    """A database that answers the SQL of report_shapes.Shape.sql about the table `events`."""

    name: str
    version: str

    def load(self, parquet: Path) -> None:
        """Load the events, sorted as suits the database, and roll-ups of them, as it does best.

        The file has ts (UTC), campaign_id, kind, cost_micros, revenue_micros and geo; each of ROLLUPS gets its keys, ts
        and a column for each of report_shapes.COLUMNS.
        """

    def ask(self, sql: str) -> Rows:
        """Return the rows, as Python values."""

    def close(self) -> None:
        """Close the database and free its memory."""


def sums(reply: bytes) -> list[tuple[int, ...]]:
    """Return the five sums of every row of a report that is not empty, money in micros, sorted, to compare answers."""
    answer = orjson.loads(reply)
    found = map(http_recount.sums, answer.get("rows", [answer["totals"]]))
    return sorted(each for each in found if any(each))
