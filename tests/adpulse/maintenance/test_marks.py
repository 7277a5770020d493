"""The mark of compaction hides no delta and shows none twice, however transactions begin, write and end."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from asyncpg.transaction import Transaction

from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue, verify
from tests.servers import CLUSTERS, NewDatabase

pytestmark = pytest.mark.skipif(bool(CLUSTERS), reason="the design has a mark on one server only")

START = datetime(2026, 5, 1, 10, tzinfo=UTC)
STOP = START + timedelta(days=1)
CAMPAIGNS = ("C1", "C2", "C3")


class Writer:
    """A session that writes clicks, in transactions with savepoints, and what it has written but not committed."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.open: list[tuple[Transaction, Counter[str]]] = []

    async def step(self, draw: random.Random, committed: Counter[str]) -> None:
        """Draw a step: begin, write, or end."""
        choice = draw.random()
        if not self.open or (choice < 0.15 and len(self.open) < 3):
            transaction = self.connection.transaction()
            await transaction.start()
            self.open.append((transaction, Counter()))
        elif choice < 0.75:
            await self.write(draw)
        else:
            await self.end(committed, keep=draw.random() < 0.6)

    async def write(self, draw: random.Random) -> None:
        """Write a click."""
        campaign = draw.choice(CAMPAIGNS)
        await self.connection.execute(
            "INSERT INTO events (ts, event_type, campaign_id, user_id) VALUES ($1, 'click', $2, 'U1')",
            START + timedelta(minutes=draw.randrange(90)),
            campaign,
        )
        self.open[-1][1][campaign] += 1

    async def end(self, committed: Counter[str], *, keep: bool) -> None:
        """End the innermost transaction or savepoint."""
        transaction, written = self.open.pop()
        if keep:
            await transaction.commit()
            (self.open[-1][1] if self.open else committed).update(written)
        else:
            await transaction.rollback()


async def told(connection: Connection, report: str) -> dict[str, int]:
    """Return the clicks of all campaigns together, under '', and of each; asked for in four ways."""
    asked = [
        ("", (None, START, STOP, None, None, None, None)),
        *((name, ([name], START, STOP, None, None, None, None)) for name in CAMPAIGNS),
    ]
    answers = {name: sum(row["clicks"] for row in await connection.fetch(report, *values)) for name, values in asked}
    by_campaign = await connection.fetch(report, None, START, STOP, None, None, "campaign_id", None)
    assert {row["grp"]: row["clicks"] for row in by_campaign} == {
        name: count for name, count in answers.items() if name and count
    }
    by_hour = await connection.fetch(report, None, START, STOP, "hour", "UTC", None, None)
    assert sum(row["clicks"] for row in by_hour) == answers[""]
    return answers


@pytest.mark.parametrize("name", ["rollup", "rollup_dims"])
@pytest.mark.parametrize("seed", range(5))
async def test_reports_are_right_in_any_order_of_transactions_and_rounds(
    new_database: NewDatabase, name: str, seed: int
) -> None:
    """After each step a report has what is committed, once: long transactions, savepoints, and those taken back."""
    draw, variant, committed = random.Random(seed), catalogue.find(name), Counter[str]()
    url = await new_database(name)
    opened = [await connections.connect(url, plan_cache_mode="force_custom_plan") for _ in range(5)]
    keeper, reader, *sessions = opened
    await keeper.execute("SELECT prepare_days($1, $1)", START.date())
    writers = [Writer(session) for session in sessions]
    for _ in range(60):
        if draw.random() < 0.25:
            await run_round(keeper, variant)
        else:
            await draw.choice(writers).step(draw, committed)
        expected = {"": committed.total(), **{campaign: committed[campaign] for campaign in CAMPAIGNS}}
        assert await told(reader, variant.report) == expected
    for writer in writers:
        while writer.open:
            await writer.end(committed, keep=draw.random() < 0.5)
    await run_round(keeper, variant)
    assert await keeper.fetchval("SELECT count(*) FROM rollup_delta") == 0
    assert (await told(reader, variant.report))[""] == committed.total()
    assert (await verify.verify(keeper, variant)).exact
    for connection in opened:
        await connection.close()


