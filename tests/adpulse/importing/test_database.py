"""A group and the note that it was taken are one transaction; days get partitions before their events come."""

import json
from pathlib import Path

import asyncpg
import pytest

from adpulse.database.connections import Connection, connect
from adpulse.importing import database
from tests.adpulse.importing.conftest import GROUP, HEADER, Importer, counted, rows

pytestmark = pytest.mark.anyio


async def test_a_row_that_the_database_refuses_is_left_out(
    import_file: Importer, connection: Connection, tmp_path: Path
) -> None:
    """All others are stored, and it is in the file of rejected lines."""
    await connection.execute("ALTER TABLE events ADD CHECK (user_id <> 'U11')")
    path = tmp_path / "a.csv"
    path.write_text(HEADER + rows(0, 30))
    done = await import_file(path)
    assert (done.accepted, done.rejected) == (29, 1)
    (line,) = path.with_suffix(".rejected").read_text().splitlines()
    assert {"line": 13, "code": "unstorable"}.items() <= json.loads(line).items()
    assert await counted(connection) == (29, 29)


async def test_days_get_their_partitions(
    import_file: Importer, connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day with many events has a partition before they come; a stray time makes none."""
    path = tmp_path / "a.csv"
    path.write_text(HEADER + rows(0, 40) + "2001-01-01T00:00:00Z,C,U40,click,1\n")
    monkeypatch.setattr(database, "FEWEST_OF_A_DAY", GROUP - 2)
    await import_file(path)
    tables = await connection.fetch(
        "SELECT tableoid::regclass::text AS name, count(*) FROM events GROUP BY 1 ORDER BY 1"
    )
    assert [tuple(each) for each in tables] == [("events_default", 1), ("events_p20250924", 40)]


async def test_the_note_is_committed_with_the_events(
    import_file: Importer, connection: Connection, tmp_path: Path
) -> None:
    """Without the one there is not the other: where the note cannot be written, no event is stored."""
    await connection.execute("ALTER TABLE imported ADD CHECK (first_record < 15)")
    path = tmp_path / "a.csv"
    path.write_text(HEADER + rows(0, 40))
    with pytest.raises(asyncpg.CheckViolationError):
        await import_file(path)
    assert await counted(connection) == (14, 14)


PARTITIONS = """
SELECT tableoid::regclass::text AS name, count(*) FROM events GROUP BY tableoid ORDER BY 1
"""


async def test_an_import_waits_for_no_lock_of_a_partition(
    import_file: Importer, url: str, connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While somebody reads `events` for long, no day is made: the default partition takes the events."""
    monkeypatch.setattr(database, "FEWEST_OF_A_DAY", GROUP - 2)
    path = tmp_path / "a.csv"
    path.write_text(HEADER + rows(0, 20))
    reading = await connect(url)
    try:
        async with reading.transaction():
            await reading.execute("LOCK TABLE events IN ACCESS SHARE MODE")
            assert (await import_file(path)).accepted == 20
    finally:
        await reading.close()
    assert [tuple(each) for each in await connection.fetch(PARTITIONS)] == [("events_default", 20)]


async def test_a_login_that_may_not_make_partitions_imports(
    import_file: Importer, connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked once, not for every group; upkeep makes the partitions later."""
    monkeypatch.setattr(database, "FEWEST_OF_A_DAY", GROUP - 2)
    await connection.execute(
        "CREATE SEQUENCE asked; CREATE OR REPLACE FUNCTION prepare_days(first_day date, last_day date) RETURNS void "
        "LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('asked'); RAISE insufficient_privilege; END $$"
    )
    path = tmp_path / "a.csv"
    path.write_text(HEADER + rows(0, 20))
    assert (await import_file(path)).accepted == 20
    assert await connection.fetchval("SELECT last_value FROM asked") == 1
    assert [tuple(each) for each in await connection.fetch(PARTITIONS)] == [("events_default", 20)]
