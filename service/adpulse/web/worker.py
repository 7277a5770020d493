"""The process that answers requests: uvicorn's only one, or each of several.

Only it imports the application, which is half of the time that a start takes. A command, and the parent of several
workers, does without: a service that is replaced is back sooner.
"""

import gc
import multiprocessing
import os
import signal
import threading

from fastapi import FastAPI

from adpulse.web.app import create_app
from adpulse.web.protocol import Protocol

# Full collections run once in so many objects; requests seldom leave cycles behind.
GC_THRESHOLDS = (50_000, 20, 50)


def create_worker() -> FastAPI:
    """Return the application, in a process of its own or in the only one."""
    if (parent := multiprocessing.parent_process()) is not None:
        # A worker stops by itself when its parent is killed.
        def follow() -> None:
            parent.join()
            os.kill(os.getpid(), signal.SIGTERM)

        threading.Thread(target=follow, name="parent", daemon=True).start()
    app = create_app()
    Protocol.head_timeout_s = app.state.settings.head_timeout_s
    # The objects that exist now stay until the end, so the collector need not look at them again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    return app
