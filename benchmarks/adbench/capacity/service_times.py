"""The time of each step, from measurements: a simulation draws its service times from it.

- *A batch in the service*: its processor time is the service's in `adbench run ingest` (`ingest.processor`, under
  load); the extra time of its stages on an idle machine (`adbench run stages`: receive, decode, queue,
  answer) is waiting for the kernel, and passes without a core.
- *A batch in PostgreSQL*: COPY and trigger as in `adbench run stages`, by rows; `commit` there is a flush of the disk.
- *Compaction* is `ingest.upkeep` of the default variant in `adbench matrix`: processor time an event.
- *The client's* work is k6's processor time in `adbench run ingest`, which sends bodies made beforehand. Where it
  fills in the time of each event (`adbench load`, `adbench demo`) it costs more: see `live`.
- *Reports* are the medians of `adbench run report` when nobody writes: `/readyz` is what the service does for any
  request, the rest is PostgreSQL's.
- *How much they scatter* are the quantiles of `adbench load soak` around its median: ten minutes far from saturation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from adbench.capacity.devices import Curve
from adbench.errors import LabError
from adbench.records.model import Result

NEEDED = ("stages", "matrix", "ingest", "report", "demo", "load-soak")
# A measured shape for each shape of k6/lib/shapes.json: (weight, shape of `adbench run report`, all shards).
REPORTS = (
    (25, "hour", False),
    (20, "day", False),
    (20, "day-by-hour", False),
    (10, "day-by-hour", False),  # an hour by minute
    (10, "month-by-day", False),
    (5, "month", False),
    (5, "week", False),  # several campaigns
    (5, "month-all", True),
)
VARIANT = "rollup"
SEGMENT_S = 0.015  # assumed: 16 MiB written and flushed, tried by hand on the reference machine, without a record
_SERVICE, _POSTGRES = ("receive", "decode", "queue", "answer"), ("copy", "roll-up")

Scatter = Callable[[np.random.Generator], float]


class MissingResults(LabError):
    """Measurements that a simulation needs are not there; the text says which."""


@dataclass(frozen=True)
class Report:
    """One shape of report. `seconds` of PostgreSQL's processor time, on one shard or on all of them."""

    weight: float
    seconds: float
    everywhere: bool = False


@dataclass(frozen=True)
class ServiceTimes:
    """Seconds; a curve gives them by number of events. Means or medians: `scatter` draws the factor around them."""

    client: Curve  # a client's own for a batch, where it shares the cores
    take: Curve  # a batch in the service
    settle: Curve  # waiting of a batch in the service that needs no core
    insert: Curve  # one COPY with its trigger, in PostgreSQL
    flush: Curve  # one flush of the write-ahead log
    log_bytes: float  # bytes of the write-ahead log for an event, compaction included
    segment_s: float  # additional time of a flush that needs a new segment of the log
    upkeep: float  # compaction, an event
    report: float  # a report in the service
    reports: tuple[Report, ...]
    scatter: Scatter


def measured(found: Mapping[str, Result]) -> ServiceTimes:
    """Read the newest result of each command. Raise MissingResults."""
    if missing := [what for what in NEEDED if what not in found]:
        raise MissingResults(f"there is no result of {', '.join(missing)}; adbench --help names the commands")
    stages, ingest, report = found["stages"], found["ingest"], found["report"]

    def steps(*names: str) -> dict[int, float]:
        sizes = sorted({int(each.labels["batch"]) for each in stages.measurements})
        return {size: sum(stages.value("stage", stage=name, batch=str(size)) for name in names) / 1e3 for size in sizes}

    took, spent = steps(*_SERVICE), processor_s(ingest, "service")
    return ServiceTimes(
        client=Curve(processor_s(ingest, "k6")),
        take=Curve(spent),
        settle=Curve({size: max(took[size] - spent[size], 0.0) for size in took.keys() & spent.keys()}),
        insert=Curve(steps(*_POSTGRES)),
        flush=Curve(steps("commit")),
        log_bytes=log_bytes(found["matrix"]),
        segment_s=SEGMENT_S,
        upkeep=_written(found["matrix"], "ingest.upkeep") / 1e6,
        report=_latency(report, "readyz") / 1_000,
        reports=tuple(
            Report(weight, (_latency(report, shape) - _latency(report, "readyz")) / 1_000, everywhere)
            for weight, shape, everywhere in REPORTS
        ),
        scatter=scatter(found["load-soak"]),
    )


