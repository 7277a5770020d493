"""The measure of how soon an event is acknowledged after an outage."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from adbench.faults.traffic.journal import Batch, Kind
from adbench.faults.traffic.recovery import Knock, measure

EVENT = Batch(7, Kind.KEYED, 1, (1, 0, 0, 0, 0))


@asynccontextmanager
async def postgres(path: Path, refusals: int) -> AsyncIterator[list[bytes]]:
    """Run a server that says `refusals` times that it is starting up; yield its answers."""
    answers: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        size = int.from_bytes(await reader.readexactly(4))
        assert b"\0events\0" in await reader.readexactly(size - 4)
        answers.append(b"E" if len(answers) < refusals else b"R")
        writer.write(answers[-1])
        writer.close()

    async with await asyncio.start_unix_server(talk, path):
        yield answers


@asynccontextmanager
async def service(ready: Callable[[], bool]) -> AsyncIterator[tuple[int, list[int]]]:
    """Run a service that takes events when it is ready; yield its port, and the statuses of its answers."""
    statuses: list[int] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                assert json.loads(await reader.readexactly(length)) == {"events": []}
                statuses.append(200 if ready() else 503)
                writer.write(b"HTTP/1.1 %d X\r\ncontent-length: 2\r\n\r\n{}" % statuses[-1])
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], statuses


def knock(port: int) -> Knock:
    return Knock(EVENT, port, b'{"events":[]}', {"Content-Type": "application/json"})


async def test_it_ends_with_the_first_acknowledgement_of_any_service(tmp_path: Path) -> None:
    """The server refuses first; one service never comes back, the other some requests after the server."""
    path = tmp_path / "s"
    async with postgres(path, 3) as said, service(lambda: False) as (never, _):
        asked = 0

        def later() -> bool:
            nonlocal asked
            asked += b"R" in said
            return asked > 5

        async with service(later) as (port, statuses):
            found = await asyncio.to_thread(measure, path, "events", [knock(never), knock(port)], 60)
    assert said == [b"E"] * 3 + [b"R"]
    assert statuses.count(200) == 1
    assert found.acknowledged is not None
    assert found.accepted < found.acknowledged
    assert found.batches == [EVENT]
    assert found.seconds is not None
    assert 0 < found.seconds <= found.acknowledged - found.accepted


async def test_a_measurement_without_an_acknowledgement_gives_up(tmp_path: Path) -> None:
    """It gives up in the end."""
    path = tmp_path / "s"
    async with postgres(path, 0), service(lambda: False) as (port, _):
        found = await asyncio.to_thread(measure, path, "events", [knock(port)], 0.3)
    assert found.acknowledged is None
    assert found.seconds is None
