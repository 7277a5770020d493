"""Tiering: days go into files and come back, reports stay exact, and no interruption loses anything."""

import json
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import anyio
import asyncpg
import pytest

from adpulse.archive import export, parquet, restore
from adpulse.archive import manifest as archived
from adpulse.archive.manifest import ArchiveError
from adpulse.database import connections, migrations
from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue, migrate, verify
from tests.adpulse.cli.test_cli import Shell
from tests.adpulse.cli.test_cli import shell as shell
from tests.conftest import CLUSTERS, NewDatabase, Serve

RELEASE = Path(__file__).parent / "release_10"
FIRST = date(2026, 3, 1)
LAST = date(2026, 3, 3)
BEFORE = date(2026, 3, 3)
ROLLUPS = pytest.mark.parametrize("name", ["rollup", "rollup_dims"])
OUT = ["written", "compared", "published", "detached", "recounted", "dropped"]
BACK = ["checked", "prepared", "loaded", "restored"]


class Killed(BaseException):
    """The process ends here: nothing else of it runs, and its connection goes."""


async def fill(connection: Connection, extra: str = "") -> None:
    """Events of three days, with and without ids and metadata, and one text of every kind."""
    await connection.execute("SELECT prepare_days($1, $2)", FIRST, LAST)
    await connection.execute(
        "INSERT INTO events (ts, event_type, campaign_id, user_id, cost_micros, revenue_micros, metadata, event_id) "
        "SELECT $1::date::timestamp AT TIME ZONE 'UTC' + n * interval '7 minutes 1.000001 second', "
        "  (enum_range(NULL::event_type))[1 + n % 3], 'C' || n % 4, 'Ü' || n, n, 3 * n, "
        "  jsonb_build_object('geo', 'G' || n % 3, 'n', n * 1.50, 'deep', ARRAY[n]), "
        "  CASE WHEN n % 2 = 0 THEN gen_random_uuid() END "
        "FROM generate_series(0, 600) AS n",
        FIRST,
    )
    await run_round(connection, await catalogue.active(connection))


async def late(connection: Connection, count: int = 2) -> None:
    """Events of the first day that come now."""
    rows = [(datetime.combine(FIRST, time(12, n), UTC), "click", "C1", "late", 5, 7) for n in range(count)]
    columns = ("ts", "event_type", "campaign_id", "user_id", "cost_micros", "revenue_micros")
    await connection.copy_records_to_table("events", records=rows, columns=columns)


async def totals(connection: Connection, **chosen: Any) -> list[tuple[Any, ...]]:
    variant = await catalogue.active(connection)
    window = [datetime.combine(day, time(), UTC) for day in (FIRST, LAST + timedelta(days=1))]
    step = chosen.get("granularity")
    arguments = (None, *window, step, "UTC", chosen.get("group"), chosen.get("filters"))
    rows = map(tuple, await connection.fetch(variant.report, *arguments))
    return sorted((row for row in rows if row[7:] != ("raw",)), key=str)


async def stored(connection: Connection) -> archived.Content:
    return await archived.content(connection, "events")


async def days_here(connection: Connection) -> set[date]:
    return {r[0] for r in await connection.fetch("SELECT DISTINCT (ts AT TIME ZONE 'UTC')::date FROM events")}


@pytest.fixture
async def worker(url: str) -> AsyncIterator[Connection]:
    async with archived.session(url) as connection:
        yield connection


@ROLLUPS
async def test_days_go_and_come_back(new_database: NewDatabase, tmp_path: Path, name: str) -> None:
    """Reports from roll-ups stay as they are, raw questions name the archived days, and a restore brings back every
    value of every event, counted once.
    """
    async with archived.session(await new_database(name)) as connection:
        await fill(connection)
        before, whole = await stored(connection), await totals(connection, granularity="hour")
        by_type = await totals(connection, group="event_type")
        done = await export.archive(connection, BEFORE, tmp_path)
        assert [each.day for each in done] == [FIRST, FIRST + timedelta(days=1)]
        assert await days_here(connection) == {LAST}
        assert await totals(connection, granularity="hour") == whole
        for chosen in ({"group": "event_type"}, {"filters": '{"n": "3"}'}):
            with pytest.raises(
                asyncpg.PostgresError, match="raw events of 2026-03-01 to 2026-03-02 are archived"
            ) as caught:
                await totals(connection, **chosen)
            assert caught.value.sqlstate == "AP002"
        result = await verify.verify(connection, catalogue.find(name))
        assert result.exact, result.mismatches[:3]
        assert sorted(path.name for path in tmp_path.iterdir()) == [
            f"events-{day}.{kind}" for day in ("2026-03-01", "2026-03-02") for kind in ("json", "parquet")
        ]

        assert set(await restore.restore(connection, tmp_path)) == {FIRST, FIRST + timedelta(days=1)}
        assert await stored(connection) == before
        assert await totals(connection, granularity="hour") == whole
        assert await totals(connection, group="event_type") == by_type
        assert (await verify.verify(connection, catalogue.find(name))).exact


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