def live(times: ServiceTimes, found: Mapping[str, Result]) -> ServiceTimes:
    """Return these times with a client that makes each body as it sends it.

    Nobody measured what that costs k6. By the utilisation law (demand = busy cores / throughput) it is what the rate
    of `adbench demo` leaves above the demand of service and PostgreSQL, if the cores are as busy there as in
    `adbench run ingest` with batches of the same size.
    """
    demo, ingest = found["demo"], found["ingest"]
    batch = demo.parameters["batch"]
    assert isinstance(batch, int)
    ours, client = (
        sum(processor_s(ingest, program)[batch] for program in programs) / batch
        for programs in (("service", "postgres"), ("k6",))
    )
    busy = ingest.value("ingest.rate", batch=str(batch), kind="plain") * (ours + client)
    left = busy / demo.value("ingest.rate") - ours
    return replace(times, client=Curve({size: left * size for size in (0, batch)}))


def processor_s(ingest: Result, program: str) -> dict[int, float]:
    """Return the processor seconds that a batch costs a program, by events in it."""
    return {
        int(each.labels["batch"]): each.value * int(each.labels["batch"]) / 1e6
        for each in ingest.select("ingest.processor", program=program, kind="plain")
    }


def log_bytes(matrix: Result) -> float:
    """Return the bytes of write-ahead log an event takes, compaction included."""
    return _written(matrix, "ingest.wal") + _written(matrix, "ingest.upkeep_wal")


def _written(matrix: Result, name: str) -> float:
    """Return a figure of writing into the default variant, at the smallest size."""
    found = matrix.select(name, variant=VARIANT, phase="ingest")
    if not found:
        raise MissingResults(f"the matrix has no {name} of {VARIANT}")
    return min(found, key=lambda each: int(each.labels["events"])).value


def _latency(report: Result, shape: str) -> float:
    """Return the median in ms when nobody writes, at the largest size."""
    # /readyz is asked beside totals and beside breakdowns; the latter leave colder caches.
    kind = {"kind": "totals"} if shape == "readyz" else {}
    found = report.select("latency", phase="idle", shape=shape, quantile="0.5", **kind)
    return max(found, key=lambda each: int(each.labels["events"])).value


def scatter(soak: Result) -> Scatter:
    """Draw a factor with median 1 whose p95 and p99 are those of the soak's batches, relative to their p50.

    Its logarithm is that of a normal variable, drawn out by straight lines through these points: a log-normal
    distribution with a longer tail. Beyond p99.9 it stays, because nothing was measured there; below the median it
    mirrors the line to p95, no lower than half.
    """
    normal = NormalDist()
    middle = soak.value("ingest.latency", quantile="0.5")
    z = np.array([0.0, *(normal.inv_cdf(float(quantile)) for quantile in ("0.95", "0.99"))])
    logs = np.log([soak.value("ingest.latency", quantile=quantile) / middle for quantile in ("0.5", "0.95", "0.99")])
    steep = (logs[2] - logs[1]) / (z[2] - z[1])
    last = normal.inv_cdf(0.999)
    xs = [-last, *z, last]
    ys = [max(-last * logs[1] / z[1], np.log(0.5)), *logs, logs[2] + steep * (last - z[2])]
    return lambda rng: float(np.exp(np.interp(rng.standard_normal(), xs, ys)))
