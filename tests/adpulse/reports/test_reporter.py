"""What a report says: exact sums, buckets across clock changes, groups that sum up, reach, comparison, CSV."""

import csv
import io
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.database import connections
from adpulse.money import decimal, number
from adpulse.reports import filters
from adpulse.reports import rows as tables
from adpulse.reports.metrics import DEFAULT_METRICS, METRICS, Sums, change
from adpulse.reports.query import Query, QueryError, parse
from adpulse.reports.rows import Cells, Rest
from adpulse.settings import Settings
from adpulse.variants import catalogue
from adpulse.variants.catalogue import Variant
from tests.conftest import Client, NewDatabase, Serve

NOW = datetime(2025, 9, 24, 12, tzinfo=UTC)
EVENT = {"ts": "2025-09-24T06:59:31Z", "campaign_id": "C", "user_id": "U", "event_type": "impression"}
DAY = "start=2025-09-24&end=2025-09-25"
SUMS = ("impressions", "clicks", "conversions", "cost", "revenue")


async def post(client: Client, *events: dict[str, Any]) -> None:
    for first in range(0, len(events), 10_000):
        reply = await client.post("/events", json={"events": [EVENT | each for each in events[first : first + 10_000]]})
        assert reply.status_code == 200, reply.text
        assert reply.json()["rejected_count"] == 0, reply.text


async def ask(client: Client, question: str) -> dict[str, Any]:
    """Return the reply, money as the decimals that were sent."""
    reply = await client.get(f"/report?{question}")
    assert reply.status_code == 200, reply.text
    answer: dict[str, Any] = json.loads(reply.text, parse_float=Decimal)
    return answer


def query(text: str, **settings: Any) -> Query:
    items = [(name, value) for name, _, value in (item.partition("=") for item in text.split("&"))]
    return parse(items, NOW, Settings(**settings))


