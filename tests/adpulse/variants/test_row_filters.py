"""The filter that a row of a report gives finds what the row shows, under every variant."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from adpulse.event.contract import FIELDS
from adpulse.maintenance.loop import run_round
from adpulse.reports import query_string, render
from tests.adpulse.variants.conftest import Subject
from tests.adpulse.variants.recount import COLUMNS, KINDS, SETTINGS, added, sums

# As JSON text: what Python would make of it is not what is stored. Equal numbers and texts that look like each other.
SCALARS = r"""
null  true  false  "true"  "null"  ""  " "  "IN"  "in"  "ü"  "\u00fc"  "(other)"  "a:b"  "%"  "'; --"  "$.x"  "\ufffd"
1  1.0  1.00  1e0  "1"  "1.0"  -0  0  0.0  "-0"  10  1e1  -1.5  "-1.5"  1e-7  0.30000000000000004  1850000000000000001
1850000000000000002  "1850000000000000001"  18446744073709551617  [1]  [1.0]  "[1]"  ["IN", "US"]  ["IN","US"]  "[]"  []
{}  "{}"  {"b": 1, "a": [null]}  "{\"not\": []}"  "q\"uote"  "back\\slash"  "\u2028"
""".strip()
LONG = ("9" * 400, f"-{'8' * 400}", f"{'9' * 400}.5", f'"{"9" * 400}"', f"1{'0' * 1_100}", "1e1100", f'"{"x" * 300}"')
ODD_KEYS = [
    "utm:medium",
    "$browser",
    "two words",
    "clé",
    'q"uote',
    "back\\slash",
    "nested.in",
    "{x}",
    "'",
    "%",
    "\u2028x",
]
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)
numbers = st.integers() | st.decimals(allow_nan=False, allow_infinity=False, places=3)
values = st.sampled_from(re.split(r"  |\n", SCALARS)) | texts.map(json.dumps) | numbers.map(str)
lists = st.lists(values, max_size=2).map(lambda items: f"[{', '.join(items)}]")
nested = lists | values.map(lambda value: f'{{"a": {value}}}')


@st.composite
def tagged(draw: st.DrawFn) -> tuple[list[tuple[Any, ...]], list[str]]:
    """Draw rows with metadata of any kind, and the keys that they may have: declared dimensions, odd ones, any."""
    declared = draw(st.sampled_from(("geo", "device")))
    odd = draw(st.sampled_from(ODD_KEYS) | texts.filter(lambda key: key not in ("", *FIELDS)))
    start = datetime(2025, 9, 24, tzinfo=UTC)
    rows = []
    for number in range(draw(st.integers(1, 9))):
        members = []
        if draw(st.integers(0, 4)):
            members.append(f"{json.dumps(declared)}: {draw(values | nested)}")
        if draw(st.integers(0, 4)):
            members.append(f"{json.dumps(odd)}: {draw(values | nested | st.sampled_from(LONG))}")
        at = start + timedelta(hours=draw(st.integers(0, 47)))
        campaign, kind = draw(st.sampled_from(("A", "B", "\ufffd"))), draw(st.sampled_from(KINDS))
        rows.append((at, campaign, "U", kind, 1 << number, 3**number, "{" + ", ".join(members) + "}"))
    return rows, [declared, odd]


@settings(max_examples=15)
@given(tagged(), st.booleans(), st.integers(1, 4), st.sampled_from(("campaign_id", "event_type")))
async def test_the_filter_of_a_row_finds_the_row(
    subject: Subject, stored: tuple[list[tuple[Any, ...]], list[str]], compacted: bool, limit: int, field: str
) -> None:
    """For any metadata, rows sum to totals, and the filter that a row gives has that row as its totals. So for the
    events without the key, the rest, beside another filter, and day by day.
    """
    rows, keys = stored
    await subject.connection.execute("TRUNCATE events")
    await subject.connection.copy_records_to_table("events", records=rows, columns=COLUMNS)
    if compacted:
        await run_round(subject.connection, subject.variant)

    async def ask(*items: tuple[str, str]) -> dict[str, Any]:
        window = [("start", "2025-09-24"), ("end", "2025-09-26")]
        report = await subject.reporter.report(query_string.parse([*window, *items], datetime.now(UTC), SETTINGS))
        reply: dict[str, Any] = orjson.loads(render.to_json(report))
        return reply

    for key in (*keys, field):
        for first in ([], [("limit", str(limit))], [("filter", f"campaign_id:{rows[0][1]}")]):
            grouped = await ask(("group_by", key), *first)
            assert added(map(sums, grouped["rows"])) == sums(grouped["totals"])
            assert grouped["rows"], "the events have groups"
            for row in grouped["rows"]:
                kept = [item for item in first if item[0] == "filter"]
                found = await ask(*kept, ("filter", json.dumps(row["filter"])))
                assert sums(found["totals"]) == sums(row), (key, row)
        by_day = [("granularity", "day"), ("timezone", "Asia/Kolkata")]
        for row in (await ask(("group_by", key), *by_day))["rows"][:3]:
            found = await ask(("filter", json.dumps(row["filter"])), *by_day)
            (same,) = [each for each in found["rows"] if each["bucket"] == row["bucket"]]
            assert sums(same) == sums(row)
    # Two at once, and a plain filter: what a client writes by hand.
    pair = [(await ask(("group_by", key)))["rows"][0]["filter"] for key in keys]
    both = await ask(("group_by", keys[1]), ("filter", json.dumps(pair[0])))
    assert added(map(sums, both["rows"])) == sums(both["totals"])
    for row in both["rows"]:
        two = await ask(("filter", json.dumps(pair[0])), ("filter", json.dumps(row["filter"])))
        assert sums(two["totals"]) == sums(row)
