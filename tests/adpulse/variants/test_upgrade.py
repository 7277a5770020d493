"""Installations that earlier releases have left (releases/keep.py) come to the schema of today and lose nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from adpulse.database import connections, migrations
from adpulse.maintenance.loop import run_round
from adpulse.variants import migrate
from adpulse.variants.verify import verify
from tests.adpulse.variants.releases.keep import EVENTS
from tests.conftest import CLUSTERS, NewDatabase, Serve

RELEASES = sorted((Path(__file__).parent / "releases").glob("*.sql"))

pytestmark = pytest.mark.skipif(bool(CLUSTERS), reason="no release was kept on a cluster")


def told(answer: dict[str, Any], then: dict[str, Any]) -> tuple[Any, Any]:
    """Return totals and rows of an answer in any order, without the members that later releases have added."""
    rows = [{name: row[name] for name in (then["rows"] or [row])[0]} for row in answer.get("rows", [])]
    return {name: answer["totals"][name] for name in then["totals"]}, sorted(map(json.dumps, rows))


# The words of every function: migrations may indent them.
FUNCTIONS = """
SELECT oid::regprocedure::text, regexp_replace(pg_get_functiondef(oid), '\\s+', ' ', 'g')
FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
"""


@pytest.mark.parametrize("dump", RELEASES, ids=lambda path: path.stem)
async def test_a_release_is_brought_to_today(dump: Path, new_database: NewDatabase, serve: Serve) -> None:
    """Every report stays the same, before and after upkeep; sums are recounted; keys and ids are still known.

    Its functions are those of a new installation.
    """
    await new_database("rollup")  # makes the roles that the dump grants to
    url = await new_database(None)
    restoring = await connections.connect(url)
    await restoring.execute(dump.read_text())
    await restoring.close()
    connection = await connections.connect(url)
    variant = await migrate.migrate(connection)
    assert await migrations.version(connection) == migrations.latest_version()
    assert await connection.fetchval("SELECT array_agg(key) FROM idempotency_keys") == ["kept"]
    new = await connections.connect(await new_database(variant.name))
    assert dict(await connection.fetch(FUNCTIONS)) == dict(await new.fetch(FUNCTIONS))
    await new.close()
    kept = json.loads(dump.with_suffix(".json").read_text())
    client = await serve(url)
    for _ in range(2):
        for then in kept:
            reply = await client.get("/report", params=then["question"])
            assert told(reply.json(), then) == told(then, then), then["question"]
        assert (await verify(connection, variant)).wrong == 0
        await run_round(connection, variant)
    known = await client.post("/events", json={"events": [each for each in EVENTS if "event_id" in each]})
    assert known.json()["accepted"] == 0, known.text
    assert await connection.fetchval("SELECT count(*) FROM events") == len(EVENTS)
    await connection.close()
