"""A report has exact sums, buckets across clock changes, groups and a comparison."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from adpulse.database import connections
from adpulse.reports import reporter
from tests.adpulse.reports.conftest import DAY, SUMS, ask, five, post
from tests.servers import NewDatabase
from tests.services import Client, Serve


def summed(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {name: sum(row[name] for row in rows) for name in SUMS}


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


async def test_metrics_choose_the_columns(client: Client) -> None:
    """Metrics choose the columns of totals and rows, in their order; the order of groups may be by another."""
    await post(client, {"cost": 1}, {"event_type": "click"}, {"campaign_id": "D", "cost": 3})
    answer = await ask(client, f"{DAY}&metrics=ctr,cost&group_by=campaign_id&order_by=clicks")
    assert list(answer["totals"]) == ["ctr", "cost"]
    assert [list(row) for row in answer["rows"]] == [["bucket", "group", "filter", "ctr", "cost"]] * 2
    assert [row["group"] for row in answer["rows"]] == ["C", "D"]
    assert answer["query"]["metrics"] == ["ctr", "cost"]


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


@pytest.mark.parametrize("error", reporter._SWITCHED, ids=lambda error: error.__name__)
async def test_a_report_is_asked_again_when_what_it_reads_was_replaced(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: type[asyncpg.PostgresError]
) -> None:
    """A move may take tables and functions away at any moment of a report, also while its plan runs."""
    fetch, asked = reporter.fetch, []

    async def replaced(*arguments: Any, **options: Any) -> Any:
        asked.append(arguments)
        if len(asked) == 1:
            raise error("cache lookup failed for function 16741")
        return await fetch(*arguments, **options)

    monkeypatch.setattr(reporter, "fetch", replaced)
    assert (await ask(client, f"group_by=event_type&{DAY}"))["totals"]["impressions"] == 0
    assert len(asked) == 2