@pytest.mark.parametrize("name", ["rollup", "rollup_dims"])
async def test_a_round_in_the_middle_of_a_transaction_hides_nothing(new_database: NewDatabase, name: str) -> None:
    """Somebody runs maintain.sql by hand in a transaction that has written, and goes on to write."""
    variant, url = catalogue.find(name), await new_database(name)
    one, other = await connections.connect(url), await connections.connect(url)
    await one.execute("SELECT prepare_days($1, $1)", START.date())
    write = "INSERT INTO events (ts, event_type, campaign_id, user_id) VALUES ($1, 'click', 'C1', 'U1')"
    async with one.transaction():
        await one.execute(write, START)
        await other.execute(write, START)  # so that the transaction's own number is not the youngest
        await run_round(one, variant)
        await one.execute(write, START)
        assert (await told(one, variant.report))[""] == 3
    assert (await told(other, variant.report))[""] == 3
    await run_round(other, variant)
    assert (await verify.verify(other, variant)).exact
    await one.close()
    await other.close()


async def test_a_round_of_the_version_before_is_believed_as_far_as_it_knows(new_database: NewDatabase) -> None:
    """The version before writes `before` alone, beside a snapshot that is older, or from another cluster."""
    url = await new_database("rollup")
    connection = await connections.connect(url)
    variant = catalogue.find("rollup")
    await connection.execute("SELECT prepare_days($1, $1)", START.date())
    write = "INSERT INTO events (ts, event_type, campaign_id, user_id) VALUES ($1, 'click', 'C1', 'U1')"
    await connection.execute(write, START)
    await run_round(connection, variant)
    assert await connection.fetchval("SELECT snapshot::text = rollup_moved_snapshot()::text FROM rollup_mark")
    for _ in range(3):
        await connection.execute(write, START)
    await connection.execute("UPDATE rollup_mark SET before = '5'")
    assert await connection.fetchval("SELECT rollup_moved_snapshot()::text") == "5:5:"
    assert (await told(connection, variant.report))[""] == 4
    await connection.execute("UPDATE rollup_mark SET before = '5', snapshot = NULL")
    assert await connection.fetchval("SELECT rollup_moved_snapshot()::text") == "5:5:"
    await connection.execute("UPDATE rollup_mark SET snapshot = '5:9000000000000:7'")
    assert await connection.fetchval("SELECT rollup_moved_snapshot()::text") == "1:1:"
    await connection.close()


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM {}",
        "UPDATE {} SET system_identifier = system_identifier + 1",
        "UPDATE {} SET snapshot = '1:1:'",
    ],
)
@pytest.mark.parametrize("mark", ["rollup_mark", "rollup_dim_mark"])
async def test_a_mark_that_is_lost_or_not_valid_is_made_anew(new_database: NewDatabase, mark: str, harm: str) -> None:
    """Reports are exact before and after the next rounds, which add up everything that has come since."""
    connection, design = await connections.connect(await new_database("rollup_dims")), catalogue.find("rollup_dims")
    for click in range(3):
        await connection.execute(
            "INSERT INTO events (ts, event_type, campaign_id, user_id, metadata) "
            "SELECT $1::timestamptz + n * interval '7 minutes', 'click', 'C', 'U', '{\"geo\": \"G\"}' "
            "FROM generate_series(0, 99) AS n",
            START + timedelta(minutes=click),
        )
        await run_round(connection, design)
        assert (await verify.verify(connection, design)).exact
        assert await connection.fetchval("SELECT count(*) FROM rollup_dim_marked()") == 1
        await connection.execute(harm.format(mark))
        assert (await verify.verify(connection, design)).exact
    await connection.close()


@pytest.mark.parametrize(
    "closed", ["'-infinity'", "'infinity'", "closed_to - interval '3 days'", "closed_to + interval '2 days'"]
)
async def test_a_mark_that_closes_other_hours_is_made_anew(new_database: NewDatabase, closed: str) -> None:
    """Somebody edits the hour up to which hours are closed: rounds go on, reports stay exact, and later hours close."""
    connection, design = await connections.connect(await new_database("rollup_dims")), catalogue.find("rollup_dims")
    write = (
        "INSERT INTO events (ts, event_type, campaign_id, user_id, metadata) "
        "SELECT now() - n * interval '31 minutes', 'click', 'C', 'U', '{\"geo\": \"G\"}' "
        "FROM generate_series(0, 199) AS n"
    )
    await connection.execute(write)
    await run_round(connection, design)
    await connection.execute(f"UPDATE rollup_dim_mark SET closed_to = {closed}")
    for _ in range(2):
        await connection.execute(write)
        await run_round(connection, design)
        assert (await verify.verify(connection, design)).exact
    late = "SELECT closed_to <= now() AND closed_to > now() - interval '3 hours' FROM rollup_dim_mark"
    assert await connection.fetchval(late)
    await connection.close()
