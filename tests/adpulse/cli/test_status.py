"""`adpulse status`: what it says is what is there, on every kind of design, and without counting large tables."""

import json

import anyio
import pytest
from typer.testing import CliRunner, Result

from adpulse.auth import key_store, keys
from adpulse.cli import console, main, status
from adpulse.database import migrations
from adpulse.database.connections import Connection, connect
from adpulse.maintenance import status as state
from adpulse.variants import catalogue
from tests.adpulse.maintenance.test_status import FILL, described
from tests.servers import NewDatabase


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console.out, "_width", 200)


async def shell(*arguments: str) -> Result:
    return await anyio.to_thread.run_sync(lambda: CliRunner().invoke(main.app, arguments))


@pytest.mark.parametrize("variant", ["heap", "partitioned", "matview", "rollup", "rollup_dims"])
async def test_it_says_what_is_there(new_database: NewDatabase, variant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events, days, tables, what upkeep has to do, dimensions and keys, as JSON and as a table; no secret of a key."""
    url = await new_database(variant)
    monkeypatch.setenv("ADPULSE_DATABASE_URL", url)
    connection = await connect(url)
    await connection.execute(FILL)
    text, key = keys.make("line\nfeed", ["read"], ["C"], None, None)
    assert text is not None
    await key_store.add(connection, key)
    await connection.close()
    done = await shell("status", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["variant"]["name"] == variant
    assert found["schema"] == {"version": migrations.latest_version(), "newest": migrations.latest_version()}
    assert found["events"] == {"count": 40, "estimated": False}
    days = found["days"]
    if days["count"] == 0:  # not made yet: upkeep does that
        assert days["others"]
    else:
        assert (days["count"], days["first"], days["last"]) == (None, "2025-09-24", "2025-09-25")
    listed = {table["name"]: table for table in found["tables"]}
    assert {"events", "event_ids", *catalogue.find(variant).tables} <= set(listed)
    assert listed["events"]["data_bytes"] > 0
    assert (listed["events"]["index_bytes"] > 0) is (variant != "heap")
    upkeep = found["upkeep"]
    assert (upkeep["deltas"] or 0) == (40 if variant.startswith("rollup") else 0)
    assert upkeep["events_behind"] == (40 if variant == "rollup_dims" else None)
    declared = ["geo", "device", "placement"] if variant == "rollup_dims" else []
    assert [each["key"] for each in found["dimensions"]] == declared
    assert [(each["name"], each["scopes"], each["campaigns"]) for each in found["keys"]] == [
        ("line\nfeed", ["read"], ["C"])
    ]
    table = (await shell("status")).stdout
    assert all(words in table for words in (variant, " 40", f"{key.key_id} line␊feed: read, 1 campaign"))
    assert all(name in table for name in declared)
    secret = text.rsplit("_", 1)[1]
    assert secret not in done.stdout + table


async def test_many_events_are_estimated_and_said_to_be(
    connection: Connection, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past a number nothing is counted: the planner says how many there are, and never fewer than were seen."""
    monkeypatch.setattr(state, "MOST", 10)
    monkeypatch.setenv("ADPULSE_DATABASE_URL", url)
    await connection.execute(FILL)
    await connection.execute("ANALYZE events")
    found = await described(connection)
    assert found["events"]["estimated"]
    assert 40 <= found["events"]["count"] < 80  # the planner sees at least one in every empty partition
    assert found["upkeep"]["deltas"] == 11
    table = (await shell("status")).stdout
    assert f"about {found['events']['count']} (an estimate)" in table
    assert "more than 10 deltas" in table


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 kB"), (12_345_678, "12.3 MB"), (5e15, "5,000.0 TB")],
)
def test_sizes_are_words(count: int, text: str) -> None:
    """A size has the largest unit that it reaches."""
    assert status.size(count) == text
