"""CSV holds the same as JSON, and nothing that a spreadsheet would run."""

import csv
import io
from decimal import Decimal

import pytest

from adpulse.reports.metrics import DEFAULT_METRICS
from tests.adpulse.reports.conftest import DAY, ask, post
from tests.services import Client


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
    """A formula that a spreadsheet would run gets an apostrophe before it; a number of either sign stays one."""
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
