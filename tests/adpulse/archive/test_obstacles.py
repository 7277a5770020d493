"""Obstacles that keep a day from being archived, and things that do not."""

from pathlib import Path

import pytest

from adpulse.archive import export, restore
from adpulse.archive.manifest import ArchiveError
from adpulse.database.connections import Connection
from adpulse.variants import catalogue, verify
from tests.adpulse.archive.conftest import BEFORE, fill, stored

# What the owner has added, and what the refusal names.
OWN = {
    "ALTER TABLE events ADD COLUMN note text; UPDATE events SET note = 'mine'": "the column note",
    "CREATE VIEW mine AS SELECT * FROM events_p20260301": "view mine",
    "CREATE TABLE mine (event events_p20260301)": "table mine",
    "CREATE FUNCTION mine() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM events_p20260301; END": "function mine",
    "CREATE UNIQUE INDEX ON events_p20260301 (ts); "
    "CREATE TABLE mine (ts timestamptz REFERENCES events_p20260301 (ts))": "constraint mine_ts_fkey",
    "CREATE UNIQUE INDEX ON events (ts); CREATE TABLE mine (ts timestamptz REFERENCES events (ts))": "mine",
}


@pytest.mark.parametrize("added", OWN)
async def test_columns_of_the_owner_are_not_lost(worker: Connection, tmp_path: Path, added: str) -> None:
    """A day with values that its file would not hold, or with something that stands on its table, stays as it is."""
    await fill(worker)
    await worker.execute(added)
    before = await stored(worker)
    with pytest.raises(ArchiveError, match=OWN[added]) as refused:
        await export.archive(worker, BEFORE, tmp_path)
    assert refused.value.refused
    assert await stored(worker) == before
    assert not any(tmp_path.iterdir())
    assert (await verify.verify(worker, catalogue.find("rollup"))).exact


async def test_objects_without_values_do_not_hinder_an_archive(worker: Connection, tmp_path: Path) -> None:
    """Indexes, statistics, grants, policies, triggers and rules of a day hold no values: it goes, and comes back."""
    await fill(worker)
    await worker.execute(
        "CREATE INDEX ON events (user_id); CREATE STATISTICS mine ON campaign_id, user_id FROM events_p20260301; "
        "GRANT SELECT ON events_p20260301 TO PUBLIC; CREATE POLICY mine ON events_p20260301 USING (user_id <> 'X'); "
        "CREATE RULE mine AS ON DELETE TO events_p20260301 WHERE old.user_id = 'X' DO ALSO NOTHING; "
        "CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
        "CREATE TRIGGER mine AFTER UPDATE ON events_p20260301 FOR EACH ROW WHEN (new.user_id <> 'X') "
        "EXECUTE FUNCTION mine(); ALTER TABLE events_p20260301 ADD CONSTRAINT mine CHECK (user_id <> 'X')"
    )
    before = await stored(worker)
    assert len(await export.archive(worker, BEFORE, tmp_path)) == 2
    await restore.restore(worker, tmp_path)
    assert await stored(worker) == before
