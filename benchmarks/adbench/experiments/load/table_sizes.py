"""Sizes of the tables under a load: live and dead rows and bytes, while it runs.

Dead rows are what updates and deletes leave behind until a vacuum: compaction of the roll-ups deletes every delta
once, so a table that is not vacuumed as fast as it is compacted grows for ever.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from adbench.harness.databases import connected
from adbench.records.model import Measurement
from adpulse.database.errors import UNAVAILABLE

# A partitioned table is one table, with its indexes and TOAST; the counters are as fresh as PostgreSQL's statistics.
_TABLES = """
SELECT root.oid::regclass::text, sum(stat.n_live_tup)::bigint, sum(stat.n_dead_tup)::bigint,
       sum(pg_total_relation_size(stat.relid))::bigint
FROM pg_stat_user_tables AS stat
JOIN pg_class AS root ON root.oid = coalesce(pg_partition_root(stat.relid), stat.relid)
GROUP BY root.oid
ORDER BY 1
"""


@dataclass(frozen=True)
class State:
    """A table at one moment."""

    table: str
    live: int  # rows
    dead: int
    size: int  # bytes, indexes included


async def states(url: str) -> list[State]:
    """Return every table of the database."""
    async with connected(url) as connection:
        return [State(*record) for record in await connection.fetch(_TABLES)]


class Watch:
    """Samples of the tables of a database, every so many seconds; Experiment.load calls `look` at each tick."""

    def __init__(self, url: str, every_s: float) -> None:
        self._url, self._every_s, self._next_s = url, every_s, 0.0
        self.seen: list[tuple[float, list[State]]] = []

    def look(self, gone_s: float) -> None:
        """Take a sample when it is due."""
        if gone_s >= self._next_s:
            self._next_s = gone_s + self._every_s
            with suppress(*UNAVAILABLE):  # a sample that is missing ends no load; the others are there
                self.seen.append((gone_s, asyncio.run(states(self._url))))

    def measurements(self) -> list[Measurement]:
        """Return each sample of the tables that changed meanwhile."""
        first = {state for _, states in self.seen[:1] for state in states}
        changed = {state.table for _, states in self.seen for state in states if state not in first}
        return [
            Measurement.of(f"table.{name}", getattr(state, name), unit, table=state.table, at_s=f"{gone_s:.0f}")
            for gone_s, states in self.seen
            for state in states
            if state.table in changed
            for name, unit in (("live", "rows"), ("dead", "rows"), ("size", "bytes"))
        ]


def growth(measurements: Iterable[Measurement]) -> Iterator[tuple[str, str]]:
    """Yield a line for each table, from the samples that a Watch took."""
    found: dict[str, dict[str, list[float]]] = {}
    for each in measurements:
        if each.name in ("table.dead", "table.size"):
            found.setdefault(each.labels["table"], {}).setdefault(each.name, []).append(each.value)
    for table, of in sorted(found.items()):
        dead, size = of["table.dead"], [value / 1e6 for value in of["table.size"]]
        yield f"{table}: dead rows, most and last", f"{max(dead):,.0f}, {dead[-1]:,.0f}"
        yield f"{table}: size, first, most and last", f"{size[0]:,.1f}, {max(size):,.1f}, {size[-1]:,.1f} MB"
