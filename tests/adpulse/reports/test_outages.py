"""GET /report while its database is slow, away, elsewhere or being changed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.settings import Settings
from adpulse.variants import migrate
from adpulse.web.app import create_app
from tests.adpulse.reports.conftest import DAY, EVENT, post
from tests.patience import PATIENCE_S
from tests.servers import NewDatabase
from tests.services import Client, Serve


@asynccontextmanager
async def locked(url: str, table: str) -> AsyncIterator[Connection]:
    """Make every reader of the table wait, while the block runs."""
    connection = await connections.connect(url)
    async with connection.transaction():
        await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield connection
    await connection.close()


async def becomes(client: Client, target: str, status: int) -> httpx.Response:
    """Ask until the status comes: a busy machine may not connect a reader, or have its answer, in so short a time."""
    async with asyncio.timeout(PATIENCE_S):
        while (reply := await client.get(target)).status_code != status:
            assert reply.status_code in (503, 504)
    return reply


async def test_a_report_that_takes_too_long_is_504_with_advice(serve: Serve, new_database: NewDatabase) -> None:
    """The statement is ended by the database, and the next report is answered by the same reader."""
    url = await new_database("btree_gin")
    client = await serve(url, report_timeout_ms=100, readers=1)
    async with locked(url, "events"):
        reply = await becomes(client, "/report?start=-1h", 504)
        assert reply.json()["type"] == "urn:adpulse:report_timeout"
        assert "longer than 100 ms; take a shorter window" in reply.json()["detail"]
        await becomes(client, "/report?start=-1h&compare=previous&metrics=unique_users", 504)
    await becomes(client, "/report?start=-1h", 200)


async def test_reports_that_wait_do_not_hold_up_events(serve: Serve, url: str) -> None:
    """Readers have a pool of their own: when all of it is taken, events are still written, and further reports get
    an answer that says when to come again.
    """
    client = await serve(url, report_timeout_ms=2_000, readers=2)
    async with locked(url, "active_variant"):
        waiting = [asyncio.create_task(client.get("/report?start=-1h")) for _ in range(6)]
        await asyncio.sleep(0.1)
        await post(client, {})
        replies = await asyncio.gather(*waiting)
    assert {reply.status_code for reply in replies} <= {503, 504}
    for reply in replies:
        assert reply.status_code == 504 or reply.headers["retry-after"] == "1"
    assert (await client.get(f"/report?{DAY}")).json()["totals"]["impressions"] == 1


async def test_without_its_database_a_report_is_503_with_retry_after(serve: Serve, url: str) -> None:
    """The read side alone can be away: events are written, reports say when to come again."""
    client = await serve(url, read_database_url="postgresql://u@/none?host=/nonexistent")  # which is ready
    reply = await client.get("/report?start=-1h")
    assert reply.status_code == 503
    assert reply.headers["retry-after"] == "1"
    assert reply.headers["content-type"] == "application/problem+json"
    assert (await client.get("/readyz")).json()["reports"] == "nowhere"
    assert (await client.post("/events", json={"events": [EVENT]})).status_code == 200


async def test_reports_read_where_the_read_url_points(serve: Serve, new_database: NewDatabase) -> None:
    """Events go to the one database, reports come from the other: a replica, in real life."""
    url, other = await new_database(), await new_database("btree_gin")
    await post(await serve(other), {"campaign_id": "there"})
    client = await serve(url, read_database_url=other)
    await post(client, {"campaign_id": "here"})
    answer = (await client.get(f"/report?{DAY}&group_by=campaign_id")).json()
    assert [row["group"] for row in answer["rows"]] == ["there"]
    assert answer["meta"]["variant"] == "btree_gin"


async def test_a_database_that_is_not_set_up_is_503(serve: Serve, new_database: NewDatabase, url: str) -> None:
    """Until somebody runs `adpulse migrate`."""
    app = create_app(Settings(database_url=url, read_database_url=await new_database(None)))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            reply = await client.get("/report?start=-1h")
    assert reply.status_code == 503
    assert "not set up" in reply.json()["detail"]


async def test_a_report_survives_a_change_of_variant(serve: Serve, url: str) -> None:
    """A running service survives a change of variant, with statements prepared for tables that are gone."""
    client = await serve(url, readers=1)
    await post(client, {}, {"user_id": "V"})
    plain, several = f"/report?{DAY}", f"/report?{DAY}&compare=previous&metrics=impressions,unique_users"
    connection = await connections.connect(url)
    for name in ("btree_gin", "rollup", "btree_gin"):
        for question in (plain, several):
            reply = await client.get(question)
            assert reply.status_code == 200, reply.text
            assert reply.json()["totals"]["impressions"] == 2
        await migrate.migrate(connection, name)
        assert (await client.get(several)).json()["totals"]["unique_users"] == 2
    await connection.close()
