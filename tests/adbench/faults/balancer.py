"""One address before several services: each connection goes to the next of them that takes it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adbench.faults.system.service import Service


class Balancer:
    """`services` may change while it runs; connections that stand stay where they are, as with any balancer."""

    name = "balancer"

    def __init__(self, services: list[Service]) -> None:
        self.services = services
        self.address = ""
        self._turn = 0

    async def join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what a client sends, and what comes back, until both sides have ended."""
        for _ in range(len(self.services)):
            self._turn += 1
            try:
                there = await asyncio.open_connection("127.0.0.1", self.services[self._turn % len(self.services)].port)
            except ConnectionRefusedError:
                continue
            await asyncio.gather(_pass_on(reader, there[1]), _pass_on(there[0], writer))
            return
        writer.transport.abort()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass  # one side has gone: the other is told by the close
    finally:
        writer.close()


@asynccontextmanager
async def balanced(services: list[Service]) -> AsyncIterator[Balancer]:
    """Yield a balancer before the services, which listens while the block runs."""
    balancer = Balancer(services)
    server = await asyncio.start_server(balancer.join, "127.0.0.1")
    balancer.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield balancer
    finally:
        server.close()
