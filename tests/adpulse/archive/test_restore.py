"""Days come back whole or not at all, and only from the files that were written."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from adpulse.archive import export, restore
from adpulse.archive import manifest as archived
from adpulse.archive.manifest import ArchiveError
from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.variants import catalogue, migrate, verify
from tests.adpulse.archive.conftest import BEFORE, LAST, Killed, fill, stored

BACK = ["checked", "prepared", "loaded", "restored"]


@pytest.mark.parametrize("last", BACK)
async def test_a_restore_killed_at_any_step_can_be_run_again(url: str, tmp_path: Path, last: str) -> None:
    """A day is back whole or not at all."""

    def die(step: str, day: date) -> None:
        if step == last:
            raise Killed

    async with archived.session(url) as connection:
        await fill(connection)
        before = await stored(connection)
        await export.archive(connection, BEFORE, tmp_path)
        with pytest.raises(Killed):
            await restore.restore(connection, tmp_path, step=die)
        connection.terminate()
    async with archived.session(url) as connection:
        assert (await verify.verify(connection, catalogue.find("rollup"))).exact
        await restore.restore(connection, tmp_path)
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
