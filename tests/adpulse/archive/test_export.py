"""Days go into files: reports stay exact, and no interruption loses anything."""

import json
import subprocess
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import anyio
import asyncpg
import pytest

from adpulse.archive import export, parquet, restore
from adpulse.archive import manifest as archived
from adpulse.archive.manifest import ArchiveError
from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue, verify
from tests.adpulse.archive.conftest import BEFORE, FIRST, LAST, Killed, days_here, dying_at, fill, stored, until_freed
from tests.adpulse.cli.conftest import Shell
from tests.patience import PATIENCE_S
from tests.servers import CLUSTERS, NewDatabase
from tests.services import Serve

ROLLUPS = pytest.mark.parametrize("name", ["rollup", "rollup_dims"])
OUT = ["written", "compared", "published", "detached", "recounted", "dropped"]


async def late(connection: Connection, count: int = 2) -> None:
    """Store events of the first day now."""
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
    """Each event is at every moment in the database or in a file that is noted there, and in one only."""
    async with archived.session(url) as connection:
        await fill(connection)
        before, whole = await stored(connection), await totals(connection)
        with pytest.raises(Killed):
            await export.archive(connection, BEFORE, tmp_path, dying_at(last))
        connection.terminate()
    await until_freed(url)
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
        lambda: subprocess.run([sys.executable, "-c", code, url, str(tmp_path)], check=False, timeout=PATIENCE_S)
    )
    assert ended.returncode == -9
    await until_freed(url)
    shell.set(database_url=url)
    done = await anyio.to_thread.run_sync(shell, "archive", "--before", "2026-03-03", "--to", str(tmp_path), "--json")
    assert done.exit_code == 0, done.output
    assert [each["day"] for each in json.loads(done.stdout)["archived"]] == ["2026-03-01", "2026-03-02"]
    back = await anyio.to_thread.run_sync(shell, "restore", "--from", str(tmp_path), "--day", "2026-03-02", "--json")
    assert back.exit_code == 0, back.output
    assert [each["day"] for each in json.loads(back.stdout)["restored"]] == ["2026-03-02"]
    back = await anyio.to_thread.run_sync(shell, "restore", "--from", str(tmp_path))
    assert "1 day restored" in back.stdout
    assert await stored(connection) == before
    await connection.close()


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
