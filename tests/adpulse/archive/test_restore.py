"""Days come back whole or not at all, and only from the files that were written."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from adpulse.archive import export, restore
from adpulse.archive import manifest as archived
from adpulse.archive.manifest import ArchiveError
from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.variants import catalogue, migrate, verify
from tests.adpulse.archive.conftest import BEFORE, FIRST, LAST, Killed, dying_at, fill, stored, until_freed
from tests.servers import CLUSTERS, NewDatabase

RELEASE = Path(__file__).parent / "release_10"
BACK = ["checked", "prepared", "loaded", "restored"]


@pytest.mark.parametrize("last", BACK)
async def test_a_restore_killed_at_any_step_can_be_run_again(url: str, tmp_path: Path, last: str) -> None:
    """A day is back whole or not at all, and a day that is back is no reason to refuse the others."""
    async with archived.session(url) as connection:
        await fill(connection)
        before = await stored(connection)
        days = [each.day for each in await export.archive(connection, BEFORE, tmp_path)]
        with pytest.raises(Killed):
            await restore.restore(connection, tmp_path, step=dying_at(last))
        connection.terminate()
    await until_freed(url)
    async with archived.session(url) as connection:
        assert (await verify.verify(connection, catalogue.find("rollup"))).exact
        assert set(await restore.restore(connection, tmp_path, days)) <= set(days)
        assert await restore.restore(connection, tmp_path, days) == {}
        with pytest.raises(ArchiveError, match=f"not archived from this database: {BEFORE}"):
            await restore.restore(connection, tmp_path, [BEFORE, *days])
        assert await stored(connection) == before
        assert (await verify.verify(connection, catalogue.find("rollup"))).exact


async def test_a_file_that_is_not_the_archived_one_is_not_loaded(worker: Connection, tmp_path: Path) -> None:
    """A flipped bit and a missing file are found before anything is loaded."""
    await fill(worker)
    [first, _] = await export.archive(worker, BEFORE, tmp_path)
    here = await stored(worker)
    path = tmp_path / first.file
    content = path.read_bytes()
    path.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    with pytest.raises(ArchiveError, match="SHA-256 differs"):
        await restore.restore(worker, tmp_path)
    path.unlink()
    with pytest.raises(ArchiveError, match="is not there"):
        await restore.restore(worker, tmp_path)
    assert await stored(worker) == here


async def test_retention_and_moves_keep_out_of_the_way(worker: Connection, tmp_path: Path) -> None:
    """Days that retention would drop again are not restored; roll-ups that cannot be rebuilt are not given up."""
    await fill(worker)
    await export.archive(worker, BEFORE, tmp_path)
    with pytest.raises(SchemaError, match="first bring them back: adpulse restore"):
        await migrate.migrate(worker, "rollup_dims")
    with pytest.raises(ArchiveError, match="retention keeps no raw events"):
        await restore.restore(worker, tmp_path, kept_from=LAST)
    while await worker.fetchval("SELECT retire_days($1)", LAST + timedelta(days=1)):
        pass
    with pytest.raises(ArchiveError, match="retention keeps no raw events"):
        await restore.restore(worker, tmp_path)
    assert (await verify.verify(worker, catalogue.find("rollup"))).exact


@pytest.mark.skipif(bool(CLUSTERS), reason="no release was kept on a cluster")
async def test_archives_of_an_earlier_release_come_back(new_database: NewDatabase) -> None:
    """A database of schema 10 with a day in two files, made by that release, comes to today with every event."""
    await new_database("rollup_dims")  # makes the roles that the dump grants to
    url = await new_database(None)
    restoring = await connections.connect(url)
    await restoring.execute((RELEASE / "database.sql").read_text())
    await restoring.close()
    async with archived.session(url) as connection:
        variant = await migrate.migrate(connection)
        assert await restore.restore(connection, RELEASE) == {FIRST: 40}
        assert sum(json.loads(path.read_text())["events"] for path in RELEASE.glob("*.json")) == 40
        assert (await verify.verify(connection, variant)).exact
        kept = await connection.fetchrow("SELECT * FROM events WHERE user_id = 'Ü38'")
        assert kept is not None
        assert (kept["ts"].isoformat(), kept["cost_micros"]) == ("2026-03-01T23:26:38.000038+00:00", 38)
        assert str(kept["event_id"]).endswith("8000-000000000038")
        assert json.loads(kept["metadata"]) == {"geo": "G2", "n": 57.0, "deep": [38]}


async def test_files_of_another_database_are_refused(worker: Connection) -> None:
    """A restore that has nothing to bring back, from a folder of another database, says so instead of "0 days"."""
    with pytest.raises(ArchiveError, match="of another database"):
        await restore.restore(worker, RELEASE)
    with pytest.raises(ArchiveError, match="nowhere is not a folder"):
        await restore.restore(worker, RELEASE / "nowhere")
