"""Rows into the table.

Hypothesis: COPY takes two to three times the rows a second of `executemany`, which asyncpg pipelines in a transaction,
and of `unnest`, which makes arrays first; sending rows that are binary already saves another part; the roll-ups'
trigger adds at most a tenth to the same partitions without it.

    pytest benchmarks/suites/test_ingest.py --benchmark-only

Tables start empty, and each round adds a batch and commits it: this is what the way costs, not what an index costs
that has outgrown memory.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from adbench.workload import request_bodies
from adpulse.database.connections import Connection
from adpulse.event.values import COLUMNS
from adpulse.ingest import copy_format
from adpulse.ingest.decoder import Decoder
from benchmarks.suites.conftest import END, VARIANTS, Lab

TYPES = ("timestamptz", "text", "text", "event_type", "bigint", "bigint", "jsonb", "uuid")
ROUNDS = 10
Write = Callable[[], Awaitable[Any]]


def _executemany(connection: Connection, found: list[dict[str, Any]], lab: Lab) -> Write:
    values = ", ".join(f"${n}" for n in range(1, len(TYPES) + 1))
    statement = f"INSERT INTO events ({', '.join(request_bodies.COLUMNS)}) VALUES ({values})"
    records = request_bodies.records(found)
    return lambda: connection.executemany(statement, records)


def _unnest(connection: Connection, found: list[dict[str, Any]], lab: Lab) -> Write:
    arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(TYPES, 1))
    statement = f"INSERT INTO events ({', '.join(request_bodies.COLUMNS)}) SELECT * FROM unnest({arrays})"
    columns = [list(column) for column in zip(*request_bodies.records(found), strict=True)]
    return lambda: connection.execute(statement, *columns)


def _copy(connection: Connection, found: list[dict[str, Any]], lab: Lab) -> Write:
    records = request_bodies.records(found)
    return lambda: connection.copy_records_to_table("events", records=records, columns=request_bodies.COLUMNS)


def _binary(connection: Connection, found: list[dict[str, Any]], lab: Lab) -> Write:
    batch = Decoder(lab.settings).decode(request_bodies.body(found), now=END)

    async def source() -> AsyncIterator[bytes]:
        yield copy_format.stream([batch.rows])

    return lambda: connection.copy_to_table("events", source=source(), columns=COLUMNS, format="binary")


PATHS = {"executemany": _executemany, "unnest": _unnest, "copy": _copy, "binary": _binary}
# One thing at a time: the ways on the control, then the service's way on every design.
CELLS = [(path, "heap") for path in PATHS] + [("binary", name) for name in VARIANTS if name != "heap"]


@pytest.mark.parametrize(("path", "variant"), CELLS)
def test_write(benchmark: BenchmarkFixture, lab: Lab, path: str, variant: str) -> None:
    """Write a batch in one transaction: `copy` encodes records, `binary` sends the rows that the decoder made."""
    batch = 10_000 if lab.timed else 100
    connection = lab.connection(lab.database(variant, "ingest", events=0))
    write = PATHS[path](connection, request_bodies.busy_events(END, batch), lab)
    lab.run(connection.execute("TRUNCATE events"))
    calls = 0

    async def round_() -> None:
        nonlocal calls
        calls += 1
        await write()

    benchmark.extra_info["events"] = batch
    benchmark.pedantic(lambda: lab.run(round_()), rounds=ROUNDS, warmup_rounds=1)
    assert lab.run(connection.fetchval("SELECT count(*) FROM events")) == calls * batch
