"""Installations that earlier releases have left (releases/keep.py) come to the schema of today and lose nothing."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from adpulse.database import connections, migrations
from adpulse.maintenance.loop import run_round
from adpulse.variants import migrate
from adpulse.variants.verify import verify
from tests.adpulse.variants.releases.keep import BINARIES, EVENTS, portable
from tests.servers import CLUSTERS, NewDatabase
from tests.services import Serve

RELEASES = sorted((Path(__file__).parent / "releases").glob("*.sql"))

pytestmark = pytest.mark.skipif(bool(CLUSTERS), reason="no release was kept on a cluster")


def told(answer: dict[str, Any], then: dict[str, Any]) -> tuple[Any, Any]:
    """Return totals and rows of an answer in any order, without the members that later releases have added."""
    rows = [{name: row[name] for name in (then["rows"] or [row])[0]} for row in answer.get("rows", [])]
    return {name: answer["totals"][name] for name in then["totals"]}, sorted(map(json.dumps, rows))


# The words of every function: migrations may indent them, and a restored dump names columns that had no name.
FUNCTIONS = """
SELECT oid::regprocedure::text,
       regexp_replace(regexp_replace(pg_get_functiondef(oid), '\\s+', ' ', 'g'), ' AS \\w+', '', 'g')
FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
"""


async def restored(text: str, new_database: NewDatabase) -> str:
    """Return the URL of a new database that holds a dump without meta-commands of psql."""
    await new_database("rollup")  # makes the roles that the dump grants to
    url = await new_database(None)
    connection = await connections.connect(url)
    await connection.execute(text)
    await connection.close()
    return url


async def functions(url: str) -> dict[str, str]:
    """Return the definitions of a database's functions."""
    connection = await connections.connect(url)
    found = await connection.fetch(FUNCTIONS)
    await connection.close()
    return dict(found)


@pytest.mark.parametrize("dump", RELEASES, ids=lambda path: path.stem)
async def test_a_release_is_brought_to_today(dump: Path, new_database: NewDatabase, serve: Serve) -> None:
    """Every report stays the same, before and after upkeep; sums are recounted; keys and ids are still known.

    Its functions are those of a new installation.
    """
    url = await restored(dump.read_text(), new_database)
    connection = await connections.connect(url)
    variant = await migrate.migrate(connection)
    assert await migrations.version(connection) == migrations.latest_version()
    assert await connection.fetchval("SELECT array_agg(key) FROM idempotency_keys") == ["kept"]
    assert await functions(url) == await functions(await new_database(variant.name))
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


async def test_the_next_release_can_be_kept(postgres: str, new_database: NewDatabase) -> None:
    """A dump of today's schema, restored, has the functions of today: they are compared after each later release."""
    program = BINARIES / "pg_dump"
    if postgres != "pg15" or not program.exists():
        pytest.skip("releases are dumped with PostgreSQL 15 from Debian's packages")
    url = await new_database("rollup_dims")
    done = subprocess.run(
        [program, "--schema-only", "--no-owner", "-d", url], check=True, capture_output=True, text=True
    )
    assert await functions(await restored(portable(done.stdout), new_database)) == await functions(url)
