"""Event ids are set aside by time, and forgotten after a window."""

import asyncio
import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from adpulse.database.connections import INGEST, Connection
from adpulse.ingest.event_ids import EventIds
from adpulse.ingest.writer import Writer
from adpulse.maintenance import loop
from adpulse.maintenance.loop import Maintainer
from adpulse.settings import Settings
from tests.adpulse.ingest.conftest import IDS, Start, batch, users
from tests.adpulse.ingest.ids import ANYWHERE, TEND, TODAY, TOGETHER, batch_of, raw
from tests.patience import PATIENCE_S, until

pytestmark = pytest.mark.usefixtures("small_groups")


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


async def test_on_citus_no_id_is_set_aside(start: Start, connection: Connection) -> None:
    """The table is spread there; a warning says that ids are kept. Its catalogue alone tells that Citus is there."""
    writer = await start()
    await writer.submit(batch({"event_id": IDS[0]}))
    await connection.execute("CREATE TABLE pg_dist_partition (logicalrelid regclass)")
    warnings: list[str] = []
    connection.add_log_listener(lambda _, message: warnings.append(message.message))
    await connection.execute(TEND, 2, TODAY)
    assert await aside(connection) == []
    assert (await writer.submit(batch({"event_id": IDS[0]}))).duplicates == 1
    assert any("ADPULSE_EVENT_ID_DAYS has no effect" in warning for warning in warnings)
