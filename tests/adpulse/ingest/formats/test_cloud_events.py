"""CloudEvents: an event in an envelope is the event."""

import json
import tracemalloc
from base64 import b64encode
from typing import Any

import pytest

from adpulse.event import ids
from adpulse.event.values import Values
from adpulse.ingest.batch import Batch, BodyError
from adpulse.ingest.copy_format import unpack
from adpulse.ingest.decoder import Decoder
from adpulse.ingest.formats.media_types import FIREHOSE, MEDIA_TYPES, Format
from adpulse.settings import Settings

ONE, BATCH = (MEDIA_TYPES[f"application/cloudevents{kind}+json"] for kind in ("", "-batch"))
DATA = {"campaign_id": "C", "user_id": "U", "event_type": "click", "cost": 0.1}
EVENT = {
    "specversion": "1.0",
    "id": "4711",
    "source": "/ads",
    "type": "com.example.click",
    "time": "2025-09-24T06:59:31.1234567+02:00",
    "datacontenttype": "application/json",
    "traceparent": "an extension",
    "data": DATA,
}


def decode(form: Format, value: Any) -> Batch:
    text = value if isinstance(value, str) else json.dumps(value)
    return Decoder(Settings()).decode(text.encode(), unwrap=form.unwrap)


def stored(batch: Batch) -> list[Values]:
    return [unpack(row) for row in batch.rows]


def test_the_envelope_stands_in_for_ts_and_event_id() -> None:
    """`time` and the pair of source and id, which is unique; what the data say themselves goes first."""
    (values,) = stored(decode(ONE, EVENT))
    assert (values.ts.isoformat(), values.cost_micros) == ("2025-09-24T04:59:31.123456+00:00", 100_000)
    assert values.event_id is not None
    assert values.event_id.bytes == ids.parse("/ads 4711")
    own = EVENT | {"data": DATA | {"ts": "2025-01-01T00:00:00Z", "event_id": "mine"}}
    (values,) = stored(decode(ONE, own))
    assert values.event_id is not None
    assert (values.ts.month, values.event_id.bytes) == (1, ids.parse("mine"))
    again = decode(BATCH, [EVENT, EVENT | {"id": "4712"}, EVENT | {"source": "/other"}])
    assert len({values.event_id for values in stored(again)}) == 3


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (1, "cloud_event"),
        ({}, "cloud_event"),
        (DATA, "cloud_event"),
        (EVENT | {"specversion": "0.3"}, "cloud_event"),
        ({name: value for name, value in EVENT.items() if name != "id"}, "cloud_event"),
        (EVENT | {"source": 1}, "cloud_event"),
        (EVENT | {"data": "text"}, "cloud_event"),
        ({**{name: value for name, value in EVENT.items() if name != "data"}, "data_base64": "e30="}, "cloud_event"),
        (EVENT | {"source": "s" * 128}, "length"),
        (EVENT | {"time": "yesterday"}, "format"),
        (EVENT | {"data": DATA | {"cost": "1"}}, "type"),
        (EVENT | {"data": DATA | {"other": 1}}, "unknown_field"),
        ({name: value for name, value in EVENT.items() if name != "time"}, "missing"),
    ],
)
def test_events_are_judged_one_by_one(event: Any, code: str) -> None:
    """An element that is no CloudEvent, or no event of ours in one, is rejected at its place; the others are stored."""
    batch = decode(BATCH, [EVENT, event, EVENT | {"id": "1"}])
    assert [(each["index"], each["code"]) for each in batch.rejected] == [(1, code)]
    assert (len(batch.rows), batch.positions) == (2, [0, 2])


def test_a_member_that_comes_twice_is_refused() -> None:
    """A repeated member is refused in the envelope and in the data: one of the two values would be lost."""
    text, data = json.dumps(EVENT), json.dumps(DATA)
    for twice in (text[:-1] + f',"data":{data}}}', text.replace('"cost": 0.1', '"cost": 0.1, "cost": 0.2')):
        assert [each["code"] for each in decode(BATCH, f"[{text},{twice}]").rejected] == ["repeated_field"]


@pytest.mark.parametrize(
    ("value", "status", "code"),
    [
        ("{", 400, "malformed_json"),
        ("[" * 20_000 + "]" * 20_000, 400, "malformed_json"),
        ({"events": [EVENT]}, 422, "envelope"),
        (EVENT, 422, "envelope"),
        ([], 422, "empty"),
        ([EVENT] * 10_001, 413, "too_many_events"),
        ("[" + "{}," * 300_000 + "{}]", 413, "too_many_values"),
    ],
)
def test_other_bodies_are_refused_whole(value: Any, status: int, code: str) -> None:
    """Within the bounds of every batch."""
    with pytest.raises(BodyError) as caught:
        decode(BATCH, value)
    assert (caught.value.status, caught.value.code) == (status, code)


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (BATCH, [EVENT | {"id": str(n)} for n in range(5_000)]),
        (BATCH, [{}] * 200_000),
        (FIREHOSE, {"records": [{"data": b64encode(json.dumps(DATA).encode()).decode()}] * 5_000}),
        (FIREHOSE, {"records": [{"data": b64encode(b"1\n" * 2_000_000).decode()}]}),
    ],
)
def test_an_envelope_needs_no_more_memory_than_any_batch(form: Format, value: Any) -> None:
    """At most ten times the body, also where its bounds refuse it, or of five million bytes: many small values."""
    body = json.dumps(value).encode()
    tracemalloc.start()
    try:
        Decoder(Settings()).decode(body, unwrap=form.unwrap)
    except BodyError as error:
        refused = error.status
    else:
        refused = 200
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert refused in (200, 413)
    assert peak <= 10 * max(len(body), 5_000_000)
