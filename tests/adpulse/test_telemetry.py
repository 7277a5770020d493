"""The page /metrics, with one worker and with several."""

import math
import os
import subprocess
import sys
import time
from pathlib import Path

from prometheus_client import REGISTRY

from adpulse import telemetry
from adpulse.database.connections import Connection
from adpulse.maintenance import gauges
from tests.patience import until
from tests.services import Serve

RECORD = "from adpulse import telemetry; telemetry.QUEUED.set(7); telemetry.BATCHES.inc()"


def test_a_dead_worker_leaves_its_counts_but_not_its_queue(tmp_path: Path) -> None:
    """Counters add up over all workers there ever were; a gauge of the queue only over those that live."""
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", RECORD], env=environment, check=True)
    assert list(tmp_path.glob("gauge_live*_*.db"))
    page = telemetry.page(str(tmp_path))[0].decode()
    assert "adpulse_ingest_batches_total 1.0" in page
    assert "adpulse_ingest_queue_events 7.0" not in page


async def test_the_queue_is_read_off_beside_the_requests() -> None:
    """Events that wait and the age of the oldest are gauges; an empty queue has no age."""
    queue: list[tuple[int, float | None]] = [(7, time.monotonic() - 100)]
    reading = gauges.QueueGauges(lambda: queue[0])
    await reading.start()
    await until(lambda: telemetry.QUEUED.collect()[0].samples[0].value == 7)
    assert telemetry.QUEUE_AGE.collect()[0].samples[0].value >= 100
    queue[0] = (0, None)
    await until(lambda: telemetry.QUEUED.collect()[0].samples[0].value == 0)
    assert telemetry.QUEUE_AGE.collect()[0].samples[0].value == 0
    await reading.stop()


async def test_the_maintainer_reads_gauges_of_the_database(serve: Serve, url: str, connection: Connection) -> None:
    """Size, partitions and waiting deltas are what the database says; they are unknown where maintenance has ended."""
    gauges.forget_database()
    assert math.isnan(REGISTRY.get_sample_value("adpulse_partitions") or 0)
    await serve(url)
    partitions = await connection.fetchval("SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass")
    await until(lambda: REGISTRY.get_sample_value("adpulse_rollup_delta_rows") == 0)
    assert REGISTRY.get_sample_value("adpulse_partitions") == partitions
    assert (REGISTRY.get_sample_value("adpulse_database_bytes") or 0) > 1_000_000
    age = time.time() - (REGISTRY.get_sample_value("adpulse_maintenance_last_success_timestamp_seconds") or 0)
    assert age < 60


async def test_waiting_deltas_are_counted(connection: Connection) -> None:
    """The gauge counts what compaction has not moved yet."""
    await connection.execute(
        "INSERT INTO events (ts, campaign_id, user_id, event_type) "
        "SELECT now(), 'C' || n, 'U', 'click' FROM generate_series(1, 5) AS n"
    )
    await gauges.read_database(connection)
    assert REGISTRY.get_sample_value("adpulse_rollup_delta_rows") == 5
    gauges.forget_database()
