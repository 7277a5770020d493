"""A real HAProxy with the configuration that compose.yaml mounts: what it sends where, and what it never repeats."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest

from adbench.harness.process import free_port

CONFIGURATION = Path(__file__).parents[2] / "infra" / "haproxy" / "haproxy.cfg"
FOUND = "server-template api 20 api:8080 resolvers docker resolve-prefer ipv4 init-addr none"
HAPROXY = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
PATIENCE_S = 60

pytestmark = pytest.mark.skipif(HAPROXY is None, reason="haproxy is not installed (Debian: haproxy)")


class Backend:
    """Answers /readyz as it is told, counts everything else, and may break off instead of answering."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ready = True
        self.breaks_off = False
        self.requests = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                if head.startswith(b"GET /readyz"):
                    status = b"200 OK" if self.ready else b"503 Service Unavailable"
                else:
                    self.requests += 1
                    status = b"200 OK"
                    if self.breaks_off:
                        return writer.transport.abort()
                body = self.name.encode()
                writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the other side has gone
        finally:
            writer.close()


@asynccontextmanager
async def balancer(folder: Path, *backends: Backend, dead: int = 0) -> AsyncIterator[httpx.AsyncClient]:
    """HAProxy before the backends, and before `dead` ports on which nobody listens but which pass for ready."""
    assert HAPROXY is not None
    text, port = CONFIGURATION.read_text(), free_port()
    servers = [f"server {each.name} 127.0.0.1:{each.port}" for each in backends]
    ready = backends[0].port
    servers += [f"server dead{number} 127.0.0.1:{free_port()} port {ready}" for number in range(dead)]
    for word, instead in {"bind :8080": f"bind 127.0.0.1:{port}", FOUND: "\n  ".join(servers)}.items():
        assert word in text
        text = text.replace(word, instead)
    (folder / "haproxy.cfg").write_text(text)
    with (folder / "log").open("w") as log:
        command = [HAPROXY, "-W", "-db", "-f", str(folder / "haproxy.cfg")]
        process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S) as client:
            async with asyncio.timeout(PATIENCE_S):
                while not await answers(client):
                    await asyncio.sleep(0.05)
            yield client
    finally:
        process.terminate()
        await process.wait()


async def answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False  # it does not listen yet


@asynccontextmanager
async def backends(*names: str) -> AsyncIterator[list[Backend]]:
    async with AsyncExitStack() as stack:
        made = [Backend(name) for name in names]
        for each in made:
            server = await asyncio.start_server(each.serve, "127.0.0.1")
            stack.callback(server.close)
            each.port = server.sockets[0].getsockname()[1]
        yield made


async def test_requests_are_spread_over_those_that_are_ready(tmp_path: Path) -> None:
    """Each gets its share; one whose /readyz says 503 gets none, until it says 200 again."""
    async with backends("a", "b", "c") as three, balancer(tmp_path, *three) as client:
        assert {(await client.get("/x")).text for _ in range(6)} == {"a", "b", "c"}
        three[1].ready = False

        async def spread() -> set[str]:
            return {(await client.get("/x")).text for _ in range(6)}

        async with asyncio.timeout(PATIENCE_S):
            while await spread() != {"a", "c"}:
                await asyncio.sleep(0.05)
            three[1].ready = True
            while await spread() != {"a", "b", "c"}:
                await asyncio.sleep(0.05)


async def test_what_was_refused_goes_to_another(tmp_path: Path) -> None:
    """A service that has just ended refuses connections before its check notices: nobody sees that."""
    async with backends("a", "b") as two, balancer(tmp_path, *two, dead=2) as client:
        for _ in range(12):
            assert (await client.post("/events", content=b"")).status_code == 200
        assert sum(each.requests for each in two) == 12


async def test_what_may_have_arrived_is_never_repeated(tmp_path: Path) -> None:
    """A service breaks off after the request came: the client is told, and no other service gets it."""
    async with backends("a", "b") as two, balancer(tmp_path, *two) as client:
        for each in two:
            each.breaks_off = True
        for sent in range(1, 5):
            # On a connection that was used before, HAProxy breaks off as the service did.
            with suppress(httpx.RemoteProtocolError):
                assert (await client.post("/events", content=b"")).status_code == 502
            assert sum(each.requests for each in two) == sent
