"""Free space for the embedded PostgreSQL. A server that ends on a full disk rarely says so."""

import errno
import shutil
from pathlib import Path

import asyncpg

FULL = (errno.ENOSPC, errno.EDQUOT)
# PostgreSQL writes its log ahead (WAL) in files of 16 MiB, and ends where it cannot make the next one.
_LEAST_BYTES = 2 * 16 << 20
ADVICE = "make room, or name another folder with ADPULSE_DATA_DIR"


def is_full(error: BaseException) -> bool:
    """Return True if the error itself says that a disk is full."""
    return isinstance(error, asyncpg.DiskFullError) or (isinstance(error, OSError) and error.errno in FULL)


def shortage(directory: Path) -> str | None:
    """Return a sentence that names the lack of space under `directory` and what to do; None while there is enough."""
    try:
        free = shutil.disk_usage(directory).free
    except OSError:  # a missing folder is another error
        return None
    if free >= _LEAST_BYTES:
        return None
    return f"the disk is full ({free / 1e6:,.0f} MB left under {directory}): {ADVICE}"
