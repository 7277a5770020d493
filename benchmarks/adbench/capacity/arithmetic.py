"""Capacity by arithmetic: what an event costs, what a fleet then needs, and how long requests wait.

- *Utilisation law*: busy cores = throughput x demand (Denning & Buzen, The Operational Analysis of Queueing Network
  Models, ACM Computing Surveys 10(3), 1978). So throughput is at most cores / demand.
- *Waiting* in a station of c servers: Erlang's C formula for exponential times, scaled by the variability of arrivals
  and service (the Allen-Cunneen approximation: Allen, Probability, Statistics, and Queueing Theory, 2nd ed. 1990,
  section 5.5). Exact for M/M/c, and for M/G/1 (Pollaczek-Khinchine).

Demands come from result files; what nobody measured is an input with a name, in `Assumptions`.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adbench.capacity.service_times import measured, processor_s
from adbench.records.model import Measurement, Result

DAY_S = 86_400
BATCH = 1_000


@dataclass(frozen=True)
class Assumptions:
    """Inputs that were not measured here. Prices are assumptions of 2026-11-24 to multiply with, and no quotes."""

    cores: int = 2  # cores of a machine: as measured, so that this says nothing about more cores
    utilisation: float = 0.6  # planned share of the cores: the rest is for peaks, failures, growth
    volume_bytes: float = 16e12  # size of a shard's disk
    disk_bytes_per_s: float = 250e6  # speed of writing to a shard's disk
    network_bytes_per_s: float = 1.25e9  # speed of a machine's network: 10 Gbit/s
    body_bytes: float = 200.0  # size of an event as JSON
    server_connections: int = 100  # max_connections of a shard, as of the measured server
    pool: int = 20  # server connections of a shard's PgBouncer: infra/pgbouncer
    campaigns: int = 1_000  # campaigns with events in every minute
    reports_per_event: float = 1e-4  # reports for each incoming event
    raw_days: int = 7  # events are kept for so many days
    rollup_days: int = 365  # roll-ups are kept for so many days
    copies: int = 2  # copies of the data: a primary and a replica
    spare_services: int = 1  # machines more than needed, so that one may fail
    dollars_core_hour: float = 0.04
    dollars_gigabyte_month: float = 0.08
    hours_month: int = 730


@dataclass(frozen=True)
class Demands:
    """The cost of one event, in batches of BATCH on the default variant."""

    service_s: float  # processor
    postgres_s: float  # processor, compaction included
    client_s: float  # processor of k6 beside them
    compaction_s: float  # the part of postgres_s that only one process at a time can do
    wal_bytes: float
    raw_bytes: float  # table and indexes, while it is kept
    minute_bytes: float  # size of the roll-ups for a campaign and minute
    report_s: float  # processor of a report of the mix, service and PostgreSQL


def demands(found: Mapping[str, Result]) -> Demands:
    """Read the newest result of each command. Raise service_times.MissingResults."""
    times = measured(found)
    ingest = found["ingest"]
    raw, minute = _bytes(found["load-soak"])
    return Demands(
        service_s=processor_s(ingest, "service")[BATCH] / BATCH,
        postgres_s=processor_s(ingest, "postgres")[BATCH] / BATCH,
        client_s=processor_s(ingest, "k6")[BATCH] / BATCH,
        compaction_s=times.upkeep,
        wal_bytes=times.log_bytes,
        raw_bytes=raw,
        minute_bytes=minute,
        report_s=times.report
        + sum(each.weight * each.seconds for each in times.reports) / sum(each.weight for each in times.reports),
    )


def _bytes(soak: Result) -> tuple[float, float]:
    """Return bytes an event, and bytes of roll-ups a campaign and minute, from how the tables grew in a soak."""
    assert soak.data is not None
    moments = sorted({int(each.labels["at_s"]) for each in soak.select("table.size")})
    # The first look is before there is a partition for the day; and growth of roll-ups levels off with the minute.
    begin, end = moments[1], moments[-1]

    def grown(table: str) -> float:
        first, last = (soak.value("table.size", table=table, at_s=str(moment)) for moment in (begin, end))
        return last - first

    events = soak.value("ingest.rate") * (end - begin)
    cells = soak.data.campaigns * (end - begin) / 60
    return grown("events") / events, (grown("rollup_minute") + grown("rollup_hour")) / cells


def utilisation(ingest: Result) -> Iterator[Measurement]:
    """Compare the rate of `adbench run ingest` with its processor time: they are measured apart, and must agree.

    Yield the utilisation (rate x demand / cores: above 1 a measurement is wrong) and its bound (cores / demand: the
    most events a second that there can be), by size of batch.
    """
    spent, cores = [processor_s(ingest, program) for program in ("service", "postgres", "k6")], ingest.machine.cores
    for batch in sorted(spent[0]):
        rate = ingest.value("ingest.rate", batch=str(batch), kind="plain")
        demand_s = sum(each[batch] for each in spent) / batch  # processor, of all programs, an event
        yield Measurement.of("utilisation", rate * demand_s / cores, "ratio", batch=str(batch))
        yield Measurement.of("utilisation.bound", cores / demand_s, "events/s", batch=str(batch))


@dataclass(frozen=True)
class Station:
    """Servers with one queue. `arrivals` and `service` are squared coefficients of variation: 1 is exponential."""

    servers: int
    service_s: float
    service: float = 1.0
    arrivals: float = 1.0

    def busy(self, rate: float) -> float:
        """Return the utilisation at `rate` arrivals a second."""
        return rate * self.service_s / self.servers

    def waits(self, rate: float) -> float:
        """Return the probability of having to wait: Erlang's C. 1 when overloaded."""
        if self.busy(rate) >= 1:
            return 1.0
        load, blocked = rate * self.service_s, 1.0
        for number in range(1, self.servers + 1):  # Erlang's B, by its recursion
            blocked = load * blocked / (number + load * blocked)
        return blocked / (1 - self.busy(rate) * (1 - blocked))

    def waiting_s(self, rate: float) -> float:
        """Return the mean time in the queue; infinite when overloaded."""
        if self.busy(rate) >= 1:
            return math.inf
        exponential = self.waits(rate) * self.service_s / (self.servers * (1 - self.busy(rate)))
        return exponential * (self.arrivals + self.service) / 2

    def quantile_s(self, rate: float, quantile: float) -> float:
        """Return a quantile of the time in the queue, whose tail is taken to be exponential (as it is for M/M/c)."""
        waits = self.waits(rate)
        if self.busy(rate) >= 1:
            return math.inf
        beyond = waits / (1 - quantile)
        return max(math.log(beyond), 0.0) * self.waiting_s(rate) / waits if beyond > 1 else 0.0


