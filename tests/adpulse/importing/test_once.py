"""A file counts once: imported again, grown, broken off anywhere, and by two at once."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adpulse.database.connections import Connection, connect
from adpulse.importing import database
from adpulse.importing.errors import ImportFailed
from adpulse.importing.ledger import Group
from adpulse.importing.target import Judged
from adpulse.ingest.batch import Answer
from tests.adpulse.importing.conftest import GROUP, HEADER, Importer, counted, import_into, rows
from tests.patience import PATIENCE_S
from tests.sessions import waiting

pytestmark = pytest.mark.anyio


async def test_a_file_imported_twice_counts_once(import_file: Importer, connection: Connection, tmp_path: Path) -> None:
    """The second import stores nothing and says so; under another name the file counts again."""
    path = tmp_path / "a.csv"
    path.write_text(HEADER + rows(0, 40))
    first = await import_file(path)
    assert (first.records, first.accepted, first.known_records) == (40, 40, 0)
    again = await import_file(path)
    assert (again.accepted, again.known_records) == (0, 40)
    assert await counted(connection) == (40, 40)
    assert (await import_file(path, name="second")).accepted == 40
    assert await counted(connection) == (80, 40)


async def test_a_file_that_has_grown_goes_on_where_it_ended(
    import_file: Importer, connection: Connection, tmp_path: Path
) -> None:
    """Wherever the shorter file ended, in the middle of a group too; also compressed, and under another file name."""
    path, other = tmp_path / "a.csv", tmp_path / "b.csv"
    for stop in (3, 3 + GROUP, 20, 21, 21, 50):
        path.write_text(HEADER + rows(0, stop))
        await import_file(path)
        assert await counted(connection) == (stop, stop)
    other.write_text(HEADER + rows(0, 60))
    assert (await import_file(other)).known_records == 50
    assert await counted(connection) == (60, 60)


async def test_another_file_with_the_same_beginning_counts(
    import_file: Importer, connection: Connection, tmp_path: Path
) -> None:
    """Files that share their first groups, and then differ, share those alone."""
    for name, last in (("a.csv", 70), ("b.csv", 90)):
        (tmp_path / name).write_text(HEADER + rows(0, 2 * GROUP) + rows(last, last + 5))
        await import_file(tmp_path / name)
    assert await counted(connection) == (2 * GROUP + 10, 2 * GROUP + 10)


@settings(max_examples=10)
@given(groups=st.lists(st.integers(0, 4), min_size=1, max_size=3))
async def test_an_import_goes_on_where_it_broke_off(
    groups: list[int], import_file: Importer, url: str, connection: Connection, tmp_path: Path
) -> None:
    """Broken off before or after any commit, once or several times, every event is stored once."""
    path = tmp_path / "a.csv"
    await connection.execute("TRUNCATE events")
    await connection.execute("TRUNCATE imported")
    path.write_text(HEADER + rows(0, 40))
    for number in groups:
        async with database.opened(url) as target:
            with suppress(ConnectionError):  # the file may have ended before
                await import_into(_Breaking(target, number), path)
    await import_file(path)
    assert await counted(connection) == (40, 40)


class _Breaking:
    """A target that fails instead of writing, or just after it, at the given group."""

    def __init__(self, target: Any, number: int) -> None:
        self._target, self._left, self._after = target, number, number % 2 == 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)

    async def write(self, judged: Judged, group: Group) -> Answer | None:
        self._left -= 1
        if self._left < 0 and not self._after:
            raise ConnectionError
        answer = await self._target.write(judged, group)
        if self._left < 0:
            raise ConnectionError
        return answer


async def test_two_imports_at_once(import_file: Importer, url: str, connection: Connection, tmp_path: Path) -> None:
    """One of two imports of one file is refused, also when one of the copies has grown; both together count once."""
    short, long = tmp_path / "a.csv", tmp_path / "b.csv"
    short.write_text(HEADER + rows(0, 30))
    long.write_text(HEADER + rows(0, 45))
    blocker = await connect(url)
    async with blocker.transaction():  # neither has written before both have looked for the file
        await blocker.execute("LOCK TABLE events IN SHARE MODE")
        imports = [asyncio.create_task(import_file(path)) for path in (short, long)]
        async with asyncio.timeout(PATIENCE_S):
            while await waiting(connection) + sum(each.done() for each in imports) < len(imports):
                await asyncio.sleep(0.01)
    await blocker.close()
    outcomes = await asyncio.gather(*imports, return_exceptions=True)
    assert any(isinstance(each, ImportFailed) for each in outcomes)
    await import_file(long)
    assert await counted(connection) == (45, 45)


async def test_a_wrong_mapping_does_not_use_up_a_file(
    import_file: Importer, connection: Connection, tmp_path: Path
) -> None:
    """Groups of which nothing was stored are imported again, with a better mapping."""
    path = tmp_path / "a.csv"
    path.write_text((HEADER + rows(0, 30)).replace("click", "clack"))
    assert (await import_file(path)).rejected == 30
    assert await counted(connection) == (0, 0)
    done = await import_file(path, event_type={"words": {"clack": "click"}})
    assert (done.accepted, done.rejected) == (30, 0)
    assert await counted(connection) == (30, 30)


async def test_event_ids_count_once_across_files(import_file: Importer, connection: Connection, tmp_path: Path) -> None:
    """An event_id makes an event count once, also when several files bring it."""
    line = "2025-09-24T06:00:00Z,C1,U{0},click,id-{0}\n"
    for name, numbers in (("a.csv", range(20)), ("b.csv", range(10, 30))):
        text = "ts,campaign_id,user_id,event_type,event_id\n" + "".join(line.format(n) for n in numbers)
        (tmp_path / name).write_text(text)
        last = await import_file(tmp_path / name)
    assert (last.accepted, last.duplicates) == (10, 10)
    assert await counted(connection) == (30, 30)
