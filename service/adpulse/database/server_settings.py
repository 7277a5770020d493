"""The settings of the embedded PostgreSQL."""

import shutil
import sys
from pathlib import Path

# Given at every start, so that a data directory made by an older version gets them too.
SERVER_SETTINGS = {
    "listen_addresses": "",  # the socket only: no port to clash, nothing reachable from outside
    "shared_buffers": "512MB",
    "max_connections": "100",
    "max_wal_size": "4GB",  # a checkpoint every few minutes under load, not every few seconds
    "checkpoint_timeout": "15min",
    "wal_compression": "off",  # the wheel is built without lz4, and pglz costs more than it saves
    "effective_io_concurrency": "16",
    "random_page_cost": "1.1",  # solid-state disks
    "work_mem": "32MB",  # a report groups its rows in memory
    "autovacuum_naptime": "10s",  # roll-up tables change fast
    "log_min_messages": "warning",
}

SHM_BYTES = 512 << 20  # work_mem of the workers of some reports at a time


def shared_memory() -> dict[str, str]:
    """Return the setting that keeps parallel queries out of /dev/shm where it has less than SHM_BYTES free.

    A container has 64 MB there. A report would fail, or the server would not even start.
    """
    shm = Path("/dev/shm")  # noqa: S108 — PostgreSQL's place, which is only looked at
    if not sys.platform.startswith("linux") or (shm.exists() and shutil.disk_usage(shm).free >= SHM_BYTES):
        return {}
    return {"dynamic_shared_memory_type": "sysv"}
