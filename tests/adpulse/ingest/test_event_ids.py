"""Event ids are claimed in three ways, by what came before and how they lie in their index; they may be forgotten."""

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from unittest.mock import AsyncMock
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.database.connections import INGEST, Connection, connect
from adpulse.ingest import event_ids
from adpulse.ingest.batch import Batch
from adpulse.ingest.event_ids import EventIds
from adpulse.ingest.writer import Writer
from adpulse.maintenance import loop
from adpulse.maintenance.loop import Maintainer
from adpulse.settings import Settings
from tests.adpulse.ingest.conftest import IDS, Start, batch, users
from tests.patience import PATIENCE_S
from tests.sessions import waiting

TOGETHER = IDS
ANYWHERE = [str(UUID(bytes=hashlib.md5(text.encode()).digest())) for text in IDS]
TODAY = datetime.now(UTC).date()
TEND = "SELECT tend_event_ids($1, $2)"


@pytest.fixture(autouse=True)
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the way of large groups for small ones."""
    monkeypatch.setattr(event_ids, "FEWEST", 2)


@pytest.fixture
async def other(url: str) -> AsyncIterator[Connection]:
    """Yield a second connection that speaks of ids as the writer's does."""
    connection = await connect(url)
    await event_ids.prepare(connection)
    yield connection
    await connection.close()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that will come; only a fault makes it take this long."""
    async with asyncio.timeout(PATIENCE_S):
        while not await condition():
            await asyncio.sleep(0.01)


def raw(ids: list[str]) -> list[bytes]:
    return [UUID(text).bytes for text in ids]


def batch_of(ids: Sequence[bytes | None] | None) -> Batch:
    return Batch(0, rows=[b""] * len(ids or ()), ids=ids)


# ── The places of repeats ────────────────────────────────────────────────────────────────────────────────────


class Remembers(EventIds):
    """Ids that are claimed in memory."""

    def __init__(self, known: set[bytes]) -> None:
        super().__init__()
        self.known = known

    async def _claim(self, connection: Connection, ordered: list[bytes], one_by_one: bool) -> set[bytes]:
        assert ordered == sorted(set(ordered))
        return self.known & set(ordered)


an_id = st.sampled_from([bytes([number]) * 16 for number in range(6)])
some_ids = st.lists(st.one_of(st.none(), an_id), max_size=6)


@given(st.lists(st.one_of(st.none(), some_ids), max_size=4), st.sets(an_id))
def test_the_first_of_an_id_wins(groups: list[list[bytes | None] | None], known: set[bytes]) -> None:
    """Within a batch, among batches and before them; rows without an id repeat nothing."""
    batches = [batch_of(ids) for ids in groups]
    connection = AsyncMock(spec=asyncpg.Connection)
    places = asyncio.run(Remembers(known).claim(connection, batches))
    seen = set(known)
    for ids, repeats in zip(groups, places, strict=True):
        expected = []
        for place, event_id in enumerate(ids or ()):
            if event_id in seen:
                expected.append(place)
            elif event_id is not None:
                seen.add(event_id)
        assert repeats == expected


# ── Claims ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_neighbours_are_told_from_strangers() -> None:
    """A few strangers among them do not matter."""
    together, anywhere = sorted(raw(TOGETHER)), sorted(raw(ANYWHERE))
    assert event_ids.lie_together(together)
    assert event_ids.lie_together(sorted(together + anywhere[:90]))
    assert not event_ids.lie_together(anywhere)
    day = [(n * 1_000 << 80 | 7 << 76 | n).to_bytes(16, "big") for n in range(1_760_000_000, 1_760_086_400, 60)]
    assert event_ids.lie_together(day)
    month_later = [(int.from_bytes(each, "big") + (30 * 86_400_000 << 80)).to_bytes(16, "big") for each in day]
    assert not event_ids.lie_together(day + month_later)


@pytest.mark.parametrize("ids", [TOGETHER, ANYWHERE], ids=["together", "anywhere"])
@pytest.mark.parametrize("one_by_one", [False, True])
async def test_a_claimed_id_is_new_once(connection: Connection, ids: list[str], one_by_one: bool) -> None:
    """All ways to claim ids agree, also one after the other. Only the first repeat ends a transaction."""
    await event_ids.prepare(connection)
    claims, raced = EventIds(), 0
    for first, last, new in ((0, 600, 600), (0, 600, 0), (500, 1_000, 400), (0, 1_000, 0)):
        batches = [batch_of(raw(ids[first:last]))]
        try:
            async with connection.transaction():
                (places,) = await claims.claim(connection, batches, one_by_one=one_by_one)
        except event_ids.Raced:
            raced += 1
            async with connection.transaction():
                (places,) = await claims.claim(connection, batches, one_by_one=True)
        assert places == list(range(last - first - new))
    assert raced == (0 if one_by_one else 1)


async def test_ids_are_written_unseen_again_after_a_while(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look before the write ends with so many groups without a repeat."""
    monkeypatch.setattr(event_ids, "WARY_GROUPS", 2)
    await event_ids.prepare(connection)
    claims = EventIds()
    assert await claims.claim(connection, [batch_of(raw(TOGETHER[:9]))]) == [[]]
    for _ in range(2):
        with pytest.raises(event_ids.Raced):
            await claims.claim(connection, [batch_of(raw(TOGETHER[:9]))])
        for group in range(2):
            ids = [uuid4().bytes for _ in range(9)]
            assert await claims.claim(connection, [batch_of(ids), batch_of(ids[group:])]) == [[], [*range(9 - group)]]


