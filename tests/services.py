"""Services in the process of the tests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from adpulse.settings import Settings
from adpulse.web.app import create_app
from tests.patience import PATIENCE_S, PATIENT

Client = httpx.AsyncClient
Serve = Callable[..., Awaitable[Client]]


@asynccontextmanager
async def services() -> AsyncIterator[Serve]:
    """Yield `await serve(url, max_events=3)` -> a client of the service, in this process, ready to write."""
    async with AsyncExitStack() as stack:

        async def start(url: str, **settings: object) -> Client:
            app = create_app(Settings(database_url=url, **{**PATIENT, **settings}))
            await stack.enter_async_context(app.router.lifespan_context(app))
            client = Client(transport=httpx.ASGITransport(app=app), base_url="http://localhost", timeout=PATIENCE_S)
            await stack.enter_async_context(client)
            async with asyncio.timeout(PATIENCE_S):
                while (await client.get("/readyz")).status_code != 200:
                    await asyncio.sleep(0.02)
            return client

        yield start
