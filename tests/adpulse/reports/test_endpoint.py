"""GET /report as a client meets it. test_refusals.py has bad questions, test_outages.py a database that fails."""

import json

import httpx
import pytest

from adpulse.calendar import GRANULARITIES
from adpulse.database import connections
from tests.adpulse.reports.conftest import DAY, post
from tests.servers import NewDatabase
from tests.services import Client, Serve


@pytest.mark.parametrize(
    "question",
    [
        "start=-15m",
        "start=-1h&end=-15m",
        "start=-7d&granularity=hour&timezone=Asia/Kolkata",
        "start=2025-09-24T06:59:31.849%2B05:30&end=2025-09-25",
        "campaign_id=C&campaign_id=%D0%A6&start=-1h",
        "start=-1h&group_by=ad.slot:3&filter=geo:&filter=device:a%20b:c",
        "start=-30d&limit=10000&metrics=roas,unique_users,cost&group_by=geo&order_by=unique_users:asc",
        "start=-1100d&granularity=day&compare=previous&format=csv",
    ],
)
async def test_a_good_question_is_answered(client: Client, question: str) -> None:
    """Every parameter in every form that is documented."""
    reply = await client.get(f"/report?{question}")
    assert reply.status_code == 200, reply.text


@pytest.mark.parametrize("granularity", GRANULARITIES)
async def test_a_date_is_midnight_in_the_time_zone(client: Client, granularity: str) -> None:
    """A date is midnight in the time zone, and the window is echoed as it was used, with the zone's offset."""
    question = f"/report?start=2025-09-24&end=2025-09-26&timezone=Asia/Kolkata&granularity={granularity}"
    query = (await client.get(question)).json()["query"]
    assert (query["start"], query["end"]) == ("2025-09-24T00:00:00+05:30", "2025-09-26T00:00:00+05:30")


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_users_are_counted_for_the_groups_that_are_kept(client: Client, limit: int) -> None:
    """The null group among them, also where it is the only one; the rest has its own number."""
    await post(client, *({"user_id": f"N{n}"} for n in range(4)))
    await post(client, *({"user_id": f"A{n}", "metadata": {"id": "a"}} for n in range(3)))
    await post(client, *({"user_id": f"B{n}", "metadata": {"id": "b"}} for n in range(2)))
    reply = await client.get(
        f"/report?{DAY}&group_by=id&metrics=unique_users,impressions&order_by=impressions&limit={limit}"
    )
    found = [(row["group"], row["unique_users"]) for row in reply.json()["rows"]]
    kept: list[tuple[str | None, int]] = [(None, 4), ("a", 3), ("b", 2)]
    rest = sum(users for _, users in kept[limit:])
    assert found == kept[:limit] + ([("(other)", rest)] if rest else [])


async def test_a_report_is_bounded_in_groups_and_rows(serve: Serve, url: str) -> None:
    """A dimension with a value per event must fill neither the process nor the reply."""
    client = await serve(url, max_cells=20, max_groups=10)
    await post(client, *({"metadata": {"id": str(n)}} for n in range(21)))
    too_many = await client.get(f"/report?{DAY}&group_by=id")
    assert too_many.status_code == 422
    assert too_many.json()["parameter"] == "group_by"
    assert "gives more groups and buckets than 20" in too_many.json()["detail"]
    rows = await client.get(f"/report?{DAY}&group_by=campaign_id&granularity=hour")
    assert rows.status_code == 422
    assert rows.json()["parameter"] == "limit"
    buckets = await client.get(f"/report?{DAY}&granularity=hour")
    assert buckets.json()["parameter"] == "granularity"
    assert (await client.get(f"/report?{DAY}")).json()["totals"]["impressions"] == 21


async def test_a_sum_that_no_bigint_holds_is_exact(serve: Serve, new_database: NewDatabase) -> None:
    """A sum that no bigint holds is exact to the micro, over the whole window and over a part of it."""
    url = await new_database("btree_gin")
    client = await serve(url)
    connection = await connections.connect(url)
    await connection.execute(
        "INSERT INTO events (ts, campaign_id, user_id, event_type, cost_micros)"
        " SELECT '2025-09-24T06:00Z'::timestamptz + n * interval '1 hour', 'C', 'U', 'impression', 9223372036854775807"
        " FROM generate_series(0, 1) AS n"
    )
    await connection.close()
    reply = await client.get(f"/report?{DAY}")
    assert '"cost":18446744073709.551614,' in reply.text
    shorter = await client.get("/report?start=2025-09-24T06:00:00Z&end=2025-09-24T07:00:00Z")
    assert '"cost":9223372036854.775807,' in shorter.text
    assert json.loads(shorter.text)["totals"]["impressions"] == 1


async def test_behind_a_prefix_a_report_is_the_same(serve: Serve, url: str) -> None:
    """FastAPI's router answers behind a prefix, instead of the shortcut, with the same function."""
    client = await serve(url)
    await post(client, {})
    transport = httpx.ASGITransport(app=client._transport.app, root_path="/api")
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as other:
        for question in (DAY, "start=x"):
            straight, routed = await client.get(f"/report?{question}"), await other.get(f"/api/report?{question}")
            assert routed.status_code == straight.status_code
            for reply in (straight, routed):
                assert reply.headers["content-type"] == straight.headers["content-type"]
            first, second = straight.json(), routed.json()
            first.pop("meta", None), second.pop("meta", None)  # how long it took
            assert first == second


@pytest.mark.parametrize(
    ("accept", "asked", "kind"),
    [
        ("text/csv", "", "text/csv"),
        ("text/csv, */*;q=0.1", "", "text/csv"),
        ("TEXT/CSV;header=present", "", "text/csv"),
        ("text/csv;q=0.5, application/json", "", "application/json"),
        ("text/csv, application/json", "", "application/json"),
        ("text/csv;q=0", "", "application/json"),
        ("text/html,application/xml;q=0.9,*/*;q=0.8", "", "application/json"),
        ("*/*", "", "application/json"),
        ("", "", "application/json"),
        ("text/csv", "&format=json", "application/json"),
        ("application/json", "&format=csv", "text/csv"),
    ],
)
async def test_a_client_can_say_what_it_accepts(client: Client, accept: str, asked: str, kind: str) -> None:
    """A client says by `Accept` what it wants, unless `format` says it; a table comes with the name of a file."""
    reply = await client.get(f"/report?start=2025-09-24&end=2025-09-25{asked}", headers={"Accept": accept})
    assert reply.headers["content-type"].split(";")[0] == kind
    assert reply.headers["vary"] == "Accept"
    name = 'attachment; filename="adpulse_20250924T0000Z_20250925T0000Z.csv"'
    assert reply.headers.get("content-disposition") == (name if kind == "text/csv" else None)
