"""The rival on an ORM gives our answers to our requests, and the duel with it counts what it says."""

import os
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from adbench.experiments.peers import duel, orm, sums
from adbench.experiments.peers.duel import DuelPlan
from adbench.harness import k6
from adbench.records import store
from adbench.workload.copy_loader import load
from adbench.workload.dataset import Dataset
from adpulse.database import connections
from adpulse.settings import Settings

END = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
DATA = Dataset(20_000, END, days=30, campaigns=60)


@pytest.fixture
async def rival(new_database, monkeypatch: pytest.MonkeyPatch):
    """Yield a client of the ORM service, in this process, and the URL of its database, which holds DATA."""
    url = await new_database(None)
    await duel.fill(url, DATA)
    monkeypatch.setitem(os.environ, "ADPULSE_DATABASE_URL", url)
    app = orm.create_app()
    async with app.router.lifespan_context(app):
        yield httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://other"), url


async def test_it_answers_as_we_do(rival, serve, url: str) -> None:
    """Every question that both are asked, to the micro."""
    await load(url, DATA, lambda events: None)
    ours, (theirs, _) = await serve(url), rival
    for shape in duel.SHAPES:
        replies = [await client.get(start + shape.path(END)) for client, start in ((ours, ""), (theirs, "/batch"))]
        assert [reply.status_code for reply in replies] == [200, 200]
        first, second = (sums(reply.content) for reply in replies)
        assert first == second
        assert first or shape.name == "hour"


@pytest.mark.parametrize("way", ["each", "batch"])
async def test_it_stores_what_is_posted(rival, way: str, serve, new_database) -> None:
    """Each event once, as it is, committed before the answer; which is ours, byte for byte: k6 costs both the same."""
    client, url = rival
    events = [{**event, "campaign_id": "NEW"} for event in DATA.deliveries(DATA.block(0))][:300]
    for event in events:
        event.pop("event_id", None)
    reply = await client.post(f"/{way}/events", json={"events": events})
    assert reply.json()["accepted"] == 300
    assert reply.content == (await (await serve(await new_database())).post("/events", json={"events": events})).content
    connection = await connections.connect(url)
    found = await connection.fetchrow(
        "SELECT count(*), sum(cost)::float8, sum(revenue)::float8, count(DISTINCT user_id), min(metadata ->> 'geo')"
        " FROM events WHERE campaign_id = 'NEW'"
    )
    await connection.close()
    assert tuple(found) == (
        300,
        pytest.approx(sum(event["cost"] for event in events)),
        pytest.approx(sum(event["revenue"] for event in events)),
        len({event["user_id"] for event in events}),
        min(event["metadata"]["geo"] for event in events),
    )


async def test_a_batch_is_one_insert(rival) -> None:
    """One way sends an INSERT a request, the other an INSERT an event: the comparison is between the two."""
    client, url = rival
    connection = await connections.connect(url)
    await connection.execute("CREATE TABLE inserts (rows bigint)")
    await connection.execute(
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN INSERT INTO inserts SELECT count(*) FROM new; RETURN NULL; END'"
    )
    await connection.execute(
        "CREATE TRIGGER note AFTER INSERT ON events REFERENCING NEW TABLE AS new"
        " FOR EACH STATEMENT EXECUTE FUNCTION note()"
    )
    events = [{**event} for event, _ in zip(DATA.deliveries(DATA.block(0)), range(100), strict=False)]
    for way in ("batch", "each"):
        assert (await client.post(f"/{way}/events", json={"events": events})).json()["accepted"] == 100
    rows = [record[0] for record in await connection.fetch("SELECT rows FROM inserts")]
    await connection.close()
    assert rows == [100] + 100 * [1]


def test_ratios_are_ours_over_theirs() -> None:
    """More events and less time are different sides of 1."""
    latency = {("adpulse", "hour"): [1.0, 1.0], ("orm", "hour"): [4.0, 4.0]}
    rate = {("adpulse", 100): [900.0, 900.0], ("orm-each", 100): [9.0, 9.0], ("orm-batch", 100): [90.0, 90.0]}
    measured = {(each.name, *each.labels.values()): each for each in duel._measurements(latency, rate, 7)}
    assert measured["report.ratio", "orm", "hour"].value == pytest.approx(0.25)
    assert measured["ingest.ratio", "orm-each", "100"].value == pytest.approx(100)
    assert measured["ingest.ratio", "orm-batch", "100"].low == pytest.approx(10)


@pytest.mark.parametrize("postgres", ["pg18"], indirect=True)
def test_a_duel_runs_from_end_to_end(server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both as processes of their own, with k6; how fast they were does not matter here."""
    try:
        k6.find_k6()
    except k6.LoadError:
        pytest.skip("no k6 here")
    monkeypatch.setattr(duel, "ASKED", 1)
    plan = DuelPlan(DATA, rounds=1, seconds=1, workers=1, users={10: 2})
    settings = Settings(database_url=server.url(), data_dir=tmp_path)
    result, path = duel.run(plan, settings, Console(quiet=True))
    assert store.read(path) == result
    assert [check.name for check in result.checks if not check.passed] == []
    assert len(result.checks) == len(duel.SHAPES) + 2
    assert result.value("ingest.rate", system="orm-each", batch="10") > 0
    Console(quiet=True).print(duel.table(result))
