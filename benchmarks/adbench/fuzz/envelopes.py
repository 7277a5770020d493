"""The same events as others send them: as CloudEvents, by Amazon Data Firehose, in an address."""

import json
import random
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from adbench.fuzz.bodies import events
from adbench.fuzz.heads import with_header
from adbench.fuzz.values import KEYS, TEXTS, TOKENS
from adbench.fuzz.wire import Request

PIXEL, FIREHOSE = "/pixel.gif", "/events/firehose"


def _events(rng: random.Random, request: Request) -> list[Any]:
    """Return the events of a request, or anything."""
    found = events(request)
    return [rng.choice(TOKENS).decode("latin-1")] if found is None else found


def _cloud_events(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Put each event into a CloudEvent, most of them whole."""
    wrapped = []
    for event in _events(rng, request):
        cloud = {
            "specversion": "1.0",
            "id": f"{rng.getrandbits(64)}",
            "source": "/fuzz",
            "type": "click",
            "data": event,
        }
        if rng.random() < 0.5:
            cloud["time"] = "2025-01-01T00:00:00Z"
        if rng.random() < 0.2:
            cloud[rng.choice(list(cloud))] = rng.choice((None, 1, "", "1.0", {}, [], "x" * 200))
        if rng.random() < 0.1:
            del cloud[rng.choice(list(cloud))]
        wrapped.append(cloud)
    single = rng.random() < 0.2 and wrapped
    kind = b"application/cloudevents+json" if single else b"application/cloudevents-batch+json"
    body = json.dumps(wrapped[0] if single else wrapped).encode("utf-8", "surrogatepass")
    return replace(with_header(request, "Content-Type", kind), body=body)


def _delivery(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Deliver the events as Firehose does; sometimes again under the same id, or with invalid base64."""
    lines = [json.dumps(event).encode("utf-8", "surrogatepass") for event in _events(rng, request)]
    step = rng.choice((1, 1, 3, len(lines) or 1))
    records: list[Any] = [
        {"data": b64encode(b"\n".join(lines[at : at + step])).decode()} for at in range(0, len(lines), step)
    ]
    if rng.random() < 0.2:
        records.append(rng.choice(({"data": "!"}, {"data": 1}, {}, "x", None, {"data": b64encode(b"\xff\0").decode()})))
    request_id = rng.choice(KEYS) if rng.random() < 0.2 else b"%d" % rng.getrandbits(rng.choice((4, 64)))
    sent = replace(request, method="POST", path=FIREHOSE, query=b"", body=json.dumps({"records": records}).encode())
    return with_header(with_header(sent, "Content-Type", b"application/json"), "X-Amz-Firehose-Request-Id", request_id)


def _pixel(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Put one event into an address, with anything as one more parameter."""
    event = rng.choice(_events(rng, request) or [{}])
    fields = {name: value for name, value in event.items() if name != "metadata"} if isinstance(event, dict) else {}
    pairs = [f"{_quoted(name)}={_quoted(value)}" for name, value in fields.items()]
    if rng.random() < 0.3:
        name = rng.choice((*fields, "geo", "key", "a b", "", "metadata", *TEXTS[:3]))
        pairs.append(f"{_quoted(name)}={_quoted(rng.choice(TEXTS))}")
    method = "HEAD" if rng.random() < 0.1 else "GET"
    return replace(request, method=method, path=PIXEL, query="&".join(pairs).encode(), headers=(), body=b"")


def _quoted(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return quote(text.encode("utf-8", "replace"), safe="")


SPOILT = (_cloud_events, _delivery, _pixel)
