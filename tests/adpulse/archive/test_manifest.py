"""The manifest beside a file says what the file holds, and whose it is."""

import json
import uuid
from pathlib import Path

import asyncpg
import pytest

from adpulse.archive import export
from adpulse.archive import manifest as archived
from adpulse.archive.manifest import ArchiveError
from adpulse.database import migrations
from adpulse.database.connections import Connection
from tests.adpulse.archive.conftest import BEFORE, days_here, fill


async def test_a_manifest_says_what_its_file_holds(worker: Connection, tmp_path: Path) -> None:
    """Day, counts, sums, checksum, SHA-256, schema version, variant; and the file is plain Parquet with plain types."""
    import pyarrow.parquet as pq

    await fill(worker)
    [day, _] = await export.archive(worker, BEFORE, tmp_path)
    manifest = json.loads((tmp_path / "events-2026-03-01.json").read_text())
    table = pq.read_table(tmp_path / day.file)
    assert manifest["day"] == "2026-03-01"
    assert manifest["sha256"] == archived.sha256(tmp_path / manifest["file"])
    assert (manifest["schema_version"], manifest["variant"]) == (migrations.latest_version(), "rollup")
    assert (
        manifest["events"]
        == table.num_rows
        == sum(manifest[f"{kind}s"] for kind in ("impression", "click", "conversion"))
    )
    assert manifest["cost_micros"] == sum(table["cost_micros"].to_pylist())
    assert {name: str(kind) for name, kind in zip(table.schema.names, table.schema.types, strict=True)} == {
        "ts": "timestamp[us, tz=UTC]",
        **dict.fromkeys(("campaign_id", "user_id", "event_type", "metadata"), "string"),
        **dict.fromkeys(("cost_micros", "revenue_micros"), "int64"),
        "event_id": "extension<arrow.uuid>",
    }


async def test_somebody_elses_file_is_not_overwritten(worker: Connection, tmp_path: Path) -> None:
    """Two databases that archive into one folder do not lose a day to each other."""
    await fill(worker)
    (tmp_path / "events-2026-03-01.parquet").write_bytes(b"precious")
    with pytest.raises(ArchiveError, match="is not of this database"):
        await export.archive(worker, BEFORE, tmp_path)
    assert (tmp_path / "events-2026-03-01.parquet").read_bytes() == b"precious"
    assert len(await days_here(worker)) == 3


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"database": 7}', "no JSON"])
async def test_a_manifest_of_another_form_is_somebody_elses(worker: Connection, tmp_path: Path, manifest: str) -> None:
    """A file beside a manifest that is not ours is not overwritten, in any form that a manifest may have."""
    await fill(worker)
    (tmp_path / "events-2026-03-01.parquet").write_bytes(b"precious")
    (tmp_path / "events-2026-03-01.json").write_text(manifest)
    with pytest.raises(ArchiveError, match="is not of this database"):
        await export.archive(worker, BEFORE, tmp_path)


async def test_rows_that_a_policy_hides_are_an_error(worker: Connection) -> None:
    """A session that counts, copies and drops sees every row, or fails."""
    role = f"owner_{uuid.uuid4().hex}"
    await fill(worker)
    await worker.execute(
        f"CREATE ROLE {role}; GRANT USAGE ON SCHEMA public TO {role}; GRANT SELECT ON events_p20260301 TO {role}; "
        "ALTER TABLE events_p20260301 ENABLE ROW LEVEL SECURITY; "
        f"CREATE POLICY mine ON events_p20260301 USING (user_id LIKE '%1'); SET ROLE {role}"
    )
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await archived.content(worker, "events_p20260301")
    finally:
        await worker.execute(f"RESET ROLE; DROP OWNED BY {role}; DROP ROLE {role}")