@pytest.mark.parametrize("ids", [TOGETHER, ANYWHERE], ids=["together", "anywhere"])
async def test_a_repeat_waits_for_the_first(
    start: Start, connection: Connection, other: Connection, ids: list[str]
) -> None:
    """While another transaction holds some of its ids; then they are duplicates, or not if that one is rolled back."""
    writer = await start()
    for end in ("ROLLBACK", "COMMIT"):
        await other.execute("BEGIN")
        await EventIds().claim(other, [batch_of(raw(ids[:3]))])
        task = asyncio.create_task(writer.submit(batch(*({"event_id": each} for each in ids[1:5]))))

        async def waits() -> bool:
            return await waiting(connection) > 0

        await until(waits)
        assert not task.done()
        await other.execute(end)
        answer = await task
        assert (answer.accepted, answer.duplicates) == ((4, 0) if end == "ROLLBACK" else (2, 2))
        await connection.execute("TRUNCATE events, event_ids")


async def test_looking_for_ids_never_reads_the_table(connection: Connection) -> None:
    """The table is not read while it is small either: a plan made then is kept while it grows."""
    await connection.execute("SELECT pg_stat_force_next_flush()")
    for _ in range(10):
        await connection.fetch("SELECT known_event_ids($1::uuid[])", TOGETHER)
    await connection.execute("SELECT pg_stat_force_next_flush()")
    scans = "SELECT seq_scan, idx_scan FROM pg_stat_user_tables WHERE relname = 'event_ids'"
    full, indexed = await connection.fetchrow(scans) or ()
    assert full == 0
    assert indexed >= 10


# ── Set aside, and forgotten ─────────────────────────────────────────────────────────────────────────────────


async def aside(connection: Connection) -> list[str]:
    records = await connection.fetch(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'event_ids_past'::regclass ORDER BY 1"
    )
    return [record[0] for record in records]


@pytest.mark.parametrize("ids", [TOGETHER, ANYWHERE], ids=["together", "anywhere"])
async def test_ids_are_remembered_for_their_window(start: Start, connection: Connection, ids: list[str]) -> None:
    """Duplicates across all tables of the window; one outside of it counts again. Set aside every half of it."""
    writer = await start()
    for n in range(40):
        answer = await writer.submit(batch({"event_id": ids[n]}, {"event_id": ids[n + 500]}))
        assert answer.accepted == 2
        if n:
            again = [{"event_id": ids[m]} for m in range(max(0, n - 10), n)]
            assert (await writer.submit(batch(*again))).duplicates == len(again)
        await connection.execute(TEND, 10, TODAY + timedelta(days=n))
        assert len(await aside(connection)) <= 4
    answer = await writer.submit(batch({"event_id": ids[0]}, {"event_id": ids[500]}))
    assert (answer.accepted, answer.duplicates) == (2, 0)


async def test_nothing_is_set_aside_twice_or_empty_or_without_a_day(connection: Connection) -> None:
    """A round more changes nothing, an empty table stays, and clocks that do not agree are no day."""
    await connection.execute(TEND, 10, TODAY)
    assert await aside(connection) == []
    await connection.execute("INSERT INTO event_ids VALUES (gen_random_uuid())")
    await connection.execute(TEND, 10, None)
    assert await aside(connection) == []
    for _ in range(2):
        await connection.execute(TEND, 10, TODAY)
        assert await aside(connection) == [f"event_ids_{TODAY:%Y%m%d}"]
        await connection.execute("INSERT INTO event_ids VALUES (gen_random_uuid())")
    assert await connection.fetchval("SELECT count(*) FROM event_ids") == 2


