"""The fields of an event: what is refused and why, and what is stored of what is sent.

The table is the list of bad fields that the service promises to answer.
"""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from httpx import AsyncClient
from hypothesis import given, settings
from hypothesis import strategies as st

from adpulse.database.connections import Connection
from tests.adpulse.ingest.bodies import GOOD, JSON, NDJSON, batch, event, stored
from tests.services import Serve


def without(name: str) -> str:
    return json.dumps({key: value for key, value in GOOD.items() if key != name})


def raw(name: str, text: str) -> str:
    """Return an event with a field whose value is this JSON text."""
    return f'{without(name)[:-1]},"{name}":{text}}}'


NOW = datetime.now(UTC)
FIELDS: dict[str, tuple[str, str | None, str]] = {
    **{f"{name} missing": (without(name), name, "missing") for name in GOOD},
    **{f"{name} null": (event(**{name: None}), name, "type") for name in GOOD if name != "event_type"},
    "event_type null": (event(event_type=None), "event_type", "value"),
    **{f"{name} of another type": (event(**{name: 5}), name, "type") for name in ("ts", "campaign_id", "user_id")},
    "an event that is a number": ("1", None, "type"),
    "an event that is null": ("null", None, "type"),
    "an event that is an array": ("[]", None, "type"),
    "unknown field": (event(extra=1), None, "unknown_field"),
    "unknown field with NUL": (event(**{"a\0": 1}), None, "unknown_field"),
    "unknown field that is half a pair": (event(**{"\ud800": 1}), None, "characters"),
    **{f"NUL in {name}": (event(**{name: "a\0b"}), name, "characters") for name in [*GOOD, "event_id"]},
    **{f"lone surrogate in {name}": (event(**{name: "\ud800"}), name, "characters") for name in [*GOOD, "event_id"]},
    "NUL in a metadata value": (event(metadata={"a": ["\0"]}), "metadata", "characters"),
    "NUL in a metadata key": (event(metadata={"a": {"\0": 1}}), "metadata", "characters"),
    "lone surrogate in a metadata value": (event(metadata={"a": "x\udfff"}), "metadata", "characters"),
    "lone surrogate in a metadata key": (event(metadata={"\udc00\ud800": 1}), "metadata", "characters"),
    **{
        f"{text} as {name}": (raw(name, text), name, "non_finite")
        for name in ("cost", "revenue")
        for text in ("NaN", "Infinity", "-Infinity", "1e999", "-1e400", "9" * 400)
    },
    "NaN in metadata": (raw("metadata", '{"a":NaN}'), "metadata", "non_finite"),
    "1e999 in metadata": (raw("metadata", '{"a":[1e999]}'), "metadata", "non_finite"),
    '"NaN" as text': (event(cost="NaN"), "cost", "type"),
    "number as text": (event(cost="0.5"), "cost", "type"),
    "true as number": (event(cost=True), "cost", "type"),
    "false as number": (event(revenue=False), "revenue", "type"),
    "null as number": (event(cost=None), "cost", "type"),
    "money past the range": (event(cost=1_000_000.01), "cost", "range"),
    "money far past the range": (raw("cost", "1e308"), "cost", "range"),
    "money past 64 bits": (raw("revenue", "99999999999999999999999"), "revenue", "range"),
    "negative money": (event(revenue=-0.01), "revenue", "range"),
    "seven decimals": (raw("cost", "0.0000005"), "cost", "precision"),
    "the least double": (raw("cost", "5e-324"), "cost", "precision"),
    "time without zone": (event(ts="2025-09-24T06:59:31"), "ts", "timezone"),
    "time as a bare number": (event(ts=1758697171), "ts", "type"),
    "time as a number in text": (event(ts="1758697171"), "ts", "format"),
    "a date": (event(ts="2025-09-24"), "ts", "format"),
    "a day that is not": (event(ts="2025-02-29T00:00:00Z"), "ts", "format"),
    "a leap second in the middle of a day": (event(ts="2016-12-31T22:59:60Z"), "ts", "format"),
    "time without seconds": (event(ts="2025-09-24T06:59Z"), "ts", "format"),
    "year 1 at a zone's edge": (event(ts="0001-01-01T00:00:00+14:00"), "ts", "range"),
    "year 9999 at a zone's edge": (event(ts="9999-12-31T23:59:59-14:00"), "ts", "range"),
    "year 1969": (event(ts="1969-12-31T23:59:59.999999Z"), "ts", "range"),
    "more than a day in the future": (event(ts=(NOW + timedelta(days=2)).isoformat()), "ts", "future"),
    "older than the retention": (event(ts=(NOW - timedelta(days=10_001)).isoformat()), "ts", "too_old"),
    "unknown type": (event(event_type="view"), "event_type", "value"),
    "type in capitals": (event(event_type="CLICK"), "event_type", "value"),
    "empty campaign": (event(campaign_id=""), "campaign_id", "length"),
    "empty user": (event(user_id=""), "user_id", "length"),
    "campaign of 129 characters": (event(campaign_id="c" * 129), "campaign_id", "length"),
    "user of 129 characters": (event(user_id="😀" * 129), "user_id", "length"),
    "metadata that is an array": (event(metadata=[1]), "metadata", "type"),
    "metadata that is null": (event(metadata=None), "metadata", "type"),
    "metadata that is text": (event(metadata="{}"), "metadata", "type"),
    "metadata six deep": (raw("metadata", '{"a":' * 6 + "1" + "}" * 6), "metadata", "depth"),
    "metadata 300 deep": (raw("metadata", '{"a":' * 300 + "1" + "}" * 300), "metadata", "depth"),
    "metadata too large": (event(metadata={"a": "x" * 4_089}), "metadata", "size"),
    "event_id that is empty": (event(event_id=""), "event_id", "length"),
    "event_id of 129 characters": (event(event_id="😀" * 129), "event_id", "length"),
    "event_id that is a number": (event(event_id=7), "event_id", "type"),
    "event_id that is a list": (event(event_id=["1"]), "event_id", "type"),
    "event_id that is true": (event(event_id=True), "event_id", "type"),
}  # fmt: skip


