"""Arithmetic: the utilisation law on what was measured, waiting times against closed formulas, fleets."""

import math
from dataclasses import replace

import pytest

from adbench.capacity.arithmetic import Assumptions, Demands, Station, demands, need, utilisation
from adbench.capacity.service_times import NEEDED
from adbench.records import manifest
from adbench.records.manifest import of_one_machine

COST = Demands(
    service_s=2e-6,
    postgres_s=3e-6,
    client_s=1e-6,
    compaction_s=0.5e-6,
    wal_bytes=300,
    raw_bytes=150,
    minute_bytes=500,
    report_s=1e-3,
)


def test_rate_and_demand_agree_with_the_machine() -> None:
    """Two measurements that do not know of each other: rate x processor time an event is what the cores can give."""
    ingest = manifest.newest(of_one_machine(NEEDED))["ingest"]
    found = {(each.name, each.labels["batch"]): each.value for each in utilisation(ingest)}
    batches = ["1", "10", "100", "1000", "5000"]
    assert [batch for name, batch in found if name == "utilisation"] == batches
    for batch in batches:
        used, bound = found["utilisation", batch], found["utilisation.bound", batch]
        assert 0.5 < used <= 1.0
        assert ingest.value("ingest.rate", batch=batch, kind="plain") == pytest.approx(used * bound)


def test_one_server_is_m_m_1() -> None:
    """Waiting r s / (1 - r); the response's tail is exponential, so its quantiles are known."""
    station = Station(1, 0.1)
    assert station.waits(8) == pytest.approx(0.8)
    assert station.waiting_s(8) == pytest.approx(0.8 * 0.1 / 0.2)
    # P(wait > t) = r exp(-(mu - lambda) t)
    assert station.quantile_s(8, 0.95) == pytest.approx(math.log(0.8 / 0.05) / 2)
    assert station.quantile_s(8, 0.1) == 0


def test_erlangs_c() -> None:
    """Of 2 servers: 2 r^2 / (1 + r); of 10 at load 8, from tables: 0.409."""
    assert Station(2, 1.0).waits(1.0) == pytest.approx(2 * 0.5**2 / 1.5)
    assert Station(10, 1.0).waits(8.0) == pytest.approx(0.409, abs=0.0005)


def test_less_variable_waits_less() -> None:
    """M/D/1 waits half as long as M/M/1 (Pollaczek-Khinchine); everything constant does not wait."""
    assert Station(1, 0.1, service=0.0).waiting_s(8) == pytest.approx(Station(1, 0.1).waiting_s(8) / 2)
    assert Station(1, 0.1, service=0.0, arrivals=0.0).waiting_s(8) == 0


def test_overload_has_no_end() -> None:
    """Waiting is infinite, and everybody waits."""
    station = Station(2, 1.0)
    assert station.waits(2.0) == 1
    assert math.isinf(station.waiting_s(2.0))
    assert math.isinf(station.quantile_s(3.0, 0.5))


def test_a_fleet_is_the_utilisation_law_rounded_up() -> None:
    """By hand: 2 machines' worth of service and one spare; shards by the disk, which is what breaks first."""
    given = Assumptions(cores=2, utilisation=0.5, volume_bytes=10e12, raw_days=2, campaigns=0, reports_per_event=0)
    wanted = need(1_000_000, COST, given)
    assert wanted.services == 2 + 1
    assert (wanted.by_cores, wanted.by_volume, wanted.by_log) == (3, 3, 3)
    assert wanted.day_bytes == pytest.approx(1e6 * 86_400 * 150)
    assert max(wanted.load, key=wanted.load.__getitem__) == "volume"
    assert wanted.load["cores"] == pytest.approx(2.5)
    hours = (3 + 3 * 2) * 2 * 0.04 * 730
    assert wanted.dollars_month == pytest.approx(hours + 2 * wanted.stored_bytes / 1e9 * 0.08)


def test_the_first_limit_depends_on_retention() -> None:
    """A day instead of a week, and it is the cores."""
    load = need(1_000_000, COST, replace(Assumptions(), raw_days=1)).load
    assert max(load, key=load.__getitem__) == "cores"


def test_demands_come_from_results() -> None:
    """An event's bytes on disk are near the table's in the matrix, which was measured another way."""
    found = manifest.newest(of_one_machine(NEEDED))
    cost = demands(found)
    matrix = found["matrix"]
    sizes = [
        each.value
        for each in matrix.measurements
        if each.name == "size" and each.labels["variant"] == "rollup" and each.labels["relation"] == "events"
    ]
    assert cost.raw_bytes == pytest.approx(sizes[0], rel=0.1)
    assert cost.compaction_s < cost.postgres_s