async def test_a_table_in_use_is_left_for_the_next_round(connection: Connection, other: Connection) -> None:
    """Nobody waits behind upkeep for longer than its tenth of a second."""
    async with other.transaction():
        await EventIds().claim(other, [batch_of(raw(TOGETHER))])
        async with asyncio.timeout(PATIENCE_S):
            await connection.execute(TEND, 10, TODAY)
        assert await aside(connection) == []
    await connection.execute(TEND, 10, TODAY)
    assert len(await aside(connection)) == 1


async def test_the_rights_follow(connection: Connection) -> None:
    """Writers claim in the new table, and can change nothing in what was set aside."""
    await connection.execute("INSERT INTO event_ids VALUES (gen_random_uuid())")
    await connection.execute(TEND, 10, TODAY)
    rights = "SELECT has_table_privilege($1, $2, $3)"
    for privilege in ("SELECT", "INSERT", "DELETE"):
        assert await connection.fetchval(rights, INGEST, "event_ids", privilege)
        assert not await connection.fetchval(rights, INGEST, f"event_ids_{TODAY:%Y%m%d}", privilege)
    assert not await connection.fetchval(rights, INGEST, "event_ids_past", "INSERT")
    await connection.execute("SELECT grant_roles()")
    assert not await connection.fetchval(rights, "adpulse_report", f"event_ids_{TODAY:%Y%m%d}", "SELECT")


@pytest.mark.parametrize("ids", [TOGETHER, ANYWHERE], ids=["together", "anywhere"])
async def test_setting_aside_under_load_loses_no_repeat(start: Start, connection: Connection, ids: list[str]) -> None:
    """Senders of the same ids while tables are set aside all the time: each id is stored once."""
    writers = [await start(), await start()]
    written = await connection.fetchval("SELECT pg_get_functiondef('tend_event_ids'::regproc)")
    await connection.execute(written.replace("IF day + days < today", "IF false"))  # nothing is forgotten
    chance = random.Random(3)
    over = asyncio.Event()

    async def send(writer: Writer) -> int:
        stored = 0
        for _ in range(25):
            events = [{"user_id": each, "event_id": each} for each in chance.sample(ids[:150], 20)]
            stored += (await writer.submit(batch(*events))).accepted
        return stored

    async def tend() -> int:
        day = date(2026, 1, 1)
        while not over.is_set():
            await connection.execute(TEND, 1_000, day)
            day += timedelta(days=500)
            await asyncio.sleep(0.05)
        return len(await aside(connection))

    upkeep = asyncio.create_task(tend())
    async with asyncio.timeout(PATIENCE_S):
        counts = await asyncio.gather(*(send(writer) for writer in writers * 3))
    over.set()
    assert await upkeep > 0
    found = await users(connection)
    assert len(found) == len(set(found)) == sum(counts)


async def test_upkeep_forgets_ids(url: str, connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids are forgotten with the setting, and only with it."""
    monkeypatch.setattr(loop, "_EXPIRE_EVERY_S", 0.05)
    today = datetime.now(UTC).date()
    old, *new = (f"event_ids_{today + timedelta(days=days):%Y%m%d}" for days in (-31, 0, 1))  # midnight may come
    await connection.execute(f"CREATE TABLE {old} () INHERITS (event_ids_past)")
    await connection.execute(
        "INSERT INTO event_ids VALUES (gen_random_uuid());"
        "INSERT INTO events (ts, campaign_id, user_id, event_type) "
        "SELECT now() - n * interval '2 days', 'C', 'U', 'click' FROM generate_series(0, 1) AS n"
    )
    for days, expected in ((None, [[old]]), (30, [[each] for each in new])):
        maintainer = Maintainer(url, Settings(maintenance_s=0.05, event_id_days=days))
        await maintainer.start()

        async def done(expected: list[list[str]] = expected) -> bool:
            return await aside(connection) in expected

        await until(done)
        await maintainer.stop()


async def test_ids_are_kept_for_good_in_one_table(start: Start, connection: Connection) -> None:
    """Without the setting nothing is set aside."""
    writer = await start()
    await writer.submit(batch(*({"event_id": each} for each in IDS)))
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute("INSERT INTO event_ids VALUES ($1)", UUID(IDS[0]))
    assert await aside(connection) == []