async def test_late_events_of_an_archived_day_count_and_are_merged(worker: Connection, tmp_path: Path) -> None:
    """They are stored and reported at once, archived as a second file, and a restore brings back both."""
    await fill(worker)
    before = await stored(worker)
    await export.archive(worker, BEFORE, tmp_path)
    clicks = sum(row[3] for row in await totals(worker))
    await late(worker)
    assert sum(row[3] for row in await totals(worker)) == clicks + 2
    assert (await verify.verify(worker, catalogue.find("rollup"))).exact
    await worker.execute("SELECT prepare_days($1, $1)", FIRST)  # what maintenance does with a day of the last 400
    [second] = await export.archive(worker, BEFORE, tmp_path)
    assert (second.part, second.content.events) == (2, 2)
    await late(worker, 1)
    assert (await verify.verify(worker, catalogue.find("rollup"))).exact
    await restore.restore(worker, tmp_path, [FIRST])
    assert FIRST in await days_here(worker)
    await restore.restore(worker, tmp_path)
    after = await stored(worker)
    assert (after.events, after.cost_micros) == (before.events + 3, before.cost_micros + 15)
    assert sum(row[3] for row in await totals(worker)) == clicks + 3
    assert (await verify.verify(worker, catalogue.find("rollup"))).exact


