"""Shared by the tests of the archive: three days of events, and the stored part of them."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from adpulse.archive import manifest as archived
from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue
from tests.adpulse.cli.conftest import shell as shell
from tests.patience import until
from tests.sessions import lock_holders

FIRST = date(2026, 3, 1)
LAST = date(2026, 3, 3)
BEFORE = date(2026, 3, 3)


class Killed(BaseException):
    """The process ends here: nothing else of it runs, and its connection goes."""


def dying_at(last: str) -> archived.Step:
    """Return a step that ends the process when `last` is done."""

    def step(done: str, day: date) -> None:
        if done == last:
            raise Killed

    return step


async def until_freed(url: str) -> None:
    """Wait until the server has noticed that a process has died, and its locks are gone."""
    connection = await connections.connect(url)
    await until(lambda: lock_holders(connection), lambda found: not found)
    await connection.close()


async def fill(connection: Connection, extra: str = "") -> None:
    """Store events of three days, with and without ids and metadata, and one text of every kind."""
    await connection.execute("SELECT prepare_days($1, $2)", FIRST, LAST)
    await connection.execute(
        "INSERT INTO events (ts, event_type, campaign_id, user_id, cost_micros, revenue_micros, metadata, event_id) "
        "SELECT $1::date::timestamp AT TIME ZONE 'UTC' + n * interval '7 minutes 1.000001 second', "
        "  (enum_range(NULL::event_type))[1 + n % 3], 'C' || n % 4, 'Ü' || n, n, 3 * n, "
        "  jsonb_build_object('geo', 'G' || n % 3, 'n', n * 1.50, 'deep', ARRAY[n]), "
        "  CASE WHEN n % 2 = 0 THEN gen_random_uuid() END "
        "FROM generate_series(0, 600) AS n",
        FIRST,
    )
    await run_round(connection, await catalogue.active(connection))


async def stored(connection: Connection) -> archived.Content:
    return await archived.content(connection, "events")


async def days_here(connection: Connection) -> set[date]:
    return {r[0] for r in await connection.fetch("SELECT DISTINCT (ts AT TIME ZONE 'UTC')::date FROM events")}


@pytest.fixture
async def worker(url: str) -> AsyncIterator[Connection]:
    async with archived.session(url) as connection:
        yield connection
