"""Services in the process of the tests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
from starlette.types import ASGIApp
from uvicorn import Config, Server

from adpulse.settings import Settings
from adpulse.web.app import create_app
from adpulse.web.protocol import Protocol
from tests.patience import PATIENCE_S, PATIENT, until

Client = httpx.AsyncClient
Serve = Callable[..., Awaitable[Client]]


@asynccontextmanager
async def listening(app: ASGIApp, ready: Callable[[], object] = lambda: True, **options: Any) -> AsyncIterator[int]:
    """Yield the port of a server of `app` in this event loop, once it has started and is `ready`; stop it at the end.

    `options` are those of uvicorn's Config.
    """
    server = Server(Config(app, port=0, **{"http": Protocol, "log_level": "critical", **options}))
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started and ready())
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def services() -> AsyncIterator[Serve]:
    """Yield `await serve(url, max_events=3)` -> a client of the service, in this process, ready to write."""
    async with AsyncExitStack() as stack:

        async def start(url: str, **settings: object) -> Client:
            app = create_app(Settings(database_url=url, **{**PATIENT, **settings}))
            await stack.enter_async_context(app.router.lifespan_context(app))
            client = Client(transport=httpx.ASGITransport(app=app), base_url="http://localhost", timeout=PATIENCE_S)
            await stack.enter_async_context(client)
            await until(lambda: client.get("/readyz"), lambda reply: reply.status_code == 200)
            return client

        yield start
