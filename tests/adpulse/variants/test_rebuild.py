"""Roll-ups that are wrong are made anew while everybody goes on."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue, migrate, online, rebuild, verify
from adpulse.variants.catalogue import Variant
from tests.patience import PATIENCE_S
from tests.servers import CLUSTERS, NewDatabase
from tests.services import Client, Serve

pytestmark = pytest.mark.skipif(bool(CLUSTERS), reason="designs on extensions are made anew by moving")

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
_EVENTS = """
INSERT INTO events (ts, campaign_id, user_id, event_type, cost_micros, revenue_micros, metadata)
SELECT
  $1::timestamptz + n * interval '17 minutes', 'C' || n % 3, 'U', (enum_range(NULL::event_type))[1 + n % 3],
  n, 2 * n, jsonb_build_object('geo', 'G' || n % 2)
FROM generate_series(0, 250) AS n
"""


async def damage(connection: Connection, variant: Variant) -> None:
    """Make every roll-up wrong in rows that are there, rows that are gone and rows too many, at all times."""
    if variant.name == "matview":
        # A view changes only with its events: they go, past the triggers.
        await connection.execute("SET session_replication_role = replica")
        await connection.execute("DELETE FROM events WHERE user_id = 'U' AND cost_micros % 5 = 0")
        await connection.execute("RESET session_replication_role")
        return
    await connection.execute("SET adpulse.moves = 'to days'")  # past the guard of rollup_delta
    for table, column in variant.tables.items():
        if column is None:
            continue
        one, other = (
            ("clicks > 0", "false") if table == "rollup_delta_all" else ("campaign_id = 'C1'", "campaign_id = 'C2'")
        )
        await connection.execute(f"UPDATE {table} SET cost_micros = cost_micros + 3 WHERE {one}")
        await connection.execute(f"DELETE FROM {table} WHERE {other}")
        await connection.execute(
            f"UPDATE {table} SET {column} = '2011-11-11' WHERE ctid = (SELECT max(ctid) FROM {table})"
        )
        await connection.execute(
            f"UPDATE {table} SET {column} = 'infinity' WHERE ctid = (SELECT min(ctid) FROM {table})"
        )
    await connection.execute("RESET adpulse.moves")
    if "rollup_value" in variant.tables:
        await connection.execute("DELETE FROM rollup_value")


async def exact(connection: Connection, variant: Variant) -> bool:
    return (await verify.verify(connection, variant)).exact


def body(number: int) -> dict[str, object]:
    """Return forty events of the last three days, of three campaigns."""
    events = [
        {
            "ts": (TODAY - timedelta(minutes=n * 97)).isoformat(),
            "campaign_id": f"C{n % 3}",
            "user_id": f"W{number}",
            "event_type": "click",
            "cost": 0.5,
            "metadata": {"geo": "G1"},
        }
        for n in range(40)
    ]
    return {"events": events}


async def _write(client: Client, connection: Connection, going: asyncio.Event) -> None:
    number = 0
    while going.is_set():
        number += 1
        assert (await client.post("/events", json=body(number))).status_code == 200
        if number % 7 == 0:  # corrections, too
            await connection.execute("UPDATE events SET cost_micros = cost_micros + 1 WHERE user_id = $1", f"W{number}")
            await connection.execute("DELETE FROM events WHERE user_id = $1", f"W{number - 3}")


@pytest.mark.parametrize("name", ["rollup", "rollup_dims", "matview"])
async def test_wrong_roll_ups_are_healed_under_load(serve: Serve, new_database: NewDatabase, name: str) -> None:
    """Errors that verify finds are repaired while the service writes, corrects and compacts; all else stays."""
    url = await new_database(name)
    variant = catalogue.find(name)
    connection, other = await connections.connect(url), await connections.connect(url)
    await connection.execute(_EVENTS, TODAY - timedelta(days=3))
    await run_round(connection, variant)
    await damage(connection, variant)
    assert not await exact(connection, variant)
    client = await serve(url, maintenance_s=0.05)
    going = asyncio.Event()
    going.set()
    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
        group.create_task(_write(client, other, going))
        for _ in range(3):
            done = await rebuild.rebuild(connection)
            assert done.days >= 3
            result = await verify.verify(connection, variant)
            assert result.exact, result.mismatches[:5]
        going.clear()
    assert await exact(connection, variant)
    await run_round(connection, variant)
    assert await exact(connection, variant)
    await connection.close()
    await other.close()


@pytest.mark.parametrize("name", ["rollup", "rollup_dims", "matview"])
async def test_without_a_service_it_compacts_itself(new_database: NewDatabase, name: str) -> None:
    """Nothing is left for a round of upkeep that may never come; a second time changes nothing."""
    connection = await connections.connect(await new_database(name))
    variant = catalogue.find(name)
    await connection.execute(_EVENTS, TODAY - timedelta(days=3))
    await damage(connection, variant)
    for _ in range(2):
        await rebuild.rebuild(connection)
        assert await exact(connection, variant)
        left = "stale_minute" if name == "matview" else "rollup_delta"
        assert await connection.fetchval(f"SELECT count(*) FROM {left}") == 0
    await connection.close()


async def test_only_the_range_is_made_anew(connection: Connection) -> None:
    """Days outside keep what they have, right or wrong."""
    variant = await catalogue.active(connection)
    await connection.execute(_EVENTS, TODAY - timedelta(days=3))
    await run_round(connection, variant)
    await connection.execute("UPDATE rollup_minute SET clicks = clicks + 1")
    day = (TODAY - timedelta(days=2)).date()
    assert (await rebuild.rebuild(connection, day, day)).days == 1
    wrong = await connection.fetch(
        "SELECT DISTINCT (minute AT TIME ZONE 'UTC')::date AS day FROM rollup_minute WHERE clicks > 1 OR "
        "campaign_id <> '' AND impressions + clicks + conversions > 1 ORDER BY 1"
    )
    assert day not in {record["day"] for record in wrong}
    assert len(wrong) == 2
    assert (await rebuild.rebuild(connection)).days == 3
    assert await exact(connection, variant)


async def test_days_without_their_raw_events_are_kept(connection: Connection) -> None:
    """Retired and archived days are refused when named, and left out otherwise: their roll-ups are all there is."""
    await connection.execute(_EVENTS, TODAY - timedelta(days=3))
    await run_round(connection, await catalogue.active(connection))
    days = [(TODAY - timedelta(days=n)).date() for n in (3, 2, 1)]
    await connection.execute("DELETE FROM raw_horizon")
    await connection.execute("INSERT INTO raw_horizon (kept_from) VALUES ($1)", TODAY - timedelta(days=2))
    await connection.execute(
        "INSERT INTO archived_days (day, part, file, sha256, events, impressions, clicks, conversions, cost_micros, "
        "revenue_micros, checksum) VALUES ($1, 1, 'f', 's', 0, 0, 0, 0, 0, 0, 0)",
        days[1],
    )
    before = await connection.fetch("TABLE rollup_minute ORDER BY 1, 2")
    for first, last in [(days[0], days[0]), (days[1], days[2]), (None, days[0]), (date(2020, 1, 1), None)]:
        with pytest.raises(SchemaError, match="archived, or retention has dropped"):
            await rebuild.rebuild(connection, first, last)
    done = await rebuild.rebuild(connection)
    assert done.days == 1
    assert len(done.left_out) == 1
    assert "2 days" in done.left_out[0]
    assert await connection.fetch("TABLE rollup_minute ORDER BY 1, 2") == before


async def test_it_keeps_away_from_a_move(url: str) -> None:
    """A move has the tables for itself; and a design without roll-ups has nothing to make anew."""
    connection, other = await connections.connect(url), await connections.connect(url)
    async with online.alone(other):
        with pytest.raises(SchemaError, match="is being moved"):
            await rebuild.rebuild(connection)
    await rebuild.rebuild(connection)
    await migrate.migrate(connection, "covering")
    assert (await rebuild.rebuild(connection)).left_out == ["the design in force, covering, keeps no roll-ups"]
    await connection.close()
    await other.close()


async def test_compaction_by_hand_is_noticed(url: str) -> None:
    """A round without the services' lock, in the middle of a day, makes that day be done again, and nothing is lost."""
    connection, other = await connections.connect(url), await connections.connect(url)
    variant = catalogue.find("rollup")
    await connection.execute(_EVENTS, TODAY - timedelta(days=3))
    statements = iter(range(100))
    execute = type(connection).execute

    class Disturbed:
        """A connection whose day is disturbed twice between its snapshot and its first change."""

        def __getattr__(self, name: str) -> object:
            return getattr(connection, name)

        async def execute(self, statement: str, *arguments: object) -> object:
            if "DELETE FROM rollup_delta\nWHERE" in statement and next(statements) < 2:
                await execute(connection, "SELECT 1 FROM events LIMIT 1")
                await other.execute(_EVENTS, TODAY - timedelta(days=3))
                await run_round(other, variant)
            return await execute(connection, statement, *arguments)

    await rebuild.rebuild(Disturbed())
    assert next(statements) > 3
    assert await exact(connection, variant)
    await connection.close()
    await other.close()