async def test_events_that_come_while_a_day_is_written_are_in_its_file(
    url: str, worker: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writers are not kept waiting: a day is counted again once it is detached, and written again if need be."""
    await fill(worker)
    before = await stored(worker)
    other = await connections.connect(url)
    alone = archived.alone

    async def after_an_event(*arguments: Any) -> None:
        await late(other, 1)
        await alone(*arguments)

    monkeypatch.setattr(export, "alone", after_an_event)
    [first, _] = await export.archive(worker, BEFORE, tmp_path)
    monkeypatch.undo()
    assert first.content.events == sum(len(rows) for rows in parquet.read(tmp_path / first.file))
    assert json.loads((tmp_path / "events-2026-03-01.json").read_text())["events"] == first.content.events
    assert (await verify.verify(worker, catalogue.find("rollup"))).exact
    await restore.restore(worker, tmp_path)
    assert (await stored(worker)).events == before.events + 2  # the second came when its day was in the file
    assert (await verify.verify(worker, catalogue.find("rollup"))).exact
    await other.close()


@pytest.mark.parametrize("last", OUT)
async def test_killed_at_any_step_nothing_is_lost_and_the_next_run_goes_on(url: str, tmp_path: Path, last: str) -> None:
    """At every moment, each event is in the database or in a file that is noted there, and in one only."""

    def die(step: str, day: date) -> None:
        if step == last:
            raise Killed

    async with archived.session(url) as connection:
        await fill(connection)
        before, whole = await stored(connection), await totals(connection)
        with pytest.raises(Killed):
            await export.archive(connection, BEFORE, tmp_path, die)
        connection.terminate()
    async with archived.session(url) as connection:
        assert await totals(connection) == whole
        if last in ("detached", "recounted"):
            with pytest.raises(SchemaError, match="is being archived"):
                await verify.verify(connection, catalogue.find("rollup"))
            with pytest.raises(ArchiveError, match="still being archived"):
                await restore.restore(connection, tmp_path)
        else:
            assert (await verify.verify(connection, catalogue.find("rollup"))).exact
        await export.archive(connection, BEFORE, tmp_path)
        assert await days_here(connection) == {LAST}
        assert await totals(connection) == whole
        assert not list(tmp_path.glob("*.new"))
        await restore.restore(connection, tmp_path)
        assert await stored(connection) == before
        assert (await verify.verify(connection, catalogue.find("rollup"))).exact


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


async def test_a_process_that_is_really_killed(url: str, tmp_path: Path, shell: Shell) -> None:
    """SIGKILL between detaching and dropping, and then the command once more, and restore."""
    connection = await connections.connect(url)
    await fill(connection)
    before = await stored(connection)
    code = (
        "import asyncio, datetime, os, pathlib, sys\nfrom adpulse.archive import export, manifest\n"
        "def die(step, day):\n    if step == 'detached':\n        os.kill(os.getpid(), 9)\n"
        "async def main():\n    async with manifest.session(sys.argv[1]) as connection:\n"
        "        await export.archive(connection, datetime.date(2026, 3, 3), pathlib.Path(sys.argv[2]), die)\n"
        "asyncio.run(main())\n"
    )
    ended = await anyio.to_thread.run_sync(
        lambda: subprocess.run([sys.executable, "-c", code, url, str(tmp_path)], check=False, timeout=120)
    )
    assert ended.returncode == -9
    shell.set(database_url=url)
    done = await anyio.to_thread.run_sync(shell, "archive", "--before", "2026-03-03", "--to", str(tmp_path), "--json")
    assert done.exit_code == 0, done.output
    assert [each["day"] for each in json.loads(done.stdout)["archived"]] == ["2026-03-01", "2026-03-02"]
    back = await anyio.to_thread.run_sync(shell, "restore", "--from", str(tmp_path), "--day", "2026-03-02", "--json")
    assert back.exit_code == 0, back.output
    assert [each["day"] for each in json.loads(back.stdout)["restored"]] == ["2026-03-02"]
    back = await anyio.to_thread.run_sync(shell, "restore", "--from", str(tmp_path))
    assert "1 days restored" in back.stdout
    assert await stored(connection) == before
    await connection.close()


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
async def test_what_the_owner_has_added_does_not_get_lost(worker: Connection, tmp_path: Path, added: str) -> None:
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


async def test_what_goes_with_its_table_is_in_nobodys_way(worker: Connection, tmp_path: Path) -> None:
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


async def test_a_day_of_sums_that_no_bigint_holds_goes_and_comes_back(worker: Connection, tmp_path: Path) -> None:
    """Its sums are in the manifest and in archived_days as they are."""
    await fill(worker)
    await worker.execute("UPDATE events SET cost_micros = $1, revenue_micros = $1", 2**63 - 1)
    await run_round(worker, catalogue.find("rollup"))
    before = await stored(worker)
    [first, _] = await export.archive(worker, BEFORE, tmp_path)
    assert first.content.cost_micros == first.content.events * (2**63 - 1)
    assert json.loads((tmp_path / first.file).with_suffix(".json").read_text())["cost_micros"] > 2**63
    assert (await verify.verify(worker, catalogue.find("rollup"))).exact
    await restore.restore(worker, tmp_path)
    assert await stored(worker) == before
    assert (await verify.verify(worker, catalogue.find("rollup"))).exact


@pytest.mark.parametrize("name", CLUSTERS or ["btree", "partitioned", "matview"])
async def test_a_design_that_needs_its_raw_events_refuses(
    new_database: NewDatabase,
    tmp_path: Path,
    shell: Shell,
    name: str,
) -> None:
    """Without roll-ups the reports of an archived day would be wrong: status 2, and what to do."""
    shell.set(database_url=await new_database(name))
    done = await anyio.to_thread.run_sync(shell, "archive", "--older-than", "90d", "--to", str(tmp_path))
    assert done.exit_code == 2
    assert "adpulse migrate --variant rollup" in done.stderr


async def test_retention_and_moves_keep_out_of_the_way(worker: Connection, tmp_path: Path) -> None:
    """What retention would drop again is not restored, and roll-ups that nobody could build again are not given up."""
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


async def test_the_service_answers_422_and_goes_on(serve: Serve, url: str, tmp_path: Path) -> None:
    """Totals as before, also compared with the window before; raw questions are a problem that names the days."""
    client = await serve(url)
    async with archived.session(url) as connection:
        await fill(connection)
        await export.archive(connection, BEFORE, tmp_path)
    window = "/report?start=2026-03-02&end=2026-03-04"
    assert (await client.get(window + "&compare=previous")).json()["totals"]["impressions"] > 0
    for more in ("&group_by=event_type", "&filter=geo:G1", "&metrics=unique_users"):
        reply = await client.get(window + more)
        assert reply.status_code == 422, reply.text
        assert "raw events of 2026-03-02 are archived" in reply.json()["detail"]
    assert (await client.get("/report?start=2026-03-03&end=2026-03-04&group_by=event_type")).status_code == 200


def test_the_service_never_loads_pyarrow() -> None:
    """It is an extra of one command."""
    code = "import adpulse.cli.main, adpulse.web.app, sys; sys.exit('pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_without_the_extra_one_line_names_it(
    url: str,
    tmp_path: Path,
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing has been touched by then."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    parquet._schema.cache_clear()
    shell.set(database_url=url)
    done = await anyio.to_thread.run_sync(shell, "archive", "--older-than", "90d", "--to", str(tmp_path / "new"))
    assert done.exit_code == 2
    assert "pip install 'adpulse[archive]'" in done.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "arguments",
    [[], ["--older-than", "90d", "--before", "2026-03-01"], ["--older-than", "soon"], ["--before", "2999-01-01"]],
    ids=" ".join,
)
def test_what_is_old_must_be_said(shell: Shell, tmp_path: Path, arguments: list[str]) -> None:
    """One of two ways, and days that are over."""
    done = shell("archive", "--to", str(tmp_path), *arguments)
    assert done.exit_code == 2
    assert done.stderr.startswith("adpulse: ")


async def test_what_an_earlier_release_archived_comes_back(new_database: NewDatabase) -> None:
    """A database of schema 10 with a day in two files, all made by that release, comes to today with every event."""
    await new_database("rollup_dims")  # makes the roles that the dump grants to
    url = await new_database(None)
    restoring = await connections.connect(url)
    await restoring.execute((RELEASE / "database.sql").read_text())
    await restoring.close()
    async with archived.session(url) as connection:
        variant = await migrate.migrate(connection)
        before = await totals(connection, granularity="hour")
        assert await restore.restore(connection, RELEASE) == {FIRST: 40}
        assert sum(row["events"] for row in (json.loads(path.read_text()) for path in RELEASE.glob("*.json"))) == 40
        assert await totals(connection, granularity="hour") == before
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
