"""Many new connections are taken in a turn, and a slow start of a worker is waited for."""

import asyncio
import socket

import uvloop
from uvicorn import Config

from adpulse.settings import Settings
from adpulse.web import server as web_server
from adpulse.web.protocol import Protocol
from tests.adpulse.web.connection import QUICK
from tests.patience import PATIENCE_S


def test_many_new_connections_are_taken_in_a_turn() -> None:
    """A new connection does not wait one turn for each other one, in uvloop's loop, which the service uses."""
    many, turns = 64, 0

    async def run() -> None:
        nonlocal turns
        config = Config(QUICK, port=0, http=Protocol, ws="none", lifespan="off", log_level="critical")
        server = web_server.Server(config)
        task = asyncio.create_task(server.serve())
        async with asyncio.timeout(PATIENCE_S):
            while not server.started:
                await asyncio.sleep(0.01)
            address = ("127.0.0.1", server.servers[0].sockets[0].getsockname()[1])
            clients = [socket.create_connection(address) for _ in range(many)]
            while len(server.server_state.connections) < many:
                turns += 1
                await asyncio.sleep(0)
            for client in clients:
                client.close()
            server.should_exit = True
            await task

    uvloop.run(run())
    assert turns < many / 2


def test_a_worker_that_starts_slowly_is_not_ended() -> None:
    """On a busy machine the imports of a worker take longer than the 5 s that uvicorn gives it by default."""
    config = Config(web_server.WORKER, **web_server.options(Settings()))
    assert config.timeout_worker_healthcheck >= 30
