"""Bodies made from other bodies: bytes, values, lines, encodings."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from adbench.fuzz import packings
from adbench.fuzz.heads import on_body, with_header
from adbench.fuzz.values import CHARSETS, LINE_ENDS, METADATA, TOKENS
from adbench.fuzz.wire import Request

_MARKER = "\u2063here\u2063"


def spliced(rng: random.Random, data: bytes, piece: bytes, cut: int = 0) -> bytes:
    """Put the piece at a random place, instead of up to `cut` bytes there."""
    at = rng.randint(0, len(data))
    return data[:at] + piece + data[at + rng.randint(0, cut) :]


def events(request: Request) -> list[Any] | None:
    """Return the events of a batch, in its envelope or without; None where it is none."""
    try:
        document = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    found = document.get("events") if isinstance(document, dict) else document
    return found if isinstance(found, list) else None


_byte = on_body(lambda rng, body: spliced(rng, body, bytes([rng.randrange(256)]), cut=2))
_cut = on_body(lambda rng, body: spliced(rng, body, b"", cut=rng.choice((1, 8, 10_000))))
_token = on_body(lambda rng, body: spliced(rng, body, rng.choice(TOKENS), cut=rng.choice((0, 1, 20))))
_recoded = on_body(lambda rng, body: body.decode(errors="replace").encode(rng.choice(CHARSETS), errors="replace"))


def _cross(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Put a piece of another body into this one."""
    other = rng.choice(corpus).body
    at = rng.randint(0, len(other))
    return replace(request, body=spliced(rng, request.body, other[at : at + rng.randint(1, 200)], cut=50))


def _value(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Replace a value anywhere in the document; the body mostly stays JSON."""
    try:
        lines = [json.loads(line) for line in request.body.split(b"\n") if line.strip()]
    except (ValueError, RecursionError):
        return _token(rng, request, corpus)
    holder = rng.choice(lines) if lines else None
    while isinstance(holder, dict | list) and holder:
        place = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        if not isinstance(holder[place], dict | list) or not holder[place] or rng.random() < 0.2:
            holder[place] = _MARKER
            break
        holder = holder[place]
    return replace(request, body=_marked(b"\n".join(_written(rng, line) for line in lines), rng.choice(TOKENS)))


def _metadata(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Give every event a key of metadata whose value is any token, so that good events carry it."""
    found = events(request)
    if found is None or not all(isinstance(event, dict) for event in found):
        return _value(rng, request, corpus)
    marked = [event | {"metadata": {rng.choice(METADATA): _MARKER}} for event in found]
    return replace(request, body=_marked(_written(rng, {"events": marked}), rng.choice(TOKENS)))


def _written(rng: random.Random, document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")


def _marked(text: bytes, token: bytes) -> bytes:
    """Put the token where the marker stands."""
    for written in (json.dumps(_MARKER).encode(), json.dumps(_MARKER, ensure_ascii=False).encode()):
        text = text.replace(written, token)
    return text


def _repeat(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Repeat a piece of the body: more events, more lines, deeper or longer values."""
    at = rng.randint(0, len(request.body))
    piece = request.body[at : at + rng.randint(1, 60)]
    return replace(request, body=spliced(rng, request.body, piece * rng.choice((2, 3, 50))))


def _member(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Repeat a member of the envelope or of an event."""
    at = request.body.rfind(b"}")
    at = at if rng.random() < 0.3 else request.body.find(b"}")
    member = rng.choice((b',"cost":1', b',"events":[]', b',"campaign_id":"x"', b',"ts":"2024-01-01T00:00:00Z"'))
    return request if at < 0 else replace(request, body=request.body[:at] + member + request.body[at:])


def _lines(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Write the events of a batch as NDJSON, with anything that may stand between lines, before and after them."""
    found = events(request)
    lines = request.body.split(b",") if found is None else [_written(rng, event) for event in found]
    end = rng.choice(LINE_ENDS)
    body = rng.choice((b"", b"", b"\xef\xbb\xbf", end)) + end.join(lines) + rng.choice((b"", b"\n", b"\r\n", end))
    return replace(with_header(request, "Content-Type", b"application/x-ndjson"), body=body)


def _array(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Send the list of events without its envelope, or each event in one of its own."""
    if (found := events(request)) is None:
        return replace(request, body=b"[" + request.body + b"]")
    array = found if rng.random() < 0.7 else [{"events": [event]} for event in found]
    return replace(request, body=_written(rng, array))


def _packed(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Compress the body, and now and then change a byte of that, cut it, or add to it."""
    name, body = rng.choice(packings.packed(request.body))
    changed = spliced(rng, body, bytes([rng.randrange(256)]), cut=3)
    body = rng.choice((body, body, body, changed, body + b"\0", body[:-3]))
    return replace(with_header(request, "Content-Encoding", name), body=body)


def _bomb(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Send few bytes that expand to the most that the service takes, or to more."""
    name, body = rng.choice(packings.bombs())
    return replace(with_header(request, "Content-Encoding", name), body=body)


def _smuggled(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Send bytes as the body that would be a request if the body were not waited for."""
    other = rng.choice(corpus).encode()
    return replace(request, body=other if rng.random() < 0.5 else b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")


SPOILT = (
    _byte, _cut, _token, _token, _cross, _value, _value, _value, _metadata, _metadata, _repeat, _member, _lines, _lines,
    _array, _array, _packed, _packed, _packed, _bomb, _recoded, _smuggled,
)  # fmt: skip
