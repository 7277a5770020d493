"""GET /report as a client meets it: every bad question and its reply, and what happens when the database does not play.

test_reporter.py checks what a report says.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

import httpx
import pytest

from adpulse.calendar import GRANULARITIES
from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.settings import Settings
from adpulse.variants import migrate
from adpulse.web.app import create_app
from tests.patience import PATIENCE_S
from tests.servers import NewDatabase
from tests.services import Client, Serve

EVENT = {"ts": "2025-09-24T06:59:31Z", "campaign_id": "C", "user_id": "U", "event_type": "click"}
DAY = "start=2025-09-24&end=2025-09-25"


async def post(client: Client, *events: dict[str, object]) -> None:
    for first in range(0, len(events), 10_000):
        reply = await client.post("/events", json={"events": [EVENT | each for each in events[first : first + 10_000]]})
        assert reply.status_code == 200, reply.text
        assert reply.json()["rejected_count"] == 0, reply.text


# ── Bad questions ────────────────────────────────────────────────────────────────────────────────────────────

# (query string, the parameter that is named, what the reply must say)
REFUSED = [
    ("", "start", "is missing; for example -1h"),
    ("start=", "start", "is not a time; allowed: -15m"),
    ("start=yesterday", "start", "is not a time; allowed: -15m"),
    ("start=1758697171", "start", "is not a time"),
    ("start=-1h&end=-2h", "start", "is not before end"),
    ("start=-1h&end=-1h", "start", "is not before end"),
    ("start=2199-01-01", "start", "is not before now"),
    ("start=-9000d", "start", "at most 1,100 days"),
    ("start=-999999w", "start", "lies outside the years 1970 to 2199"),
    ("start=0001-01-01T00:00:00%2B14:00", "start", "lies outside the years 1970 to 2199"),
    ("start=-1h&end=9999-12-31T23:59:59-14:00", "end", "lies outside the years 1970 to 2199"),
    ("start=2025-09-24T00:00:00+00:00", "start", "write + as %2B in a URL"),
    ("start=2025-09-24T00:00:00", "start", "has no time zone; end it with Z"),
    ("start=2025-02-29", "start", "is not a time"),
    ("start=-1h%00", "start", "a character that is not allowed"),
    ("start=-1h&start=-2h", "start", "is given more than once"),
    ("start=-1h&granularity=hour&granularity=hour", "granularity", "is given more than once"),
    ("start=-1h&granularity=second", "granularity", "must be one of: minute, hour, day, week, month"),
    ("start=-1h&granularity=", "granularity", "must be one of"),
    ("start=-30d&granularity=minute", "granularity", "gives more than 10,000 buckets; take a coarser one"),
    ("start=-1h&timezone=Mars/Base", "timezone", "is not an IANA time zone, for example UTC, Europe/Berlin"),
    ("start=-1h&timezone=europe/berlin", "timezone", "is not an IANA time zone"),
    ("start=-1h&timezone=localtime", "timezone", "is not an IANA time zone"),
    ("start=-1h&timezone=../../etc/passwd", "timezone", "is not an IANA time zone"),
    ("start=-1h&timezone=%2B05:30", "timezone", "is not an IANA time zone"),
    ("start=-1h&group_by=", "group_by", "allowed: campaign_id, event_type, or a metadata key"),
    ("start=-1h&group_by=user_id", "group_by", "allowed: campaign_id, event_type, or a metadata key"),
    ("start=-1h&filter=geo", "filter", "must be key:value"),
    ("start=-1h&filter=:IN", "filter", "must be key:value"),
    ("start=-1h&filter=user_id:U", "filter", "names a field of the event"),
    ("start=-1h&filter=event_type:view", "filter", "none of: impression, click, conversion"),
    ("start=-1h&campaign_id=A&filter=campaign_id:B", "filter", "a campaign that campaign_id leaves out"),
    ("start=-1h&filter={geo:IN}", "filter", "must be key:value, for example geo:IN, or a row's filter"),
    ('start=-1h&filter={"geo":3}', "filter", "neither a text, nor null"),
    ('start=-1h&filter={"geo":{"not":"IN"}}', "filter", "neither a text, nor null"),
    ('start=-1h&filter={"geo":"IN","geo":"US"}', "filter", "names one key with two values"),
    ('start=-1h&filter={"geo":{"not":["IN"]}}&filter=geo:IN', "filter", "names one key with two values"),
    (r'start=-1h&filter={"geo":"\u0000"}', "filter", "a character that is not allowed"),
    (r'start=-1h&filter={"\ud800":"IN"}', "filter", "a character that is not allowed"),
    ("start=-1h&filter=" + '{"a":' * 5_000, "filter", "must be key:value"),
    ("start=-1h" + "".join(f"&filter=k{n}:v" for n in range(33)), "filter", "names more than 32 keys"),
    ("start=-1h&filter=geo:IN&filter=geo:US", "filter", "names one key with two values"),
    ("start=-1h&filter=geo:%00", "filter", "a character that is not allowed"),
    ("start=-1h&filter=geo:%ED%A0%80", "filter", "a character that is not allowed"),
    ("start=-1h&campaign_id=", "campaign_id", "must have 1 to 128 characters"),
    ("start=-1h&campaign_id=" + "C" * 129, "campaign_id", "must have 1 to 128 characters"),
    ("start=-1h&campaign_id=%00", "campaign_id", "a character that is not allowed"),
    ("start=-1h&campaign_id=%FF", "campaign_id", "a character that is not allowed"),
    ("start=-1h" + "&campaign_id=C" * 1_001, "campaign_id", "is given more than 1000 times"),
    ("start=-1h" + "&campaign_id=C" * 2_001, "query", "has more than 2000 parameters"),
    ("start=-1h&limit=-1", "limit", "must be a whole number from 1 to 10000"),
    ("start=-1h&limit=0", "limit", "must be a whole number from 1 to 10000"),
    ("start=-1h&limit=1e3", "limit", "must be a whole number from 1 to 10000"),
    ("start=-1h&limit=" + "1" + "0" * 20, "limit", "must be a whole number from 1 to 10000"),
    ("start=-1h&limit=%D9%A3", "limit", "must be a whole number from 1 to 10000"),
    ("start=-1h&metrics=", "metrics", "of: impressions, clicks"),
    ("start=-1h&metrics=clicks,price", "metrics", "of: impressions, clicks"),
    ("start=-1h&metrics=clicks,clicks", "metrics", "names a metric twice"),
    ("start=-36d&metrics=unique_users", "metrics", "for at most 35 days"),
    ("start=-1h&order_by=clicks", "order_by", "needs group_by"),
    ("start=-1h&group_by=geo&order_by=price", "order_by", "must be one of: group, impressions"),
    ("start=-1h&group_by=geo&order_by=clicks:up", "order_by", "with :asc or :desc"),
    ("start=-1h&group_by=geo&order_by=unique_users", "order_by", "only when metrics names it"),
    ("start=-1h&compare=year", "compare", "must be one of: previous"),
    ("start=-1h&format=xml", "format", "must be one of: json, csv"),
    ("start=-1h&from=now", "query", "has an unknown parameter; allowed: campaign_id, start"),
    ("start=-1h&Limit=1", "query", "has an unknown parameter"),
    ("start=-1h&%00=1", "query", "has an unknown parameter"),
]


@pytest.fixture
async def unconnected() -> AsyncIterator[Client]:
    """Serve without a database: what is refused here was refused before any statement."""
    app = create_app(Settings(database_url="postgresql://nowhere.invalid/none"))
    app.state.keyring.learn({}, ever=False)  # or nobody would be let in before the keys are known
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost") as client:
        yield client


@pytest.mark.parametrize(("question", "parameter", "says"), REFUSED, ids=[each[0][:50] for each in REFUSED])
async def test_a_bad_question_names_the_parameter_and_what_is_allowed(
    unconnected: Client, question: str, parameter: str, says: str
) -> None:
    """422, before the database is asked; the document never repeats the input."""
    reply = await unconnected.get(f"/report?{question}")
    assert reply.status_code == 422
    assert reply.headers["content-type"] == "application/problem+json"
    document = reply.json()
    assert document["type"] == "urn:adpulse:invalid_parameter"
    assert document["status"] == 422
    assert document["parameter"] == parameter
    assert document["detail"].startswith(f"{parameter} ")
    assert says in document["detail"]


async def test_an_error_does_not_echo_its_input(unconnected: Client) -> None:
    """No parameter, known or not, has its text repeated in the reply."""
    mark = quote("<b>mark</b>")
    names = ["campaign_id", "start", "end", "granularity", "timezone", "group_by", "filter", "metrics"]
    for name in [*names, "order_by", "limit", "compare", "format", "<b>mark</b>"]:
        reply = await unconnected.get(f"/report?start=-1h&group_by=geo&{quote(name)}={mark * 30}")
        assert reply.status_code == 422, name
        assert "mark" not in reply.text


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


# ── A database that does not play ────────────────────────────────────────────────────────────────────────────


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
    assert (await client.get(f"/report?{DAY}")).json()["totals"]["clicks"] == 1


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
    plain, several = f"/report?{DAY}", f"/report?{DAY}&compare=previous&metrics=clicks,unique_users"
    connection = await connections.connect(url)
    for name in ("btree_gin", "rollup", "btree_gin"):
        for question in (plain, several):
            reply = await client.get(question)
            assert reply.status_code == 200, reply.text
            assert reply.json()["totals"]["clicks"] == 2
        await migrate.migrate(connection, name)
        assert (await client.get(several)).json()["totals"]["unique_users"] == 2
    await connection.close()


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_users_are_counted_for_the_groups_that_are_kept(client: Client, limit: int) -> None:
    """The null group among them, also where it is the only one; the rest has its own number."""
    await post(client, *({"user_id": f"N{n}"} for n in range(4)))
    await post(client, *({"user_id": f"A{n}", "metadata": {"id": "a"}} for n in range(3)))
    await post(client, *({"user_id": f"B{n}", "metadata": {"id": "b"}} for n in range(2)))
    reply = await client.get(f"/report?{DAY}&group_by=id&metrics=unique_users,clicks&order_by=clicks&limit={limit}")
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
    assert (await client.get(f"/report?{DAY}")).json()["totals"]["clicks"] == 21


async def test_a_sum_that_no_bigint_holds_is_exact(serve: Serve, new_database: NewDatabase) -> None:
    """A sum that no bigint holds is exact to the micro, over the whole window and over a part of it."""
    url = await new_database("btree_gin")
    client = await serve(url)
    connection = await connections.connect(url)
    await connection.execute(
        "INSERT INTO events (ts, campaign_id, user_id, event_type, cost_micros)"
        " SELECT '2025-09-24T06:00Z'::timestamptz + n * interval '1 hour', 'C', 'U', 'click', 9223372036854775807"
        " FROM generate_series(0, 1) AS n"
    )
    await connection.close()
    reply = await client.get(f"/report?{DAY}")
    assert '"cost":18446744073709.551614,' in reply.text
    shorter = await client.get("/report?start=2025-09-24T06:00:00Z&end=2025-09-24T07:00:00Z")
    assert '"cost":9223372036854.775807,' in shorter.text
    assert json.loads(shorter.text)["totals"]["clicks"] == 1


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
