"""The proxy sees when a commit passes, and does at that moment what it is told."""

import asyncio
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from adbench.faults.system.proxy import AtCommit, Frontend, Proxy
from tests.patience import until
from tests.servers import Server


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


SSL = struct.pack("!ii", 8, 80877103)
START = struct.pack("!ii", 22, 196608) + b"user\0postgres\0"
BEGIN, COMMIT = message(b"Q", b"BEGIN;\0"), message(b"Q", b"COMMIT;\0")
COPY = message(b"Q", b"COPY events FROM STDIN (FORMAT binary)\0")
DATA = message(b"d", b"Q" * 300)
DONE = message(b"c")


@pytest.mark.parametrize("size", [1, 3, 7, 64, 100_000])
def test_commits_are_found_in_every_division_of_the_stream(size: int) -> None:
    """COMMIT, and CopyDone outside of a transaction; not one inside, and not bytes of data that look like them."""
    stream = SSL + START + COPY + DATA + DONE + BEGIN + COPY + DATA + DONE + COMMIT + COPY + DATA + DONE
    frontend = Frontend()
    ends = [at + stop for at in range(0, len(stream), size) for _, stop in frontend.commits(stream[at : at + size])]
    first = len(SSL + START + COPY + DATA + DONE)
    second = first + len(BEGIN + COPY + DATA + DONE + COMMIT)
    assert ends == [first, second, len(stream)]


@pytest.fixture
async def proxy(server: Server) -> AsyncIterator[Proxy]:
    proxy = Proxy(Path(server.url().partition("?host=")[2]) / ".s.PGSQL.5432")
    await proxy.start()
    yield proxy
    await proxy.stop()


@pytest.mark.parametrize(
    ("what", "stored"), [(AtCommit.DROP, 0), (AtCommit.CUT, 1), (AtCommit.RESET, None), (AtCommit.STALL, 1)]
)
async def test_harm_is_done_at_the_commit(proxy: Proxy, url: str, what: AtCommit, stored: int | None) -> None:
    """A dropped commit stores nothing, one whose answer is cut off or late is stored; reset, it may be either."""
    connection = await asyncpg.connect(proxy.url(url.partition("@/")[2].partition("?")[0]))
    await connection.execute("CREATE TABLE written (n int)")
    waiting = asyncio.create_task(proxy.at_commit(what, stall_s=0.2, wait_s=60))
    await asyncio.sleep(0)
    write = connection.copy_records_to_table("written", records=[(1,)])
    if what is AtCommit.STALL:
        assert await write == "COPY 1"
    else:
        with pytest.raises((OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)):
            await write
    assert await waiting
    connection.terminate()
    looking = await asyncpg.connect(url)
    others = "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    await until(lambda: looking.fetchval(others))
    found = await looking.fetchval("SELECT count(*) FROM written")
    assert found == stored or stored is None
    await looking.close()
