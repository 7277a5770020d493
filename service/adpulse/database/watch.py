"""Look after the embedded PostgreSQL: start it again when it has ended, as after a kill or a full disk."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from adpulse.database.embedded import Cluster
from adpulse.database.errors import EmbeddedError

log = logging.getLogger(__name__)

LOOK_S = 1.0
MOST_S = 30.0  # between two attempts to start it; the first comes at once, each further one after twice as long


@contextmanager
def kept_running(cluster: Cluster) -> Iterator[None]:
    """Start the server of `cluster` again whenever it ends, until the end of the block."""
    over = threading.Event()
    thread = threading.Thread(target=_keep, args=(cluster, over), name="postgres", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _keep(cluster: Cluster, over: threading.Event) -> None:
    wait_s = LOOK_S
    said = ""
    while not over.wait(wait_s):
        if cluster.accepts():
            wait_s = LOOK_S
            continue
        if not said:
            log.error("the embedded PostgreSQL has ended; starting it again")
        try:
            cluster.start()
        except EmbeddedError as error:
            wait_s = min(wait_s * 2, MOST_S)
            if str(error) != said:
                said = str(error)
                log.error("the embedded PostgreSQL does not start, will try again: %s", error)
        else:
            wait_s = LOOK_S
            said = ""
            log.warning("the embedded PostgreSQL runs again")
