"""The Prometheus registry: the counters and timers of the service, and the page that shows them."""

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
    values,
)
from prometheus_client.samples import Sample

from adpulse import tally
from adpulse.tally import CounterTally, HistogramTally

if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
    # prometheus_client asks for the process id with every sample, in case the process was forked. Ours never are, and a
    # system call for each sample costs too much.
    values.ValueClass = values.MultiProcessValue(process_identifier=cache(os.getpid))  # type: ignore[no-untyped-call]  # untyped there

# One edge is at 0.2 s, the report target, so that the share of reports within it is exact.
SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
SIZES = (1, 10, 100, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)

REQUESTS = Counter("adpulse_http_requests_total", "Requests answered", ["method", "route", "status"])
LATENCY = Histogram("adpulse_http_request_duration_seconds", "Time to the answer", ["method", "route"], buckets=SECONDS)
CUT = Counter(
    "adpulse_http_connections_cut_total",
    "Connections ended because the peer does not read (unread), all keep too much (memory) or there are too many "
    "(connections)",
    ["reason"],
)
KEYS_READ = Gauge(
    "adpulse_keys_read_timestamp_seconds",
    "When the keys were last read; one revoked since then still works",
    multiprocess_mode="livemin",
)

EVENTS = Counter("adpulse_events_total", "Events by outcome", ["outcome"])
REJECTED = Counter("adpulse_events_rejected_total", "Rejected events by the code of the reason", ["code"])
UNREADABLE = Counter(
    "adpulse_ingest_unreadable_total",
    "Requests whose body cannot be read as a batch, by the code of the reason",
    ["code"],
)
BATCHES = Counter("adpulse_ingest_batches_total", "Batches taken into the queue")
REFUSED = Counter("adpulse_ingest_refused_total", "Batches answered with 503", ["reason"])
QUEUED = Gauge("adpulse_ingest_queue_events", "Events waiting to be written", multiprocess_mode="livesum")
QUEUE_AGE = Gauge(
    "adpulse_ingest_queue_age_seconds", "How long the oldest of them has waited", multiprocess_mode="livemax"
)
QUEUE_WAIT = Histogram(
    "adpulse_ingest_queue_wait_seconds",
    "Time in the queue, of the first batch of a group",
    buckets=SECONDS,
)
GROUP_SIZE = Histogram("adpulse_ingest_group_events", "Events in one transaction", buckets=SIZES)
COMMIT = Histogram(
    "adpulse_ingest_commit_duration_seconds", "Time of one transaction, commit included", buckets=SECONDS
)
SPLIT = Counter("adpulse_ingest_split_groups_total", "Groups that failed and were written piece by piece")

POOL_WAIT = Histogram("adpulse_report_pool_wait_seconds", "Time until a report has a connection", buckets=SECONDS)
STATEMENT = Histogram(
    "adpulse_report_statement_duration_seconds", "Time of a report's statement", ["variant"], buckets=SECONDS
)

REPLICA_LAG = Gauge(
    "adpulse_replica_lag_seconds",
    "Upper bound of the age of the replica's data, as last seen",
    multiprocess_mode="livemax",
)
REPLICA_AWAY = Gauge(
    "adpulse_replica_away",
    "1 while the replica does not answer, or is not a copy of the primary",
    multiprocess_mode="livemax",
)
FALLBACKS = Counter(
    "adpulse_report_fallbacks_total",
    "Reports read from the primary because the replica was behind (lag), did not answer (away, failed), has no "
    "heartbeat (unknown) or is not a copy of the primary (foreign)",
    ["reason"],
)

MAINTENANCE = Histogram(
    "adpulse_maintenance_duration_seconds",
    "Time of a round of maintain.sql (compaction)",
    ["variant"],
    buckets=SECONDS,
)
MAINTENANCE_FAILURES = Counter("adpulse_maintenance_failures_total", "Rounds of maintain.sql that failed")
MAINTENANCE_STEP_FAILURES = Counter(
    "adpulse_maintenance_step_failures_total",
    "Steps of upkeep that failed and will be tried again; the others ran",
    ["step"],
)
MAINTENANCE_WARNINGS = Counter(
    "adpulse_maintenance_warnings_total",
    "Warnings of maintain.sql, such as values that share a row; the log has the text",
)
# Only the process that holds the maintenance lock has a value; others have NaN. Take the max over all instances.
MAINTAINED = Gauge(
    "adpulse_maintenance_last_success_timestamp_seconds",
    "When a round last succeeded; roll-ups lag behind by the time since (reports do not: they add the deltas)",
    multiprocess_mode="livemostrecent",
)
DELTAS = Gauge("adpulse_rollup_delta_rows", "Deltas that wait for compaction", multiprocess_mode="livemostrecent")
FOLDED = Gauge(
    "adpulse_folded_dimensions",
    'Dimensions of which some values share the row "(other)", being too many or too long',
    multiprocess_mode="livemostrecent",
)
PARTITIONS = Gauge("adpulse_partitions", "Partitions of the table events", multiprocess_mode="livemostrecent")
DURABILITY_RISKS = Gauge(
    "adpulse_durability_risks",
    "Settings and UNLOGGED tables that let a crash lose acknowledged events; /readyz names them",
    multiprocess_mode="livemostrecent",
)
OLDEST_TRANSACTION = Gauge(
    "adpulse_oldest_transaction_seconds",
    "Time for which the oldest writing transaction has been seen open; the log names its process and application",
    multiprocess_mode="livemostrecent",
)
DATABASE_BYTES = Gauge("adpulse_database_bytes", "Size of the database on disk", multiprocess_mode="livemostrecent")


@cache
def request_meters(method: str, route: str, status: int) -> tuple[Callable[[], None], Callable[[float], None]]:
    """Return what counts a request and what observes its seconds; cached, as finding a metric by labels is slow.

    The caller sees to it that there are few different arguments.
    """
    count, seconds = REQUESTS.labels(method, route, str(status)), LATENCY.labels(method, route)
    return CounterTally(count).inc, HistogramTally(seconds).observe


def page(multiprocess_dir: str | None) -> tuple[bytes, str]:
    """Return the text of /metrics and its content type; with several workers, the sum over all of them."""
    return generate_latest(_registry(multiprocess_dir)), CONTENT_TYPE_LATEST


def samples(multiprocess_dir: str | None) -> Iterator[Sample]:
    """Yield every sample that `page` shows."""
    for family in _registry(multiprocess_dir).collect():
        yield from family.samples


def _registry(multiprocess_dir: str | None) -> CollectorRegistry:
    tally.write()
    if not multiprocess_dir:
        return REGISTRY
    _forget_the_dead(Path(multiprocess_dir))
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry, path=multiprocess_dir)  # type: ignore[no-untyped-call]  # untyped there
    return registry


def _forget_the_dead(folder: Path) -> None:
    """Drop the live gauges of workers that have ended: the queue of a crashed worker is gone."""
    for path in folder.glob("gauge_live*_*.db"):
        pid = int(path.stem.rsplit("_", 1)[1])
        try:
            os.kill(pid, 0)  # signal 0 only checks that the process exists
        except ProcessLookupError:
            multiprocess.mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]  # untyped there
