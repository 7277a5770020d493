"""`adpulse migrate` and `adpulse variants`: a change of design keeps every event, and the list is for programs."""

import json

import anyio

from adpulse.database import connections, migrations
from adpulse.variants import catalogue
from tests.adpulse.cli.conftest import Shell
from tests.servers import NewDatabase


async def test_migrate_keeps_every_event(shell: Shell, url: str) -> None:
    """`migrate --variant` rebuilds in another design and back; names and folders are both understood."""
    shell.set(database_url=url)
    connection = await connections.connect(url)
    statement = "SELECT md5(string_agg(events::text, '' ORDER BY events::text)) FROM (SELECT {} FROM events) AS events"
    columns = "ts, campaign_id, user_id, event_type, cost_micros, revenue_micros, metadata, event_id"
    await connection.execute(
        "INSERT INTO events (ts, campaign_id, user_id, event_type, cost_micros, metadata) "
        "SELECT timestamptz '2025-09-24 06:00Z' + n * interval '7 hours', 'C' || n % 3, 'U', "
        "       (enum_range(NULL::event_type))[1 + n % 3], n, jsonb_build_object('n', n) "
        "FROM generate_series(1, 100) AS n"
    )
    before = await connection.fetchval(statement.format(columns))
    for name, active in (("btree_gin", "btree_gin"), ("07_rollup", "rollup")):
        done = await anyio.to_thread.run_sync(shell, "migrate", "--variant", name)
        assert done.exit_code == 0, done.output
        assert f"schema version {migrations.latest_version()}, variant {active}" in done.output
        assert await connection.fetchval(statement.format(columns)) == before
        verified = await anyio.to_thread.run_sync(shell, "verify", "--json")
        assert verified.exit_code == 0
        result = json.loads(verified.stdout)
        assert result["wrong"] == 0
        assert result["accuracy"] == 1
        assert result["cells"] > 0
    await connection.close()


async def test_variants_are_listed_for_programs(shell: Shell, url: str) -> None:
    """`variants --json` has the promised keys, one entry a folder; a variant that cannot be had has a reason."""
    shell.set(database_url=url)
    done = await anyio.to_thread.run_sync(shell, "variants", "--json")
    assert done.exit_code == 0
    listing = json.loads(done.stdout)
    assert [entry["name"] for entry in listing] == [variant.name for variant in catalogue.load_all()]
    for entry in listing:
        assert set(entry) == {"name", "folder", "summary", "requires", "available", "reason", "active"}
        assert entry["available"] is (entry["reason"] is None)
    assert [entry["name"] for entry in listing if entry["active"]] == ["rollup"]
    table = (await anyio.to_thread.run_sync(shell, "variants")).stdout
    assert all(entry["name"] in table for entry in listing)
    assert [line.split()[1] for line in table.splitlines() if "in force" in line] == ["rollup"]


async def test_wrong_names_change_nothing(shell: Shell, new_database: NewDatabase) -> None:
    """An unknown variant is refused with the list of those there are, before the database is touched."""
    shell.set(database_url=await new_database(None))
    done = await anyio.to_thread.run_sync(shell, "migrate", "--variant", "btree-gin")
    assert done.exit_code == 1
    assert "adpulse: there is no variant 'btree-gin'; there are: heap" in done.stderr
    done = await anyio.to_thread.run_sync(shell, "verify")
    assert done.exit_code == 1
    assert "the database is not set up yet; run: adpulse migrate" in done.stderr
