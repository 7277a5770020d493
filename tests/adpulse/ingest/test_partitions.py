"""A group of one day goes straight into the day's partition, and never into a table that is none."""

import asyncio
import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.database.connections import Connection, connect
from adpulse.ingest import partitions
from adpulse.ingest.copy_format import EPOCH
from adpulse.ingest.decoder import Decoder
from adpulse.ingest.partitions import Partitions
from adpulse.settings import Settings
from tests.adpulse.ingest.conftest import GOOD, IDS, Start, batch, users
from tests.adpulse.ingest.parts import DAY, NOW, PART, TODAY, Copies, counted
from tests.patience import PATIENCE_S
from tests.servers import NewDatabase

# ── Which groups ─────────────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.datetimes(datetime(1999, 12, 30), datetime(2000, 1, 3)), min_size=1, max_size=5), st.booleans())
def test_a_batch_knows_the_day_of_all_its_events(times: list[datetime], spoilt: bool) -> None:
    """A batch knows the day in UTC of all its events, on both ways through the decoder; None for several days."""
    events = [GOOD | {"ts": f"{each.isoformat()}+02:00"} for each in times]
    text = json.dumps({"events": [*events, *([{}] if spoilt else [])]}).encode()
    decoded = Decoder(Settings()).decode(text)
    days = {(each - timedelta(hours=2)).date() for each in times}
    assert len(decoded.rows) == len(times)
    expected = (days.pop() - EPOCH.date()).days if len(days) == 1 else None
    assert decoded.day == expected


async def test_a_group_of_a_day_goes_into_its_partition(start: Start, connection: Connection, copies: Copies) -> None:
    """A group of one day is in its partition and in the roll-ups; another day, or several, goes through `events`."""
    writer = await start()
    await writer.submit(batch(NOW, NOW))
    await writer.submit(batch(NOW | {"event_id": IDS[0]}, NOW | {"event_id": IDS[0]}), "key", b"")
    assert copies == [(TODAY, True)] * 2
    await writer.submit(batch(NOW, {}))
    await writer.submit(batch({}))
    assert len(copies) == 2
    assert await counted(connection) == (6, 6)
    assert await connection.fetchval(f"SELECT count(*) FROM {PART}") == 4


async def test_small_groups_take_the_table(
    start: Start, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asking costs what it saves: nothing is asked for them."""
    monkeypatch.setattr(partitions, "copy_into", None)
    writer = await start()
    await writer.submit(batch(*[NOW] * 999))
    assert await counted(connection) == (999, 999)


@pytest.mark.parametrize("variant", ["heap", "matview", "partitioned", "rollup_dims"])
async def test_every_design_takes_its_events(
    start: Start, new_database: NewDatabase, copies: Copies, variant: str
) -> None:
    """Straight where it has partitions."""
    url = await new_database(variant)
    connection = await connect(url)
    straight = variant in ("partitioned", "rollup_dims")
    if straight:
        await connection.execute("SELECT tend_partitions()")
    writer = await start(url)
    await writer.submit(batch(NOW, NOW))
    assert await users(connection) == ["U", "U"]
    assert len(copies) == straight
    await connection.close()


UNUSABLE = {
    "other bounds": f"""
        ALTER TABLE events DETACH PARTITION {PART};
        ALTER TABLE events ATTACH PARTITION {PART} FOR VALUES FROM ('{TODAY} 00:00Z') TO ('{TODAY} 12:00Z')""",
    "no trigger": f"DROP TRIGGER events_inserted ON {PART}",
    "a trigger that is switched off": f"ALTER TABLE {PART} DISABLE TRIGGER events_inserted",
    "a trigger of the whole that it has not got": """
        CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER mine AFTER INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION mine()""",
    "another default": f"ALTER TABLE {PART} ALTER cost_micros SET DEFAULT 7",
    "policies of rows": "ALTER TABLE events ENABLE ROW LEVEL SECURITY",
    "detached": f"ALTER TABLE events DETACH PARTITION {PART}",
    "partitions of its own": f"""
        DROP TABLE {PART};
        CREATE TABLE {PART} PARTITION OF events FOR VALUES FROM ('{TODAY}') TO ('{TODAY + timedelta(days=1)}')
        PARTITION BY RANGE (ts);
        CREATE TABLE below PARTITION OF {PART} DEFAULT""",
}


@pytest.mark.parametrize("change", UNUSABLE.values(), ids=UNUSABLE)
async def test_a_partition_that_is_not_like_the_others_is_not_used(connection: Connection, change: str) -> None:
    """It would not do all that `events` does."""
    assert await Partitions().day(connection, DAY, 10_000) == TODAY
    await connection.execute(change)
    assert await Partitions().day(connection, DAY, 10_000) is None
    tomorrow = None if "ON events " in change or "events ENABLE" in change else TODAY + timedelta(days=1)
    assert await Partitions().day(connection, DAY + 1, 10_000) == tomorrow


async def test_the_zone_of_a_session_does_not_matter_to_bounds(connection: Connection) -> None:
    """Every connection of ours states UTC; with another zone no partition is used, rather than a wrong one."""
    await connection.execute("SET timezone = 'Asia/Kolkata'")
    assert await Partitions().day(connection, DAY, 10_000) is None


# ── Rights ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_writer_cannot_leave_events_out_of_reports(connection: Connection) -> None:
    """Only who may empty a partition is believed that its rows are counted."""
    await connection.execute("SELECT tend_partitions()")  # gives the rights
    for role, expected in (("adpulse_ingest", 1), ("postgres", 0)):
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(f"SET LOCAL adpulse.counted = on; SET LOCAL ROLE {role}")
        await connection.execute(
            f"INSERT INTO {PART} (ts, campaign_id, user_id, event_type) VALUES ('{TODAY}', 'C', 'U', 'click')"
        )
        await connection.execute("RESET ROLE")
        assert (await counted(connection))[1] == expected
        await transaction.rollback()


async def test_two_may_give_rights_at_once(connection: Connection, other: Connection) -> None:
    """One of them does, and neither fails."""
    async with connection.transaction():
        await connection.execute("SELECT cover_partitions('events')")
        async with asyncio.timeout(PATIENCE_S):
            await other.execute("SELECT cover_partitions('events')")
    assert await connection.fetchval("SELECT has_table_privilege('adpulse_ingest', $1, 'INSERT')", PART)


async def test_partitions_from_before_get_no_rights(connection: Connection) -> None:
    """Their triggers believe anybody; they go through `events`, and the days to come have new ones."""
    await connection.execute(
        f"DROP TRIGGER events_inserted ON {PART};"
        f"CREATE TRIGGER events_inserted AFTER INSERT ON {PART} REFERENCING NEW TABLE AS added FOR EACH STATEMENT "
        "WHEN (current_setting('adpulse.counted', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION rollup_capture();"
        "SELECT tend_partitions()"
    )
    rights = "SELECT has_table_privilege('adpulse_ingest', $1, 'INSERT')"
    assert not await connection.fetchval(rights, PART)
    assert await connection.fetchval(rights, f"events_p{TODAY + timedelta(days=1):%Y%m%d}")
