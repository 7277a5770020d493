"""The HTTP service as a client sees it."""

import asyncio

import pytest
from httpx import AsyncClient, Response

from adpulse.auth.keyring import Keyring
from adpulse.database.connections import Connection, connect
from adpulse.ingest.writer import Writer
from adpulse.maintenance.loop import Maintainer
from adpulse.settings import Settings
from adpulse.web.app import create_app
from tests.adpulse.web.conftest import JSON, SMOKE, client_of
from tests.patience import until


async def test_the_smoke_test_holds(smoke: AsyncClient) -> None:
    """The project's original example: old events are accepted, the last hour is empty, their day is exact."""
    empty = (await smoke.get("/report?campaign_id=CAMP-123&start=-1h")).json()
    assert empty["totals"] == {
        **dict.fromkeys(("impressions", "clicks", "conversions", "cost", "revenue"), 0),
        **dict.fromkeys(("ctr", "cvr", "cpm", "cpc", "cpa", "roas"), None),
    }
    day = (await smoke.get("/report?campaign_id=CAMP-123&start=2025-09-24&end=2025-09-25")).json()
    assert day["totals"] == {
        "impressions": 1,
        "clicks": 1,
        "conversions": 0,
        "cost": 0.0105,
        "revenue": 0.0,
        "ctr": 1.0,
        "cvr": 0.0,
        "cpm": 10.5,
        "cpc": 0.0105,
        "cpa": None,
        "roas": 0.0,
    }
    assert day["meta"]["variant"] == "rollup"
    assert "rows" not in day


@pytest.mark.parametrize("broken", [Keyring, Writer, Maintainer])
async def test_a_start_that_fails_leaves_nothing_behind(
    url: str, broken: type, monkeypatch: pytest.MonkeyPatch, connection: Connection
) -> None:
    """Parts that had started are stopped: no task and no connection is left."""

    async def fail(self: object) -> None:
        raise LookupError("a start that fails")

    monkeypatch.setattr(broken, "start", fail)
    app = create_app(Settings(database_url=url))
    before = asyncio.all_tasks()
    with pytest.raises(LookupError, match="a start that fails"):
        async with app.router.lifespan_context(app):
            pass
    assert asyncio.all_tasks() == before
    ours = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    await until(lambda: connection.fetchval(ours), lambda found: not found)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/secret-path", 404), ("DELETE", "/events", 405), ("POST", "/report", 405)]
)
async def test_wrong_routes_are_problem_documents(client: AsyncClient, method: str, path: str, status: int) -> None:
    """A wrong path or method is answered as every other error is, and not repeated."""
    reply = await client.request(method, path)
    assert reply.status_code == status
    assert_problem(reply, status)
    assert "secret" not in reply.text


async def test_a_mistake_of_ours_is_not_shown(url: str) -> None:
    """An unforeseen exception is a 500 problem document, without its text, a trace or the input."""
    app = create_app(Settings(database_url=url))

    @app.get("/mistake")
    async def mistake(word: str) -> None:
        raise LookupError(f"secret {word}")

    async with client_of(app) as client:
        reply = await client.get("/mistake?word=input")
        assert_problem(reply, 500)
        for word in ("secret", "input", "LookupError", "Traceback"):
            assert word not in reply.text


def assert_problem(reply: Response, status: int) -> None:
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    problem = reply.json()
    assert problem["status"] == status
    assert {"type", "title", "detail"} <= set(problem)


async def test_acknowledged_events_are_in_the_next_report(client: AsyncClient, connection: Connection) -> None:
    """However many write at once: each finds its own events in its very next report, and the database has them."""

    async def write_and_ask(number: int) -> None:
        body = SMOKE.replace("CAMP-123", f"CAMP-{number}")
        for turn in range(1, 6):
            assert (await client.post("/events", content=body, headers=JSON)).status_code == 200
            report = await client.get(f"/report?campaign_id=CAMP-{number}&start=2025-09-24&end=2025-09-25")
            assert report.json()["totals"]["clicks"] == turn

    await asyncio.gather(*(write_and_ask(number) for number in range(8)))
    assert await connection.fetchval("SELECT count(*) FROM events") == 8 * 5 * 2


async def test_a_stop_answers_what_was_taken(url: str) -> None:
    """A stop in the middle of a flood: every request is answered, and exactly what was acknowledged is stored."""
    app = create_app(Settings(database_url=url))
    async with client_of(app) as client:
        async with app.router.lifespan_context(app):
            await until(lambda: client.get("/readyz"), lambda reply: reply.status_code == 200)
            floods = [asyncio.create_task(client.post("/events", content=SMOKE, headers=JSON)) for _ in range(200)]
            await asyncio.wait(floods, return_when=asyncio.FIRST_COMPLETED)
        replies = await asyncio.gather(*floods)
    assert {reply.status_code for reply in replies} <= {200, 503}
    acknowledged = sum(reply.json()["accepted"] for reply in replies if reply.status_code == 200)
    assert acknowledged
    connection = await connect(url)
    assert await connection.fetchval("SELECT count(*) FROM events") == acknowledged
    await connection.close()
