"""Rounds of maintenance.

Hypothesis: a round of the roll-ups costs in proportion to what has come in since the last one, however much is stored;
a materialized view costs in proportion to all that is stored.

    pytest benchmarks/suites/test_maintenance.py --benchmark-only --benchmark-group-by=param:backlog

Before each round a backlog is written, which is not timed. Afterwards every cell of the reports is recounted.
"""

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from adbench.workload import request_bodies
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue, verify
from benchmarks.suites.conftest import END, Lab

MAINTAINED = [variant.name for variant in catalogue.load_all() if variant.maintenance]
ROUNDS = 5


@pytest.mark.parametrize("variant", MAINTAINED)
@pytest.mark.parametrize("backlog", [1_000, 50_000])
def test_round(benchmark: BenchmarkFixture, lab: Lab, variant: str, backlog: int) -> None:
    """Run one round of maintain.sql after `backlog` new events."""
    connection = lab.connection(lab.database(variant, "maintenance"))
    design = catalogue.find(variant)
    records = request_bodies.records(request_bodies.busy_events(END, backlog if lab.timed else backlog // 100))

    def write() -> None:
        lab.run(connection.copy_records_to_table("events", records=records, columns=request_bodies.COLUMNS))

    benchmark.pedantic(lambda: lab.run(run_round(connection, design)), setup=write, rounds=ROUNDS)
    result = lab.run(verify.verify(connection, design))
    assert result.cells
    assert result.exact
