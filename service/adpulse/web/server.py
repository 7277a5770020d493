"""Serve the application with uvicorn, in one process or in several."""

import asyncio
import os
import socket
import sys
from contextlib import nullcontext, suppress
from typing import Any

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from adpulse.settings import Settings
from adpulse.terminal import LogFormatter
from adpulse.web.protocol import Protocol
from adpulse.web.worker_metrics import shared_metrics

# Number of new connections accepted in one turn of the event loop. libuv accepts one from each listening socket, so
# there are as many duplicates of it. With one, the last of a hundred new clients waits for a hundred long turns.
ACCEPTS = 8

WORKER = "adpulse.web.worker:create_worker"  # by name: not imported here


def options(settings: Settings) -> dict[str, Any]:
    """Return what uvicorn is told, with one worker or with several."""
    return {
        "factory": True,
        "host": settings.host,
        "port": settings.port,
        "http": Protocol,
        "ws": "none",  # not supported, so that it needs no limits
        "log_level": settings.log_level,
        "log_config": _log_config(settings.log_level.upper()),
        "proxy_headers": False,  # nothing here depends on the client address behind a proxy
        "access_log": False,  # /metrics counts requests; a line each costs more than the request
        "server_header": False,
        "timeout_keep_alive": settings.keep_alive_s,
        "timeout_graceful_shutdown": int(settings.shutdown_s),
        # A worker that is slow to start is not dead; uvicorn's 5 s end each one on a busy machine.
        "timeout_worker_healthcheck": 60,
    }


def _log_config(level: str) -> dict[str, Any]:
    """Return the logging of every process, workers included: uvicorn's lines look as all others do."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": LogFormatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
    }


def serve(settings: Settings) -> None:
    """Serve until a signal says to stop."""
    several = settings.workers > 1
    with shared_metrics() if several else nullcontext():
        if several:
            config = uvicorn.Config(WORKER, workers=settings.workers, **options(settings))
            listening = config.bind_socket()
            _Parent(config, sockets=[listening, *(listening.dup() for _ in range(ACCEPTS - 1))]).run()
        else:
            server = Server(uvicorn.Config(WORKER, **options(settings)))
            with suppress(KeyboardInterrupt):  # uvicorn has stopped in good order
                server.run()
            if not server.started:
                sys.exit(STARTUP_FAILURE)


class Server(uvicorn.Server):
    """uvicorn's server, which takes ACCEPTS new connections in a turn of the event loop."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        loop = asyncio.get_running_loop()

        def protocol() -> Protocol:
            return Protocol(self.config, self.server_state, self.lifespan.state)

        for listening in [sock for server in self.servers for sock in server.sockets]:
            for _ in range(ACCEPTS - 1):
                again = socket.socket(fileno=os.dup(listening.fileno()))
                self.servers.append(await loop.create_server(protocol, sock=again, backlog=self.config.backlog))


class _Parent(Multiprocess):
    """uvicorn's parent of several processes, which at a stop lets go of the port as they do.

    While it holds the port, the kernel takes connections that no process accepts any more, and resets them in the end.
    To a balancer those are requests that may have arrived, so it answers 502; one that is refused goes elsewhere.
    """

    def terminate_all(self) -> None:
        for sock in self.sockets:
            sock.close()
        super().terminate_all()