def summed(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {name: sum(row[name] for row in rows) for name in SUMS}


def five(record: dict[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in SUMS}


# ── Figures ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_derived_metrics_are_what_their_formulas_say() -> None:
    """Checked by hand: 2,000 impressions, 50 clicks, 4 conversions, 12.50 spent, 31.25 earned."""
    sums = Sums(2_000, 50, 4, 12_500_000, 31_250_000)
    expected = {"ctr": 0.025, "cvr": 0.08, "cpm": 6.25, "cpc": 0.25, "cpa": 3.125, "roas": 2.5}
    assert {name: METRICS[name].value(sums) for name in expected} == expected


def test_a_ratio_without_a_divisor_is_none() -> None:
    """A ratio without a divisor is None: not zero, and no error."""
    for name in ("ctr", "cvr", "cpm", "cpc", "cpa", "roas"):
        assert METRICS[name].value(Sums()) is None
    assert METRICS["ctr"].value(Sums(impressions=5)) == 0


@given(st.integers(-(2**63), 2**63 - 1))
def test_money_reads_as_the_micros_it_was(micros: int) -> None:
    """Money is exact in JSON and CSV, also beyond what a double can hold: no micro is lost or invented."""
    assert Decimal(orjson.dumps(number(micros)).decode()) * 10**6 == micros
    assert Decimal(decimal(micros)) * 10**6 == micros


def test_change_is_relative_to_what_was() -> None:
    """A quarter more is 0.25; from nothing there is no change to tell."""
    assert change(125, 100) == 0.25
    assert change(0, 100) == -1
    assert change(5, 0) is None
    assert change(None, 5) is None
    assert change(5, None) is None


# ── Rows ─────────────────────────────────────────────────────────────────────────────────────────────────────

BUCKETS = query("start=2025-09-24T00:00:00Z&granularity=hour").span.buckets
counts = st.integers(0, 10**12)
cells = st.dictionaries(
    st.none() | st.sampled_from(["IN", "US", "", "(other)", "a,b"]) | st.text(max_size=3),
    st.dictionaries(st.sampled_from(BUCKETS), st.builds(Sums, counts, counts, counts, counts, counts), min_size=1),
    max_size=12,
)


@given(cells, cells, st.integers(1, 5), st.sampled_from([*DEFAULT_METRICS, "group", "group:desc", "cpc:asc"]))
def test_rows_sum_to_totals(now: Cells, before: Cells, limit: int, order: str) -> None:
    """For any groups, limit and order, on both sides of a comparison; no group appears twice."""
    asked = query(
        f"start=2025-09-24T00:00:00Z&granularity=hour&group_by=geo&limit={limit}&order_by={order}&compare=previous"
    )
    assert asked.before is not None
    hours = asked.span.window.stop - asked.span.window.start
    shifted: Cells = {
        group: {at - hours: sums for at, sums in row.items() if at is not None} for group, row in before.items()
    }
    groups = tables.rank(asked, [now, shifted])
    assert set(groups) == set(now) | set(before)
    kept = groups if len(groups) <= limit else [*groups[:limit], Rest.OTHER]
    rows = tables.rows(asked, [tables.fold(now, kept), tables.fold(shifted, kept)], kept, 10_000)
    assert len({(row.bucket, row.group) for row in rows}) == len(rows) == len(kept) * len(BUCKETS)
    assert tables.add(row.sums for row in rows) == tables.total(now)
    assert tables.add(row.before[1] for row in rows if row.before) == tables.total(shifted)


@pytest.mark.parametrize("name", [*DEFAULT_METRICS, "group"])
@pytest.mark.parametrize("direction", ["", ":asc", ":desc"])
def test_groups_come_in_the_order_asked_for(name: str, direction: str) -> None:
    """Greatest first unless asked otherwise, names from A to Z; what is undefined last either way."""
    draw = random.Random(name + direction)
    now: Cells = {
        f"g{n}": {None: Sums(*(draw.choice([0, 1, 2, 50]) for _ in range(5)))} for n in draw.sample(range(10, 40), 30)
    }
    groups = tables.rank(query(f"start=-1h&group_by=geo&order_by={name}{direction}"), [now])
    if name == "group":
        assert groups == sorted(now, key=str, reverse=direction == ":desc")
        return
    values = [METRICS[name].value(now[group][None]) for group in groups]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=direction != ":asc")
    assert values == known + [None] * (len(values) - len(known))


def test_the_rest_fits_beside_as_many_groups_as_there_may_be() -> None:
    """The most groups, and one more: a row for each of the most, and one for the rest."""
    asked = query("start=-1h&group_by=campaign_id", max_groups=1_000)
    now: Cells = {f"C{n}": {None: Sums(impressions=1)} for n in range(1_001)}
    kept = [*tables.rank(asked, [now])[: asked.limit], Rest.OTHER]
    rows = tables.rows(asked, [tables.fold(now, kept)], kept, 1_000)
    assert len(rows) == 1_001
    assert rows[-1].group is Rest.OTHER
    assert tables.add(row.sums for row in rows) == tables.total(now)
    with pytest.raises(QueryError, match="gives more than 999 rows; take a smaller limit"):
        tables.rows(asked, [tables.fold(now, kept)], kept, 999)


# ── Answers ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("variant", ["rollup", "btree_gin"])
async def test_days_across_a_change_of_clocks_hold_their_23_to_25_hours(
    serve: Serve, new_database: NewDatabase, variant: str
) -> None:
    """With an event every half hour, a day has twice as many as it has hours; half-hour zones and missing or doubled
    midnights included.
    """
    client = await serve(await new_database(variant))
    for zone, day, expected in [
        ("Europe/Berlin", "2025-03-30", [48, 46, 48]),
        ("Europe/Berlin", "2025-10-26", [48, 50, 48]),
        ("America/Santiago", "2025-09-07", [48, 46, 48]),  # there is no midnight
        ("America/Havana", "2024-11-03", [48, 50, 48]),  # midnight comes twice
        ("Australia/Lord_Howe", "2025-04-06", [48, 49, 48]),  # by half an hour
        ("Asia/Kathmandu", "2025-06-01", [48, 48, 48]),
    ]:
        middle = datetime.fromisoformat(day)
        first, last = middle - timedelta(days=1), middle + timedelta(days=2)
        start = first.replace(tzinfo=UTC) - timedelta(days=1)
        instants = [start + n * timedelta(minutes=30) for n in range(5 * 48)]
        await post(client, *({"ts": at.isoformat(), "campaign_id": zone} for at in instants))
        answer = await ask(client, f"campaign_id={zone}&start={first:%F}&end={last:%F}&timezone={zone}&granularity=day")
        assert [row["impressions"] for row in answer["rows"]] == expected, zone
        assert [row["bucket"][:10] for row in answer["rows"]] == [
            f"{middle + timedelta(days=n):%F}" for n in (-1, 0, 1)
        ]
        assert answer["totals"]["impressions"] == sum(expected)


async def test_empty_buckets_are_present_and_zero(client: Client) -> None:
    """Empty buckets are present and zero, also at both ends, and when there is nothing at all."""
    await post(client, {"ts": "2025-09-24T03:10:00Z", "event_type": "click", "cost": 0.5})
    answer = await ask(client, f"{DAY}&granularity=hour")
    assert [row["bucket"] for row in answer["rows"]] == [f"2025-09-24T{hour:02}:00:00Z" for hour in range(24)]
    assert [row["clicks"] for row in answer["rows"]] == [0, 0, 0, 1] + [0] * 20
    assert answer["rows"][0] == {
        "bucket": "2025-09-24T00:00:00Z",
        "group": None,
        **dict.fromkeys(SUMS, 0),
        **dict.fromkeys(("ctr", "cvr", "cpm", "cpc", "cpa", "roas")),
    }
    weeks = await ask(client, "start=2024-01-01&end=2024-02-01&granularity=week")
    assert len(weeks["rows"]) == 5
    assert summed(weeks["rows"]) == dict.fromkeys(SUMS, 0)


async def test_money_adds_up_without_drift(client: Client) -> None:
    """Five thousand times a tenth of a cent is five; doubles would give 0.30000000000000004."""
    await post(client, {"cost": 0.1}, {"cost": 0.2}, {"revenue": 0.000001, "campaign_id": "D"})
    await post(client, *({"cost": 0.001, "campaign_id": f"M{n % 7}"} for n in range(5_000)))
    answer = await ask(client, f"{DAY}&group_by=campaign_id&granularity=day")
    assert answer["totals"]["cost"] == Decimal("5.3")
    assert answer["totals"]["revenue"] == Decimal("0.000001")
    assert {row["group"]: row["cost"] for row in answer["rows"]}["C"] == Decimal("0.3")
    assert summed(answer["rows"]) == five(answer["totals"])


@pytest.mark.parametrize("variant", ["rollup", "btree_gin"])
async def test_money_is_exact_past_what_a_double_holds(serve: Serve, new_database: NewDatabase, variant: str) -> None:
    """Sums beyond 2**53 micros come out to the micro, in JSON and in CSV, and rows still sum to totals."""
    url = await new_database(variant)
    client = await serve(url)
    connection = await connections.connect(url)
    await connection.execute(
        "INSERT INTO events (ts, campaign_id, user_id, event_type, cost_micros, revenue_micros)"
        " SELECT '2025-09-24T06:00Z', 'C' || n, 'U', 'click', 9007199254740993 + n, 8589934592000001"
        " FROM generate_series(1, 3) AS n"
    )
    await connection.close()
    answer = await ask(client, f"{DAY}&group_by=campaign_id")
    assert answer["totals"]["cost"] == Decimal("27021597764.222985")
    assert answer["totals"]["revenue"] == Decimal("25769803776.000003")
    assert [row["cost"] for row in answer["rows"]] == [Decimal(f"9007199254.74099{n}") for n in (6, 5, 4)]
    assert summed(answer["rows"]) == five(answer["totals"])
    table = (await client.get(f"/report?{DAY}&group_by=campaign_id&metrics=cost&format=csv")).text
    assert table.splitlines()[1] == ",C3,9007199254.740996"


async def test_the_rest_is_one_row_and_rows_sum_to_totals(client: Client) -> None:
    """Past the limit groups are folded, also with a group that has the name of the rest, one that is empty and
    events without the key.
    """
    geos = {"IN": 5, "US": 4, "(other)": 3, "": 2, None: 1}
    for geo, times in geos.items():
        await post(client, *({"metadata": {} if geo is None else {"geo": geo}, "cost": 0.25} for _ in range(times)))
    answer = await ask(client, f"{DAY}&group_by=geo&limit=3")
    assert [(row["group"], row["impressions"]) for row in answer["rows"]] == [
        ("IN", 5),
        ("US", 4),
        ("(other)", 3),
        ("(other)", 3),
    ]
    assert answer["meta"]["groups"] == 5
    assert summed(answer["rows"]) == five(answer["totals"])
    everything = await ask(client, f"{DAY}&group_by=geo&order_by=group")
    assert [row["group"] for row in everything["rows"]] == ["", "(other)", "IN", "US", None]
    cheapest = await ask(client, f"{DAY}&group_by=geo&order_by=cost:asc&limit=2")
    assert [row["group"] for row in cheapest["rows"]] == [None, "", "(other)"]


async def test_a_filter_keeps_what_has_every_key(client: Client) -> None:
    """Repeated filters are AND; numbers and booleans match as they are written."""
    await post(
        client,
        {"metadata": {"geo": "IN", "slot": 3}},
        {"metadata": {"geo": "IN", "slot": "3"}, "campaign_id": "D"},
        {"metadata": {"geo": "IN", "test": True}},
        {"metadata": {"geo": "US", "slot": 3}},
    )
    for chosen, found in [("geo:IN", 3), ("slot:3", 3), ("test:true", 1), ("geo:XX", 0), ("geo:", 0)]:
        assert (await ask(client, f"{DAY}&filter={chosen}"))["totals"]["impressions"] == found, chosen
    both = await ask(client, f"{DAY}&filter=geo:IN&filter=slot:3&group_by=campaign_id")
    assert {row["group"]: row["impressions"] for row in both["rows"]} == {"C": 1, "D": 1}
    assert both["query"]["filter"] == {"geo": "IN", "slot": "3"}


@pytest.mark.parametrize("variant", ["rollup_dims", "btree_gin"])
async def test_a_key_that_no_event_has_is_said(serve: Serve, new_database: NewDatabase, variant: str) -> None:
    """A misspelt key must not look like an answer: keys that occur are named, and only then."""
    client = await serve(await new_database(variant))
    await post(
        client, {"metadata": {"geo": "IN", "nested": {"in": 1}}}, {"campaign_id": "D", "metadata": {"slot": None}}
    )

    async def hints(question: str) -> list[str]:
        return list((await ask(client, f"{DAY}&{question}"))["meta"].get("hints", []))

    occur = "names a key that the metadata of no event looked at has; keys that occur: geo, nested, slot"
    for key in ("GEO", "metadata.geo", "nested.in"):
        assert await hints(f"group_by={key}") == [f"group_by {occur}"]
        assert await hints(f"filter={key}:IN") == [f"filter {occur}"]
    assert await hints("campaign_id=D&group_by=geo2") == [f"group_by {occur.replace('geo, nested, ', '')}"]
    (comma,) = await hints("campaign_id=C,D")
    assert "campaign_id=A&campaign_id=B" in comma
    for fine in ("group_by=geo", "group_by=slot", "filter=geo:XX", "campaign_id=X", "group_by=campaign_id"):
        assert await hints(fine) == [], fine
    # The comparison is one transaction, which what is looked for must not break.
    assert await hints("group_by=GEO&compare=previous&metrics=clicks,unique_users") == [f"group_by {occur}"]


async def test_what_a_group_shows_can_be_asked_for_over_http(client: Client) -> None:
    """Keys and values of every kind, U+FFFD, the group without the key and the rest: by `filter` as the row has it."""
    metadata: list[dict[str, Any]] = [
        *({"utm:medium": "cpc"}, {"utm:medium": None}, {}, {"": "nameless"}),
        *({"$browser": "a"}, {"two words": 1}, {"clé": "é"}, {"clé": ["IN", "US"]}),
        *({"tweet_id": 1850000000000000001}, {"tweet_id": 1850000000000000003}),
    ]
    await post(client, *({"metadata": each, "campaign_id": "a\ufffd"} for each in metadata), {"campaign_id": "b,c&d"})
    for key in ("utm:medium", "$browser", "two words", "clé", "tweet_id", "campaign_id", "event_type"):
        params = {"start": "2025-09-24", "end": "2025-09-25"}
        for limit in ("1", "100"):
            grouped = (await client.get("/report", params=params | {"group_by": key, "limit": limit})).json()
            for row in grouped["rows"]:
                found = (await client.get("/report", params=params | {"filter": json.dumps(row["filter"])})).json()
                assert five(found["totals"]) == five(row), row
    assert (await ask(client, f"{DAY}&campaign_id=a%EF%BF%BD"))["totals"]["impressions"] == len(metadata)
    assert (await ask(client, f'{DAY}&filter={{"":"nameless"}}'))["totals"]["impressions"] == 1
    assert (await ask(client, f"{DAY}&filter=utm:medium:cpc"))["totals"]["impressions"] == 0
    assert (await ask(client, f"{DAY}&filter=tweet_id:1850000000000000001"))["totals"]["impressions"] == 1
    echoed = await ask(client, f'{DAY}&filter={{"clé":{{"not":[null]}}}}&filter=geo:IN&filter={{}}')
    assert echoed["query"]["filter"] == {"clé": {"not": [None]}, "geo": "IN"}


async def test_a_rest_that_no_request_could_name_has_no_filter() -> None:
    """A rest that no request can name has its row, with a filter of null."""
    assert filters.of_rest("geo", ["IN", None]) == {"geo": {"not": ["IN", None]}}
    assert filters.of_rest("geo", [str(n) for n in range(1_001)]) is None
    assert filters.of_rest("geo", ["x" * 20_000]) is None


async def test_metrics_choose_the_columns(client: Client) -> None:
    """Metrics choose the columns of totals and rows, in their order; the order of groups may be by another."""
    await post(client, {"cost": 1}, {"event_type": "click"}, {"campaign_id": "D", "cost": 3})
    answer = await ask(client, f"{DAY}&metrics=ctr,cost&group_by=campaign_id&order_by=clicks")
    assert list(answer["totals"]) == ["ctr", "cost"]
    assert [list(row) for row in answer["rows"]] == [["bucket", "group", "filter", "ctr", "cost"]] * 2
    assert [row["group"] for row in answer["rows"]] == ["C", "D"]
    assert answer["query"]["metrics"] == ["ctr", "cost"]


# ── Reach ────────────────────────────────────────────────────────────────────────────────────────────────────

DRAW = random.Random(5)
REACHED = [
    {
        "ts": f"2025-09-{24 + DRAW.randrange(2)}T{DRAW.randrange(24):02}:{DRAW.randrange(60):02}:00Z",
        "campaign_id": f"C{DRAW.randrange(4)}",
        "user_id": f"U{DRAW.randrange(40)}",
        "event_type": DRAW.choice(["impression", "click"]),
        "metadata": DRAW.choice([{}, {"geo": "IN"}, {"geo": "US"}, {"geo": "DE"}]),
    }
    for _ in range(300)
]


@pytest.mark.parametrize("variant", catalogue.load_all(), ids=lambda variant: variant.name)
async def test_reach_counts_every_user_once(serve: Serve, new_database: NewDatabase, variant: Variant) -> None:
    """In every cell, in the rest, in the total, before and now: against a set in Python; in every variant."""
    plain = await new_database()
    connection = await connections.connect(plain)
    reason = await catalogue.unavailable(connection, variant)
    await connection.close()
    if reason:
        pytest.skip(reason)
    client = await serve(await new_database(variant.name))
    await post(client, *REACHED)

    def users(events: list[dict[str, Any]]) -> int:
        return len({event["user_id"] for event in events})

    total = await ask(client, "start=2025-09-24&end=2025-09-26&metrics=unique_users,impressions&campaign_id=C1")
    assert total["totals"]["unique_users"] == users([e for e in REACHED if e["campaign_id"] == "C1"])

    today, yesterday = ([e for e in REACHED if e["ts"].startswith(f"2025-09-{day}")] for day in (25, 24))
    answer = await ask(
        client,
        "start=2025-09-25&end=2025-09-26&granularity=hour&group_by=geo&limit=2&order_by=unique_users"
        "&metrics=unique_users,clicks&compare=previous",
    )
    by_geo: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for event in today:
        by_geo[event["metadata"].get("geo")].append(event)
    order = sorted(by_geo, key=lambda geo: -users(by_geo[geo]))
    assert answer["totals"]["unique_users"] == users(today)
    assert answer["previous"]["totals"]["unique_users"] == users(yesterday)
    kept = list(dict.fromkeys(row["group"] for row in answer["rows"]))
    assert [users(by_geo[geo]) for geo in kept[:2]] == [users(by_geo[geo]) for geo in order[:2]]
    assert kept[2] == "(other)"

    def cell(events: list[dict[str, Any]], group: str | None, bucket: str) -> list[dict[str, Any]]:
        inside = [e for e in events if e["ts"][:13] == bucket[:13]]
        if group == "(other)":
            return [e for e in inside if e["metadata"].get("geo") not in kept[:2]]
        return [e for e in inside if e["metadata"].get("geo") == group]

    for row in answer["rows"]:
        assert row["unique_users"] == users(cell(today, row["group"], row["bucket"]))
        before = row["previous"]
        assert before["unique_users"] == users(cell(yesterday, row["group"], before["bucket"]))


def test_reach_over_too_wide_a_window_says_the_bound() -> None:
    """Reach over too wide a window says the bound, also for the order; an hour of summer time does not count."""
    with pytest.raises(QueryError, match="for at most 35 days; take a shorter window or leave it out"):
        query("start=-36d&metrics=clicks,unique_users")
    assert query("start=-35d&metrics=unique_users").reach
    assert query("start=2024-10-01&end=2024-11-01&timezone=Europe/Berlin&metrics=unique_users").reach


# ── Comparison ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_comparison_adds_the_window_before_and_the_change(client: Client) -> None:
    """Totals and rows, bucket by bucket; a group that is gone is there with zero, a new one without a change."""
    await post(
        client,
        *({"ts": "2025-09-23T05:00:00Z", "campaign_id": "old"} for _ in range(3)),
        *({"ts": "2025-09-23T06:00:00Z"} for _ in range(4)),
        *({"ts": "2025-09-24T06:30:00Z", "cost": 0.5} for _ in range(5)),
        {"ts": "2025-09-24T07:00:00Z", "campaign_id": "new"},
    )
    answer = await ask(client, f"{DAY}&compare=previous&metrics=impressions,cost&group_by=campaign_id")
    assert answer["previous"] == {
        "start": "2025-09-23T00:00:00Z",
        "end": "2025-09-24T00:00:00Z",
        "totals": {"impressions": 7, "cost": 0},
    }
    assert answer["change"] == {"impressions": pytest.approx(Decimal(-1) / 7), "cost": None}
    rows = {row["group"]: row for row in answer["rows"]}
    assert rows["C"]["previous"] == {"bucket": None, "impressions": 4, "cost": 0}
    assert rows["C"]["change"] == {"impressions": Decimal("0.25"), "cost": None}
    assert (rows["old"]["impressions"], rows["old"]["previous"]["impressions"]) == (0, 3)
    assert rows["old"]["change"]["impressions"] == -1
    assert rows["new"]["change"]["impressions"] is None
    hours = await ask(client, f"{DAY}&compare=previous&granularity=hour&metrics=impressions")
    six = hours["rows"][6]
    assert (six["impressions"], six["previous"]) == (5, {"bucket": "2025-09-23T06:00:00Z", "impressions": 4})


async def test_a_longer_window_before_has_rows_of_its_own(client: Client) -> None:
    """January has days that February has not: rows without a bucket, so that both sides sum to their totals."""
    await post(client, *({"ts": f"2025-01-{day:02}T12:00:00Z"} for day in range(1, 32)), {"ts": "2025-02-28T12:00:00Z"})
    question = "start=2025-02-01&end=2025-03-01&granularity=day&compare=previous&metrics=impressions"
    answer = await ask(client, question)
    rows = answer["rows"]
    assert len(rows) == 31
    assert sum(row["impressions"] for row in rows) == answer["totals"]["impressions"] == 1
    assert sum(row["previous"]["impressions"] for row in rows) == answer["previous"]["totals"]["impressions"] == 31
    assert rows[30] == {
        "bucket": None,
        "group": None,
        "impressions": 0,
        "previous": {"bucket": "2025-01-31T00:00:00Z", "impressions": 1},
        "change": None,
    }
    table = (await client.get(f"/report?{question}&format=csv")).text
    assert table.splitlines()[-1] == ",,0,2025-01-31T00:00:00Z,1,"


async def test_a_bucket_without_a_counterpart_is_compared_with_nothing(client: Client) -> None:
    """March has days that February has not; all of February is in its totals."""
    await post(client, {"ts": "2025-02-28T12:00:00Z"}, {"ts": "2025-03-31T12:00:00Z"})
    answer = await ask(client, "start=2025-03-01&end=2025-04-01&granularity=day&compare=previous&metrics=impressions")
    rows = answer["rows"]
    assert len(rows) == 31
    assert rows[27]["previous"] == {"bucket": "2025-02-28T00:00:00Z", "impressions": 1}
    assert [row["previous"] for row in rows[28:]] == [None] * 3
    assert [row["change"] for row in rows[28:]] == [None] * 3
    assert answer["previous"]["totals"]["impressions"] == 1


# ── CSV ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("more", ["", "&granularity=hour", "&group_by=geo", "&group_by=geo&compare=previous"])
async def test_csv_holds_the_same_as_json(client: Client, more: str) -> None:
    """Column by column, also for texts with commas, quotes and line breaks; null is an empty field."""
    awkward = ['a "quoted", one', "two\r\nlines", "ñ 広告", "=1+1", "IN"]
    await post(client, *({"metadata": {"geo": geo}, "cost": 0.000001, "event_type": "click"} for geo in awkward), {})
    await post(client, {"ts": "2025-09-23T06:00:00Z", "metadata": {"geo": "IN"}, "cost": 2})
    answer = await ask(client, DAY + more)
    reply = await client.get(f"/report?{DAY}{more}&format=csv")
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(io.StringIO(reply.text, newline="")))
    rows = answer.get("rows", [{"bucket": None, "group": None, **answer["totals"]}])
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        flat = {name: row[name] for name in ("bucket", "group", *DEFAULT_METRICS)}
        if "compare" in more:
            flat |= {f"previous_{name}": value for name, value in row["previous"].items()}
            flat |= {f"change_{name}": value for name, value in row["change"].items()}
        assert list(line) == list(flat)
        for name, value in flat.items():
            if isinstance(value, int | Decimal):
                assert Decimal(line[name]) == value, name
            else:
                # A spreadsheet would take it for a formula.
                assert line[name] == ("'=1+1" if value == "=1+1" else value or ""), name


async def test_csv_has_no_formulas(client: Client) -> None:
    """What a spreadsheet would run has an apostrophe before it; a number of either sign stays one."""
    formulas = ["=1+1", "+1+1", "-2-2", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")', "-", "+", "-٣"]
    others = ["-5", "+1.5", "-2e-3", "a=b", "'=1", "7"]
    await post(client, *({"metadata": {"geo": geo}} for geo in formulas + others))
    reply = await client.get(f"/report?{DAY}&group_by=geo&format=csv&order_by=group")
    lines = csv.DictReader(io.StringIO(reply.text, newline=""))
    assert {line["group"] for line in lines} == {"'" + text for text in formulas} | set(others)


async def test_csv_tells_an_empty_group_from_none(client: Client) -> None:
    """An empty text is "", a key that is not there is an empty field, as PostgreSQL's COPY has it."""
    await post(client, {"metadata": {"geo": ""}}, {"metadata": {"geo": ""}}, {})
    reply = await client.get(f"/report?{DAY}&group_by=geo&metrics=impressions&format=csv")
    assert reply.text == 'bucket,group,impressions\r\n,"",2\r\n,,1\r\n'
