"""A file counts once: imported again, grown, broken off anywhere, by two at once, and through a service."""

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adpulse.database.connections import Connection
from adpulse.importing import database, service
from adpulse.importing.errors import ImportFailed
from adpulse.importing.ledger import Group
from adpulse.importing.service import ServiceTarget
from adpulse.importing.target import Judged
from adpulse.ingest.batch import Answer
from tests.adpulse.importing.conftest import GROUP, Importer, import_into
from tests.conftest import Client

pytestmark = pytest.mark.anyio

HEADER = "ts,campaign_id,user_id,event_type,cost\n"


def rows(first: int, last: int) -> str:
    return "".join(f"2025-09-24T06:{n // 60:02}:{n % 60:02}Z,C{n % 3},U{n},click,0.01\n" for n in range(first, last))


async def counted(connection: Connection) -> tuple[int, int]:
    """Return how many events there are, and how many different ones."""
    record = await connection.fetchrow("SELECT count(*), count(DISTINCT user_id) FROM events")
    assert record is not None
    return record[0], record[1]


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
    outcomes = await asyncio.gather(import_file(short), import_file(long), return_exceptions=True)
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


async def test_days_get_their_partitions(import_file: Importer, connection: Connection, tmp_path: Path) -> None:
    """A day with many events has a partition before they come; a stray time makes none."""
    path = tmp_path / "a.csv"
    path.write_text(HEADER + rows(0, 40) + "2001-01-01T00:00:00Z,C,U40,click,1\n")
    database_fewest, database.FEWEST_OF_A_DAY = database.FEWEST_OF_A_DAY, GROUP - 2
    try:
        await import_file(path)
    finally:
        database.FEWEST_OF_A_DAY = database_fewest
    tables = await connection.fetch(
        "SELECT tableoid::regclass::text AS name, count(*) FROM events GROUP BY 1 ORDER BY 1"
    )
    assert [tuple(each) for each in tables] == [("events_default", 1), ("events_p20250924", 40)]


# ── Through a service ──────────────────────────────────────────────────────────────────────────────────────────


class _Service(ServiceTarget):
    """The same, to a service in this process. `lost`: answers that are lost on the way."""

    def __init__(self, client: Client, lost: int = 0) -> None:
        super().__init__("http://localhost", None)
        self._client, self._loop, self._lost = client, asyncio.get_running_loop(), lost

    def _post(self, body: bytes, key: str) -> tuple[int, dict[str, str], bytes]:
        headers = {**self._headers, "Idempotency-Key": key}
        sent = self._client.post(self._path, content=body, headers=headers)
        reply = asyncio.run_coroutine_threadsafe(sent, self._loop).result()
        if self._lost:
            self._lost -= 1
            raise ConnectionResetError
        return reply.status_code, dict(reply.headers), reply.content


async def test_through_a_service_a_file_counts_once(
    serve: Any, url: str, connection: Connection, tmp_path: Path, small_groups: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost answers, limits of the service and a second import change nothing; what it rejects is named."""
    client = await serve(url, max_events=3)
    path = tmp_path / "a.csv"
    path.write_text(HEADER + rows(0, 30) + "2025-09-24T06:00:00Z,C,,click,1\n" + "2999-01-01T00:00:00Z,C,U,click,1\n")
    first = await import_into(_Service(client, lost=2), path)
    assert (first.accepted + first.duplicates, first.rejected) == (30, 2)
    assert [json.loads(line)["code"] for line in path.with_suffix(".rejected").read_text().splitlines()] == [
        "missing",
        "range",
    ]
    assert (await import_into(_Service(client), path)).duplicates == 30
    assert await counted(connection) == (30, 30)
    monkeypatch.setattr(service, "TRIES", 1)
    with pytest.raises(ImportFailed, match="goes on from here"):
        await import_into(_Service(client, lost=1), path, name="other")
    with pytest.raises(ImportFailed, match="another mapping"):
        await import_into(_Service(client), path, campaign_id={"value": "C9"})


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
