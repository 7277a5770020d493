"""CloudEvents 1.0 in JSON: `data` is an event of ours, and the envelope says what that leaves out.

An event without a `ts` takes the CloudEvent's `time`, and one without an `event_id` its `source` and `id`, which name
it once and for all. https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
"""

from collections.abc import Iterator
from typing import Any

from adpulse.ingest import json_reader
from adpulse.ingest.batch import BodyError, CheckCount
from adpulse.ingest.json_reader import RepeatedMember, UnreadableError

_REQUIRED = ("id", "source", "type")


def unwrap(body: bytes, check_count: CheckCount) -> Iterator[Any]:
    """Yield the events of a batch (application/cloudevents-batch+json). Raise BodyError when it is none."""

    def check(value: Any) -> None:
        if not isinstance(value, list):
            raise BodyError(422, "envelope", "The body must be a JSON array of CloudEvents.")
        check_count(len(value))

    yield from map(_event, json_reader.read_body(body, check))


def unwrap_one(body: bytes, check_count: CheckCount) -> Iterator[Any]:
    """Yield the event of a body that is one CloudEvent (application/cloudevents+json)."""
    yield _event(json_reader.read_body(body))


def _event(value: Any) -> Any:
    """Return an event, or the UnreadableError that gives the reason."""
    if isinstance(value, RepeatedMember):
        return value  # refused as such
    known = isinstance(value, dict) and value.get("specversion") == "1.0"
    if not (known and all(isinstance(value.get(name), str) for name in _REQUIRED)):
        return UnreadableError("cloud_event", "is not a CloudEvent 1.0")
    data = value.get("data")
    if not isinstance(data, dict):
        return UnreadableError("cloud_event", "is a CloudEvent whose data are not a JSON object")
    if isinstance(data, RepeatedMember):
        return data
    envelope = {"event_id": f"{value['source']} {value['id']}"}
    if "time" in value:
        envelope["ts"] = value["time"]
    return envelope | data
