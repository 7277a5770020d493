"""Money that no bigint holds: upkeep, reports and the sender's own batch go on, exact."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.database import connections, migrations
from adpulse.database.connections import Connection
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue, migrate, verify
from tests.servers import NewDatabase
from tests.services import Serve
from tests.sql.test_days import DAYS, without_days

ROLLUPS = pytest.mark.parametrize("name", ["matview", "rollup", "rollup_dims"])
EPOCH = datetime(2026, 5, 1, tzinfo=UTC)
STOP = EPOCH + timedelta(days=2)
COLUMNS = ("ts", "event_type", "campaign_id", "user_id", "cost_micros", "revenue_micros", "metadata")
LARGEST = 2**63 - 1


async def send(connection: Connection, *amounts: int, campaign: str = "BIG", minute: int = 0) -> None:
    """Send one COPY with an event of each amount."""
    at = EPOCH + timedelta(minutes=minute)
    rows = [(at, "click", campaign, "U1", amount, amount // 2, '{"geo": "IN"}') for amount in amounts]
    await connection.copy_records_to_table("events", records=rows, columns=COLUMNS)


async def money(connection: Connection, name: str, **chosen: Any) -> dict[str | None, tuple[int, int, int]]:
    """Group -> clicks, cost and revenue, by a report that may be longer than a bigint."""
    text = catalogue.find(name).exact_report
    start, stop = chosen.get("window", (EPOCH, STOP))
    rows = await connection.fetch(
        text, chosen.get("campaigns"), start, stop, None, None, chosen.get("group"), chosen.get("filters")
    )
    return {row["grp"]: (row["clicks"], int(row["cost_micros"]), int(row["revenue_micros"])) for row in rows}


@ROLLUPS
async def test_sums_past_a_bigint_do_not_stop_upkeep(new_database: NewDatabase, name: str) -> None:
    """Rounds succeed with any events of one campaign, no delta stays, and every total is exact, of all and of each."""
    variant = catalogue.find(name)
    connection = await connections.connect(await new_database(name))
    expected = {"BIG": [0, 0, 0], "SMALL": [0, 0, 0]}
    for number in range(4):
        for campaign, amounts in (("BIG", (LARGEST, LARGEST, 5)), ("SMALL", (7, 11))):
            await send(connection, *amounts, campaign=campaign, minute=number * 20)
            cell = expected[campaign]
            cell[0] += len(amounts)
            cell[1] += sum(amounts)
            cell[2] += sum(amount // 2 for amount in amounts)
        if number % 2:
            await run_round(connection, variant)
            waiting = "stale_minute" if name == "matview" else "rollup_delta"
            assert await connection.fetchval(f"SELECT count(*) FROM {waiting}") == 0
        everything = tuple(map(sum, zip(*expected.values(), strict=True)))
        assert await money(connection, name) == {None: everything}
        assert await money(connection, name, group="campaign_id") == {k: tuple(v) for k, v in expected.items()}
        assert await money(connection, name, campaigns=["SMALL"]) == {None: tuple(expected["SMALL"])}
        assert await money(connection, name, group="geo") == {"IN": everything}
        assert await money(connection, name, filters='{"geo": "IN"}') == {None: everything}
        # An hour that the window cuts, and one that it does not.
        early = (EPOCH, EPOCH + timedelta(minutes=30))
        assert (await money(connection, name, window=early))[None][0] == 5 * min(number + 1, 2)
        assert (await verify.verify(connection, variant)).exact
    await connection.execute("DELETE FROM events WHERE campaign_id = 'BIG'")
    await run_round(connection, variant)
    assert await money(connection, name) == {None: tuple(expected["SMALL"])}
    await connection.close()


@given(cost=st.integers(-(10**24), 10**24), revenue=st.integers(-(10**24), 10**24))
async def test_pieces_sum_to_the_whole(connection: Connection, cost: int, revenue: int) -> None:
    """The pieces of any two sums are bigint and add up to them."""
    rows = await connection.fetch("SELECT * FROM bigint_pieces($1, $2)", Decimal(cost), Decimal(revenue))
    assert sum(row["cost_micros"] for row in rows) == cost
    assert sum(row["revenue_micros"] for row in rows) == revenue


async def test_the_migration_brings_it_to_a_design_that_is_there(new_database: NewDatabase) -> None:
    """A database of the version before: stuck compaction goes on, and what it held up is exact."""
    migration = next(text for _, name, text in migrations.migrations() if name.endswith("large_sums.sql"))
    connection = await connections.connect(await new_database("rollup"))
    await without_days(connection)
    await connection.execute("DROP TABLE rollup_large; DROP FUNCTION bigint_pieces")
    await connection.execute(migration)
    await connection.execute(DAYS)  # which the round below needs
    await send(connection, LARGEST, LARGEST)
    await run_round(connection, catalogue.find("rollup"))
    assert await money(connection, "rollup") == {None: (2, 2 * LARGEST, 2 * (LARGEST // 2))}
    await connection.close()


async def test_the_migration_brings_it_to_a_view_that_is_there(new_database: NewDatabase) -> None:
    """The view of the version before is made again, and can be refreshed beside readers."""
    connection = await connections.connect(await new_database("matview"))
    await send(connection, 5)
    text = next(text for _, name, text in migrations.migrations() if name.endswith("sums_of_the_view.sql"))
    await connection.execute(text)
    await send(connection, LARGEST, LARGEST)
    await run_round(connection, catalogue.find("matview"))
    assert (await money(connection, "matview"))[None][:2] == (3, 2 * LARGEST + 5)
    assert (await verify.verify(connection, catalogue.find("matview"))).exact
    await connection.close()


@pytest.mark.parametrize("name", ["heap", "partitioned", "rollup", "rollup_dims"])
async def test_a_report_over_http_is_exact_past_a_bigint(serve: Serve, new_database: NewDatabase, name: str) -> None:
    """A sum past 2^63 is no error and no other number: to the micro, of roll-ups and of raw events."""
    url = await new_database(name)
    connection = await connections.connect(url)
    await send(connection, LARGEST, LARGEST, 5)
    await connection.close()
    client = await serve(url)
    window = "start=2026-05-01&end=2026-05-02"
    for asked in (
        "",
        "&group_by=event_type",
        "&granularity=day",
        "&group_by=geo&filter=device:tv",
        "&compare=previous",
    ):
        reply = await client.get(f"/report?{window}{asked}")
        assert reply.status_code == 200, reply.text
        expected = 0 if "device" in asked else 2 * LARGEST + 5
        assert cost_of_totals(reply.text) == Decimal(expected) / 1_000_000


def cost_of_totals(text: str) -> Decimal:
    """Return the cost of the totals, with every digit."""
    cost = json.loads(text, parse_float=Decimal)["totals"]["cost"]
    return Decimal(cost)


@ROLLUPS
async def test_a_move_takes_large_sums_along(new_database: NewDatabase, name: str) -> None:
    """Another design can take the place of one that holds sums past 2^63."""
    connection = await connections.connect(await new_database("partitioned"))
    await send(connection, LARGEST, LARGEST, 5)
    await migrate.migrate(connection, name)
    assert (await money(connection, name))[None][1] == 2 * LARGEST + 5
    assert (await verify.verify(connection, catalogue.find(name))).exact
    await connection.close()
