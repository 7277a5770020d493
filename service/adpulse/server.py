"""Serving the application with uvicorn: processes, their metrics, and an answer in one piece."""

import gc
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from adpulse.app import create_app
from adpulse.settings import Settings

# Collections that visit everything come once in so many objects; what a request leaves behind is seldom a cycle.
GC_THRESHOLDS = (50_000, 20, 50)


class _Answer:
    """The transport of one answer, which holds the head back until the body follows.

    uvicorn writes head and body apart. Each is a system call here, and a packet that wakes the client up: together a
    tenth of what a request with one event costs (docs/decisions/0014).
    """

    __slots__ = ("_head", "_transport")

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._head: bytes | None = None  # not come yet; b"": gone

    def write(self, data: bytes) -> None:
        """As of asyncio's transports. The first piece is the head, except for "100 Continue", which is urgent."""
        if self._head is None:
            if data.startswith(b"HTTP/1.1 100 "):
                self._transport.write(data)
            else:
                self._head = data
        else:
            self._transport.write(self._head + data if self._head else data)
            self._head = b""

    def close(self) -> None:
        """As of asyncio's transports."""
        if self._head:
            self._transport.write(self._head)
            self._head = b""
        self._transport.close()

    def is_closing(self) -> bool:
        """As of asyncio's transports."""
        return bool(self._transport.is_closing())


class Protocol(HttpToolsProtocol):
    """uvicorn's HTTP, with each answer in one piece where it has one."""

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        cycle.transport = _Answer(cycle.transport)  # type: ignore[assignment]  # what a cycle uses of a transport
        super()._start_asgi_task(cycle, app)


def serve(settings: Settings) -> None:
    """Serve until a signal says to stop."""
    several = settings.workers > 1
    with _shared_metrics() if several else nullcontext():
        uvicorn.run(
            "adpulse.server:create_worker",
            factory=True,
            host=settings.host,
            port=settings.port,
            http=Protocol,
            workers=settings.workers if several else None,
            log_level=settings.log_level,
            access_log=False,  # /metrics counts requests; a line each costs more than the request
            server_header=False,
            timeout_keep_alive=settings.keep_alive_s,
            timeout_graceful_shutdown=int(settings.shutdown_s),
        )


def create_worker() -> FastAPI:
    """The application in a process of its own, or in the only one."""
    if (parent := multiprocessing.parent_process()) is not None:
        # It stops when its parent is killed and so cannot stop it.
        def follow() -> None:
            parent.join()
            os.kill(os.getpid(), signal.SIGTERM)

        threading.Thread(target=follow, name="parent", daemon=True).start()
    app = create_app()
    # What is here now stays until the end: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    return app


@contextmanager
def _shared_metrics() -> Iterator[None]:
    """The folder through which workers add up their metrics; prometheus_client reads its name when it is imported."""
    folder = tempfile.mkdtemp(prefix="adpulse-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