@dataclass(frozen=True)
class Need:
    """The needs of a number of events a second."""

    rate: float
    services: int  # machines with the service
    shards: int  # machines with PostgreSQL, a copy each
    by_cores: int  # shards that processor time alone would need
    by_volume: int  # shards that the size of a disk alone would need
    by_log: int  # shards that the write-ahead log alone would need
    connections: int  # connections from all services to all poolers
    pooled: int  # server connections of all poolers
    wal_bytes_per_s: float
    day_bytes: float  # one day's partition, over all shards
    stored_bytes: float  # events and roll-ups, one copy
    dollars_month: float
    load: dict[str, float]  # demand ÷ capacity of one machine alone, by resource


def need(rate: float, cost: Demands, given: Assumptions) -> Need:
    """Return the fleet for `rate` events a second and their reports."""
    reports = rate * given.reports_per_event
    usable = given.cores * given.utilisation
    services = math.ceil(rate * cost.service_s / usable) + given.spare_services
    day = rate * DAY_S * cost.raw_bytes
    rollups = given.campaigns * 1_440 * given.rollup_days * cost.minute_bytes
    stored = day * given.raw_days + rollups
    work = rate * cost.postgres_s + reports * cost.report_s
    by_cores, by_volume = math.ceil(work / usable), math.ceil(stored / given.volume_bytes)
    by_log = math.ceil(rate * cost.wal_bytes / given.disk_bytes_per_s / given.utilisation)
    shards = max(by_cores, by_volume, by_log)
    dollars = (services + shards * given.copies) * given.cores * given.dollars_core_hour * given.hours_month
    dollars += stored * given.copies / 1e9 * given.dollars_gigabyte_month
    processes = services * given.cores
    return Need(
        rate=rate,
        services=services,
        shards=shards,
        by_cores=by_cores,
        by_volume=by_volume,
        by_log=by_log,
        connections=processes * 10,  # 2 writers, 4 readers, 4 for totals
        pooled=shards * given.pool,
        wal_bytes_per_s=rate * cost.wal_bytes,
        day_bytes=day,
        stored_bytes=stored,
        dollars_month=dollars,
        load={
            "cores": (rate * (cost.service_s + cost.postgres_s) + reports * cost.report_s) / given.cores,
            "compaction": rate * cost.compaction_s,
            "log": rate * cost.wal_bytes / given.disk_bytes_per_s,
            "volume": stored / given.volume_bytes,
            "network": rate * given.body_bytes / given.network_bytes_per_s,
            "connections": processes * 10 / given.server_connections,
        },
    )
