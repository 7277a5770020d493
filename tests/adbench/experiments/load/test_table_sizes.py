"""Dead rows and sizes of tables are those that PostgreSQL counts, partitions taken together."""

from datetime import UTC, datetime

import pytest

from adbench.experiments.load.table_sizes import State, Watch, growth, states
from adbench.workload.copy_loader import load
from adbench.workload.dataset import Dataset
from adpulse.database import connections

END = datetime(2025, 9, 24, 12, 30, tzinfo=UTC)


@pytest.mark.anyio
@pytest.mark.every_version
async def test_partitions_are_one_table_and_deleted_rows_are_dead(url: str) -> None:
    """A table is named once, however many days it has; what was deleted stays dead until a vacuum."""
    await load(url, Dataset(3_000, END, days=3), lambda events: None)
    connection = await connections.connect(url)
    await connection.execute("DELETE FROM event_ids")
    size = await connection.fetchval(
        "SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('events') WHERE isleaf"
    )
    await connection.execute("SELECT pg_stat_force_next_flush()")
    deleted = await connection.fetchval("SELECT count(*) FROM pg_stat_user_tables")  # flushes
    await connection.close()
    assert deleted
    found = {state.table: state for state in await states(url)}
    assert found["events"].live == 3_000
    assert found["events"].size == size
    assert found["event_ids"].dead > 0


def test_a_watch_looks_when_it_is_due_and_tells_of_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """k6 ticks five times a second; a table that nobody wrote to is left out."""
    seen = iter([[State("a", 5, 0, 10), State("b", 1, 0, 1)], [State("a", 5, 3, 12_000_000), State("b", 1, 0, 1)]])

    async def fake(url: str) -> list[State]:
        return next(seen)

    monkeypatch.setattr("adbench.experiments.load.table_sizes.states", fake)
    watch = Watch("postgresql://x", every_s=10)
    for gone_s in (0.0, 0.2, 9.9, 10.1, 10.3):
        watch.look(gone_s)
    found = {(m.name, m.labels["table"], m.labels["at_s"]): m.value for m in watch.measurements()}
    assert found["table.dead", "a", "10"] == 3
    assert found["table.size", "a", "0"] == 10
    assert {table for _, table, _ in found} == {"a"}
    lines = dict(growth(watch.measurements()))
    assert lines["a: dead rows, most and last"] == "3, 3"
    assert lines["a: size, first, most and last"] == "0.0, 12.0, 12.0 MB"
