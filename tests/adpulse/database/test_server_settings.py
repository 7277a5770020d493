"""The settings of the embedded PostgreSQL."""

from pathlib import Path

import pytest

from adpulse.database import server_settings
from adpulse.database.connections import connect
from adpulse.database.embedded import Cluster


@pytest.mark.parametrize(("least", "used"), [(0, "posix"), (1 << 62, "sysv")])
async def test_a_small_dev_shm_is_left_alone(
    home: Path, monkeypatch: pytest.MonkeyPatch, least: int, used: str
) -> None:
    """A container has 64 MB there, which a few parallel queries fill."""
    monkeypatch.setattr(server_settings, "SHM_BYTES", least)
    with Cluster(home / "server", shared_buffers="16MB", max_connections="20", fsync="off").in_use() as url:
        connection = await connect(url)
        try:
            assert await connection.fetchval("SHOW dynamic_shared_memory_type") == used
            await connection.execute("SET debug_parallel_query = on")
            assert await connection.fetchval("SELECT sum(n) FROM generate_series(1, 1000) AS n") == 500_500
        finally:
            await connection.close()
