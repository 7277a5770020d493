"""A body that costs too much on the event loop is noticed before it has cost it, and ordinary ones are not."""

import json
from typing import Any

import pytest

from adpulse.ingest import effort
from adpulse.ingest.decoder import Decoder
from adpulse.ingest.effort import CostlyError, Effort, LimitedEffort, PausingEffort
from adpulse.ingest.formats import media_types
from adpulse.ingest.formats.media_types import Format
from tests.adpulse.ingest.decoders import NOW, SETTINGS

EVENT = '{"ts":"2025-09-24T06:59:31Z","campaign_id":"C","user_id":"U","event_type":"click","metadata":%s%s}'


def batch(metadata: str, count: int, *, more: str = "", last: str = "{}") -> bytes:
    events = [EVENT % (metadata, more)] * (count - 1) + [EVENT % (last, "")]
    return ('{"events":[' + ",".join(events) + "]}").encode()


def decode(decoder: Decoder, body: bytes, form: Format = media_types.JSON) -> Any:
    return decoder.decode(body, ndjson=form.lines, unwrap=form.unwrap, now=NOW)


def numbers(number: str, count: int) -> str:
    return '{"a":[' + ",".join([number] * count) + "]}"


def different(metadata: str, count: int) -> bytes:
    """Return a batch whose metadata are all different, so that none is remembered."""
    events = [EVENT % (metadata.replace("0", str(n % 9 + 1), 1), "") for n in range(count)]
    return ('{"events":[' + ",".join(events) + "]}").encode()


COSTLY = {
    "numbers that a double cannot hold": batch(numbers("1e-400", 500), 300),
    "one of them beside others": batch(numbers("1.5", 500)[:-2] + ",1e-400]}", 300),
    "many values": batch(numbers("0", 1_900), 300),
    "many lists": batch(numbers("[]", 1_300), 300),
    "bad events": batch("{}", 9_000, more=',"x":1'),
    "bad events with many values": batch(numbers("1.5", 900), 300, more=',"x":1'),
    "an event that is no JSON": batch("{}", 9_000, last='{"a":NaN}'),
    "two lists": batch("{}", 9_000)[:-1] + b',"events":[]}',
}


@pytest.mark.parametrize("body", COSTLY.values(), ids=list(COSTLY))
def test_a_costly_body_is_noticed(body: bytes) -> None:
    """Without a limit, such a body has an outcome, and resting in between does not change it."""
    limited = Decoder(SETTINGS, LimitedEffort())
    with pytest.raises(CostlyError):
        decode(limited, body)
    assert decode(limited, batch('{"a":1}', 10)).rejected_count == 0  # the next body begins anew
    outcomes = []
    for each in (Effort(), PausingEffort()):
        decoder = Decoder(SETTINGS, each)
        try:
            done = decode(decoder, body)
            outcomes.append((done.rows, done.rejected_count, done.rejected))
        except Exception as error:
            outcomes.append((type(error), str(error)))
    assert outcomes[0] == outcomes[1]


def test_cloud_events_and_lines_cost_as_much() -> None:
    """The limit holds for every form of a body."""
    cloud = {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data": {"a": 1}}
    lines = b"\n".join([(EVENT % (numbers("1e-400", 500), "")).encode()] * 300)
    for body, form in (
        (json.dumps([cloud] * 9_000).encode(), media_types.find(b"application/cloudevents-batch+json")),
        (lines, media_types.NDJSON),
    ):
        with pytest.raises(CostlyError):
            decode(Decoder(SETTINGS, LimitedEffort()), body, form)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(batch("{}", 10_000), id="no metadata"),
        pytest.param(different(json.dumps({f"k{n}": 10 for n in range(30)}), 10_000), id="thirty members each"),
        pytest.param(different(json.dumps({"id": 10**30}), 10_000), id="an id past 64 bits"),
        pytest.param(batch("{}", 1_000, last='{"a":NaN}'), id="one that is no JSON, of a thousand"),
        pytest.param(batch("{}", 1_000, more=',"x":1'), id="a thousand bad ones"),
    ],
)
def test_an_ordinary_batch_stays_on_the_event_loop(body: bytes) -> None:
    """The largest batches that clients send, and smaller ones with mistakes, do not wait for a thread."""
    decode(Decoder(SETTINGS, LimitedEffort()), body)


def test_a_body_rests_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a thread, the decoder gives the interpreter away again and again."""
    rests: list[float] = []
    monkeypatch.setattr(effort.time, "sleep", rests.append)
    decode(Decoder(SETTINGS, PausingEffort()), COSTLY["numbers that a double cannot hold"])
    assert len(rests) >= 100
