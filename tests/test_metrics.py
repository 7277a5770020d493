"""Metrics of several workers."""

import os
import subprocess
import sys
from pathlib import Path

from adpulse import metrics

RECORD = "from adpulse import metrics; metrics.QUEUED.set(7); metrics.BATCHES.inc()"


def test_a_dead_worker_leaves_its_counts_but_not_its_queue(tmp_path: Path) -> None:
    """Counters add up over all workers there ever were; a gauge of the queue only over those that live."""
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", RECORD], env=environment, check=True)
    assert list(tmp_path.glob("gauge_live*_*.db"))
    page = metrics.page(str(tmp_path))[0].decode()
    assert "adpulse_ingest_batches_total 1.0" in page
    assert "adpulse_ingest_queue_events 7.0" not in page
