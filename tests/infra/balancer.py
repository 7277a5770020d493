"""A real HAProxy with the configuration that compose.yaml mounts, before backends that do as they are told."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from adbench.harness.process import free_port
from tests.patience import PATIENCE_S, until

CONFIGURATION = Path(__file__).parents[2] / "infra" / "haproxy" / "haproxy.cfg"
FOUND = "server-template api 20 api:8080 resolvers docker resolve-prefer ipv4 init-addr none"
ALIVE = FOUND.replace("api 20 api:", "alive 20 api-alive:") + " no-check backup"
HAPROXY = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

needs_haproxy = pytest.mark.skipif(HAPROXY is None, reason="haproxy is not installed (Debian: haproxy)")


class Backend:
    """Answers /readyz as it is told, counts everything else, and may break off instead of answering."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ready = True
        self.breaks_off = False
        self.frozen = False
        self.status = b"200 OK"
        self.requests = 0
        self.port = 0
        self.server: asyncio.Server | None = None

    async def listen(self) -> None:
        """Take connections, on the same port each time."""
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    def refuse(self) -> None:
        """Take no more connections."""
        if self.server is not None:
            self.server.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                if head.startswith(b"GET /readyz"):
                    status = b"200 OK" if self.ready else b"503 Service Unavailable"
                else:
                    self.requests += 1
                    status = self.status
                    if self.breaks_off:
                        return writer.transport.abort()
                    while self.frozen and not reader.at_eof():
                        await asyncio.sleep(0.05)
                body = self.name.encode()
                writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the other side has gone
        finally:
            writer.close()


@asynccontextmanager
async def balancer(
    folder: Path, *backends: Backend, dead: int = 0, patience_s: int = 30, report_s: int = 30, clients: int = 2000
) -> AsyncIterator[httpx.AsyncClient]:
    """Run HAProxy before the backends, and before `dead` ports that pass for ready but have no listener."""
    assert HAPROXY is not None
    text, port = CONFIGURATION.read_text(), free_port()
    servers = [f"server {each.name} 127.0.0.1:{each.port}" for each in backends]
    ready = backends[0].port
    servers += [f"server dead{number} 127.0.0.1:{free_port()} port {ready}" for number in range(dead)]
    alive = [f"server alive-{each.name} 127.0.0.1:{each.port} no-check backup" for each in backends]
    # Longest first: one is the beginning of the other.
    named = {ALIVE: "\n  ".join(alive), FOUND: "\n  ".join(servers), "retries 30": f"retries {patience_s}"}
    named["set-timeout server 30s"] = f"set-timeout server {report_s}s"
    named |= {"maxconn 2000": f"maxconn {clients}", "maxconn 2100": f"maxconn {clients + 100}"}
    binds = {"bind :8080": f"bind 127.0.0.1:{port}", "bind :8405": f"bind 127.0.0.1:{free_port()}"}
    binds["127.0.0.1:8406"] = f"127.0.0.1:{free_port()}"
    for word, instead in {**binds, **named}.items():
        assert word in text
        text = text.replace(word, instead)
    (folder / "haproxy.cfg").write_text(text)
    with (folder / "log").open("w") as log:
        command = [HAPROXY, "-W", "-db", "-f", str(folder / "haproxy.cfg")]
        process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S) as client:
            await until(lambda: answers(client))
            yield client
    finally:
        process.terminate()
        await process.wait()


async def tell(folder: Path, order: str) -> str:
    """Give an order to the balancer of the folder as infra/upgrade.sh does, and return the answer."""
    port = re.search(r"stats socket ipv4@127\.0\.0\.1:(\d+)", (folder / "haproxy.cfg").read_text())
    assert port is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", int(port[1]))
    writer.write(f"{order}\n".encode())
    answer = await reader.read()
    writer.close()
    return answer.decode()


async def exported(client: httpx.AsyncClient, folder: Path, **params: list[str]) -> str:
    """Return what Prometheus is told by the balancer of the folder."""
    port = re.search(r"frontend exporter\s+bind 127\.0\.0\.1:(\d+)", (folder / "haproxy.cfg").read_text())
    assert port is not None
    return (await client.get(f"http://127.0.0.1:{port[1]}/metrics", params=params)).text


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
            await each.listen()
            stack.callback(each.refuse)
        yield made
