"""Rounds of maintenance.

Hypothesis: a round of the roll-ups costs in proportion to what has come in since the last one, whatever is stored;
a materialized view costs in proportion to all that is stored.

    pytest benchmarks/suites/test_maintenance.py --benchmark-only --benchmark-group-by=param:backlog

Before each round a backlog is written, which is not timed. Afterwards every cell of the reports is recounted.
"""

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from adpulse import audit, variants
from adpulse.maintenance import run_round
from benchmarks.suites import traffic
from benchmarks.suites.conftest import END, Lab

MAINTAINED = [variant.name for variant in variants.load_all() if variant.maintenance]
ROUNDS = 5


@pytest.mark.parametrize("variant", MAINTAINED)
@pytest.mark.parametrize("backlog", [1_000, 50_000])
def test_round(benchmark: BenchmarkFixture, lab: Lab, variant: str, backlog: int) -> None:
    """One round of maintain.sql after `backlog` new events."""
    connection = lab.connection(lab.database(variant, "maintenance"))
    design = variants.find(variant)
    records = traffic.records(traffic.events(END, backlog if lab.timed else backlog // 100))

    def write() -> None:
        lab.run(connection.copy_records_to_table("events", records=records, columns=traffic.COLUMNS))

    benchmark.pedantic(lambda: lab.run(run_round(connection, design)), setup=write, rounds=ROUNDS)
    result = lab.run(audit.verify(connection, design))
    assert result.cells
    assert result.exact
