"""A move loses nothing that the owner has added to the tables: it refuses, and lists it."""

import logging

import pytest

from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue, foreign, migrate, online
from tests.servers import CLUSTERS, NewDatabase

pytestmark = pytest.mark.skipif(bool(CLUSTERS), reason="designs on extensions are not looked at")

HERE = [variant.name for variant in catalogue.load_all() if variant.moves_online]
_EVENTS = """
INSERT INTO events (ts, campaign_id, user_id, event_type)
SELECT now() - n * interval '31 hours', 'C', 'U', 'click' FROM generate_series(0, 20) AS n
"""
ADDED = {
    "index": "CREATE INDEX mine_idx ON events (user_id)",
    "index of a partition": "CREATE INDEX mine_idx ON events_default (user_id)",
    "index of a roll-up": "CREATE INDEX mine_idx ON rollup_hour (hour)",
    "column": "ALTER TABLE events ADD COLUMN note text",
    "column of a roll-up": "ALTER TABLE rollup_minute ADD COLUMN note text DEFAULT 'mine'",
    "trigger": "CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
    "CREATE TRIGGER mine AFTER INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION mine()",
    "policy": "CREATE POLICY mine ON events USING (true)",
    "row security": "ALTER TABLE rollup_hour ENABLE ROW LEVEL SECURITY",
    "grant": "GRANT SELECT ON events TO PUBLIC",
    "grant of a column": "GRANT SELECT (ts) ON events TO pg_monitor",
    "constraint": "ALTER TABLE events ADD CONSTRAINT mine CHECK (user_id <> 'nobody')",
    "rule": "CREATE RULE mine AS ON DELETE TO events DO ALSO NOTHING",
    "statistics": "CREATE STATISTICS mine ON campaign_id, user_id FROM events",
    "view": "CREATE VIEW mine AS SELECT count(*) FROM events",
    "foreign key": "CREATE TABLE mine (campaign_id text, hour timestamptz, "
    "FOREIGN KEY (campaign_id, hour) REFERENCES rollup_hour)",
}


@pytest.mark.parametrize("name", HERE)
async def test_a_design_has_nothing_foreign(new_database: NewDatabase, name: str) -> None:
    """A design has nothing foreign as it was built, with partitions of any day, after upkeep and after a move."""
    connection = await connections.connect(await new_database(name))
    variant = catalogue.find(name)
    await connection.execute(_EVENTS)
    for _ in range(3):
        await run_round(connection, variant)
    assert await foreign.added(connection, variant) == []
    await migrate.migrate(connection, "heap" if name != "heap" else "rollup")
    await migrate.migrate(connection, name)
    assert await foreign.added(connection, variant) == []
    assert await connection.fetchval("SELECT to_regnamespace('adpulse_next')") is None
    await connection.close()


async def _stored(connection: Connection) -> int:
    count: int = await connection.fetchval("SELECT count(*) FROM events")
    return count


@pytest.mark.parametrize("kind", ADDED)
async def test_added_objects_are_listed(connection: Connection, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    """One of each kind is refused before anything is copied; when it is let go, the log has a line."""
    await connection.execute(_EVENTS)
    await connection.execute(ADDED[kind])
    word = kind.split(" of ")[0]
    with pytest.raises(SchemaError, match=f": {word} ") as refused:
        await migrate.migrate(connection, "partitioned")
    assert "--drop-foreign" in str(refused.value)
    assert (await catalogue.active(connection)).name == "rollup"
    assert await connection.fetchval("SELECT to_regnamespace('adpulse_next')") is None
    caplog.set_level(logging.WARNING)
    if word in ("view", "foreign key"):
        with pytest.raises(SchemaError, match=r"drop them first$"):
            await migrate.migrate(connection, "partitioned", drop_foreign=True)
    else:
        await migrate.migrate(connection, "partitioned", drop_foreign=True)
        assert f": {word} " in caplog.text
        assert (await catalogue.active(connection)).name == "partitioned"
    assert await _stored(connection) == 21


async def test_remains_of_a_killed_move_are_not_foreign(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its triggers are swept away by the next move, which must not refuse them."""

    class Died(BaseException):
        pass

    async def dies(*_: object) -> None:
        raise Died

    async def goes_away(*_: object) -> None:
        """Leave everything, as a process does that is killed."""

    with monkeypatch.context() as patched:
        patched.setattr(online, "_copy", dies)
        patched.setattr(online, "_sweep", goes_away)
        with pytest.raises(Died):
            await migrate.migrate(connection, "partitioned")
    assert await connection.fetchval("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'moving_%'") >= 2
    await migrate.migrate(connection, "partitioned")
    assert (await catalogue.active(connection)).name == "partitioned"