@pytest.mark.parametrize("ndjson", [False, True], ids=["json", "ndjson"])
async def test_a_bad_event_costs_only_itself(serve: Serve, url: str, connection: Connection, ndjson: bool) -> None:
    """The events around it are stored, and the reply names its place, its field and the reason, but not its content."""
    client = await serve(url, retention_days=10_000)
    found = {}
    for name, (text, _, _) in FIELDS.items():
        events = [event(), text, event()]
        body = "\n".join(events).encode("utf-8", "surrogatepass") if ndjson else batch(*events)
        reply = await client.post("/events", content=body, headers=NDJSON if ndjson else JSON)
        assert reply.status_code == 200, name
        answer = reply.json()
        assert (answer["accepted"], answer["duplicates"], answer["rejected_count"]) == (2, 0, 1), name
        [rejection] = answer["rejected"]
        assert rejection["index"] == 1, name
        found[name] = (text, rejection["field"], rejection["code"])
    assert found == FIELDS
    assert await stored(connection) == 2 * len(FIELDS)


async def test_a_batch_without_a_good_event_is_422(client: AsyncClient, connection: Connection) -> None:
    """Twenty of ten thousand bad events are listed, and all are counted."""
    reply = await client.post("/events", content=batch(*["{}"] * 10_000), headers=JSON)
    answer = reply.json()
    assert (reply.status_code, answer["status"], answer["title"]) == (422, 422, "all rejected")
    assert (answer["accepted"], answer["duplicates"], answer["rejected_count"]) == (0, 0, 10_000)
    assert [rejection["index"] for rejection in answer["rejected"]] == list(range(20))
    assert await stored(connection) == 0


async def test_lines_that_are_no_json_cost_only_themselves(client: AsyncClient) -> None:
    """A line of NDJSON is an event: not a half, and not two."""
    half, other = event()[:10], event()[10:]
    lines = [event(), half, other, event() + event(), f"{event()},{event()}", "[" * 5_000 + "]" * 5_000, event()]
    answer = (await client.post("/events", content="\n".join(lines), headers=NDJSON)).json()
    assert answer["accepted"] == 2
    codes = [(rejection["index"], rejection["code"]) for rejection in answer["rejected"]]
    assert codes == [*((index, "malformed_json") for index in (1, 2, 3, 4)), (5, "depth")]


async def test_texts_that_look_dangerous_are_stored_unchanged(client: AsyncClient, connection: Connection) -> None:
    """Text is data: SQL, tabs, new lines, backslashes, quotes and every plane of Unicode come back unchanged."""
    texts = [
        "'; DROP TABLE events; --",
        "\\N",
        "\\.",
        "a\tb\nc\r\\",
        '"',
        "💥 ü \u2028",
        "x" * 128,
        "😀" * 128,
        "\\u0000",
    ]
    events = [
        event(campaign_id=text, user_id=text, metadata={text: [text, {"deep": text}]}, cost=0.000001) for text in texts
    ]
    answer = (await client.post("/events", content=batch(*events), headers=JSON)).json()
    assert answer["accepted"] == len(texts)
    stored = {record["campaign_id"]: record for record in await connection.fetch("SELECT * FROM events")}
    assert stored.keys() == set(texts)
    for text, record in stored.items():
        assert (record["user_id"], record["cost_micros"]) == (text, 1)
        assert json.loads(record["metadata"]) == {text: [text, {"deep": text}]}


instants = st.datetimes(datetime(1970, 1, 2), datetime(2025, 1, 1)).map(lambda at: at.replace(tzinfo=UTC, fold=0))
cents = st.integers(0, 10**12)
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=128)
documents = st.dictionaries(texts, st.one_of(texts, st.integers(-(2**63), 2**63), st.booleans(), st.none()), max_size=4)


@settings(max_examples=40)
@given(st.lists(st.tuples(instants, texts, texts, cents, cents, documents), min_size=1, max_size=5))
async def test_stored_values_are_the_sent_ones(client: AsyncClient, connection: Connection, sent: list[Any]) -> None:
    """Every value is stored to the microsecond, the micro and the character."""
    body = (
        b'{"events":[%b]}'
        % ",".join(
            f'{{"ts":"{ts.isoformat()}","campaign_id":{json.dumps(campaign)},"user_id":{json.dumps(user)},'
            f'"event_type":"impression","cost":{Decimal(cost).scaleb(-6):f},"revenue":{Decimal(revenue).scaleb(-6):f},'
            f'"metadata":{json.dumps(metadata)}}}'
            for ts, campaign, user, cost, revenue, metadata in sent
        ).encode()
    )
    await connection.execute("DELETE FROM events")
    reply = await client.post("/events", content=body, headers=JSON)
    assert reply.json()["accepted"] == len(sent)
    records = await connection.fetch(
        "SELECT ts, campaign_id, user_id, cost_micros, revenue_micros, metadata FROM events"
    )
    found = [(*(*record.values(),)[:5], json.loads(record["metadata"])) for record in records]
    # jsonb keeps keys in an order of its own.
    assert sorted(found, key=_whole) == sorted(sent, key=_whole)


def _whole(event: tuple[Any, ...]) -> str:
    return repr((*event[:5], sorted(event[5].items())))
