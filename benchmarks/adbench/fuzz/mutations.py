"""Requests made from other requests, by spoiling them a little: nearly valid is where parsers differ."""

import gzip
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import quote

from adbench.fuzz.wire import Request

# Values at which somebody's arithmetic, decoding or quoting has gone wrong before: JSON …
JSON_TOKENS = [
    b"null", b"true", b"[]", b"{}", b'""', b"0", b"-0", b"-1", b"0.0000001", b"1e999", b"-1e999", b"NaN", b"Infinity",
    b"9223372036854775807", b"9223372036854775808", b"-9223372036854775809", b"1" * 400, b"0." + b"3" * 400,
    b"01", b"1.",
    b'"\\u0000"', b'"\\ud800"', b'"\\udfff\\ud800"', b'"\xff"', b'"\xed\xa0\x80"', b'"' + b"x" * 129 + b'"', b'"\\x"',
    b'"' + "\U0001f600".encode() * 128 + b'"', b'"1970-01-01T00:00:00Z"', b'"2199-12-31T23:59:59+23:59"',
    b'"0001-01-01T00:00:00+14:00"', b'"9999-12-31T23:59:60Z"', b'"2024-02-30T00:00:00Z"', b'"2024-01-01T00:00:00"',
    b'"2024-01-01 00:00:00Z"', b'"2024-01-01T24:00:00Z"', b"1727164771", b'"00000000-0000-0000-0000-000000000000"',
    b'"{00000000-0000-0000-0000-000000000000}"', b'"not-a-uuid"', b'"click"', b'"CLICK"', b"[" * 300, b'{"a":' * 300,
    b'{"a":1,"a":2}', b"\xef\xbb\xbf", b"\0", b"\n", b"\r", b",", b":", b'"', b"}", b"]", b"//", b"'",
    b'{"geo":{"geo":{"geo":{"geo":{"geo":{"geo":1}}}}}}', b'"\'; DROP TABLE events; --"', b'"$1"', b'"NaN"', b"1E-7",
]  # fmt: skip
# … and parameters.
TEXTS = [
    "", "0", "-1", "1", "1e3", "01", "+1", " 1", "9" * 30, "-1h", "-0d", "-999999w", "-1y", "now", "null", "NaN",
    "2024-01-01", "2024-02-30", "0001-01-01", "9999-12-31", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00+00:00",
    "2024-01-01T00:00:00%2B00:00", "2025-03-30T02:30:00", "UTC", "Europe/Berlin", "utc", "CET", "../../etc/passwd",
    "Asia/Kolkata\0", "geo", "geo:IN", "geo:", ":IN", "a:b:c", "geo:\ud7ff", "x" * 65, "x" * 200,
    "campaign_id", "user_id",
    "event_type", "metadata", "impressions", "impressions,impressions", "ctr", "unique_users", "group:desc", "cpa:asc",
    "minute", "hour", "day", "month", "century", "csv", "json", "previous", "%", "%00", "%FF", "%C0%80", "%ED%A0%80",
    "\U0001f600", "'; DROP TABLE events; --", "$1", "{NULL}", "\\", '"', "a=b", "&", ";", "100000", "10000",
]  # fmt: skip
NAMES = [
    "campaign_id", "start", "end", "granularity", "timezone", "group_by", "filter", "metrics", "order_by",
    "limit", "compare",
    "format", "START", "start[]", "x", "",
]  # fmt: skip
PATHS = ["/events/", "/Events", "/report/", "//report", "/events/..", "/reports", "/healthz/", "/e"]
HOSTS = [
    b"localhost:1",
    b"[::1]",
    b"evil.example",
    b"127.0.0.1.evil.example",
    b"localhost.",
    b"",
    b"a b",
    b"127.0.0.1:x",
]
PROTOCOLS = [b"h2c", b"websocket", b"TLS/1.0", b"h2c, websocket", b""]
MEDIA_TYPES = [
    b"application/json", b"application/x-ndjson", b"application/json; charset=utf-8",
    b"application/json;charset=utf-16",
    b"text/plain", b"", b"application/json; charset", b";", b"application/problem+json",
    b"multipart/form-data", b"\xff",
]  # fmt: skip
ENCODINGS = [b"gzip", b"identity", b"GZIP", b"deflate", b"gzip, gzip", b"br", b"", b"\xff"]
KEYS = [b"key", b"k" * 128, b"k" * 129, b"", b"\xff", b"a\tb", b"'; DROP TABLE idempotency_keys; --", b" spaced "]
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]

Mutation = Callable[[random.Random, Request, Sequence[Request]], Request]


def mutate(rng: random.Random, corpus: Sequence[Request]) -> Request:
    """Another request: one of the corpus, spoilt one to four times. The same numbers give the same request."""
    request = rng.choice(corpus)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        kinds = _ON_BODY if request.method == "POST" and rng.random() < 0.8 else _ON_QUERY
        if rng.random() < 0.1:
            kinds = _ON_HEAD
        request = rng.choice(kinds)(rng, request, corpus)
    return request


# ── Bodies ───────────────────────────────────────────────────────────────────────────────────────────────────


def _spliced(rng: random.Random, data: bytes, piece: bytes, cut: int = 0) -> bytes:
    """Put the piece at a random place, instead of up to `cut` bytes there."""
    at = rng.randint(0, len(data))
    return data[:at] + piece + data[at + rng.randint(0, cut) :]


def _byte(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    return replace(request, body=_spliced(rng, request.body, bytes([rng.randrange(256)]), cut=2))


def _cut(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    return replace(request, body=_spliced(rng, request.body, b"", cut=rng.choice((1, 8, 10_000))))


def _token(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    return replace(request, body=_spliced(rng, request.body, rng.choice(JSON_TOKENS), cut=rng.choice((0, 1, 20))))


def _cross(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Put a piece of another body into this one."""
    other = rng.choice(corpus).body
    at = rng.randint(0, len(other))
    return replace(request, body=_spliced(rng, request.body, other[at : at + rng.randint(1, 200)], cut=50))


def _value(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Replace a value anywhere in the document; the body mostly stays JSON."""
    try:
        lines = [json.loads(line) for line in request.body.split(b"\n") if line.strip()]
    except (ValueError, RecursionError):
        return _token(rng, request, corpus)
    marker = "\u2063here\u2063"
    holder = rng.choice(lines) if lines else None
    while isinstance(holder, dict | list) and holder:
        place = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        if not isinstance(holder[place], dict | list) or not holder[place] or rng.random() < 0.2:
            holder[place] = marker
            break
        holder = holder[place]
    text = b"\n".join(
        json.dumps(line, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass") for line in lines
    )
    for written in (json.dumps(marker).encode(), json.dumps(marker, ensure_ascii=False).encode()):
        text = text.replace(written, rng.choice(JSON_TOKENS))
    return replace(request, body=text)


def _repeat(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Many of its own: more events, more lines, deeper or longer values."""
    size = len(request.body)
    at = rng.randint(0, size)
    piece = request.body[at : at + rng.randint(1, 60)]
    return replace(request, body=_spliced(rng, request.body, piece * rng.choice((2, 3, 50))))


def _packed(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """As gzip, whole, or with a byte changed."""
    body = gzip.compress(request.body, 1)
    body = body if rng.random() < 0.6 else _spliced(rng, body, bytes([rng.randrange(256)]), cut=3)
    return replace(_without(request, "Content-Encoding", b"gzip"), body=body)


def _lines(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Write the events of a batch as NDJSON, with any separator that may stand between lines."""
    try:
        events = json.loads(request.body)["events"]
        body = rng.choice((b"\n", b"\r\n", b"\n\n", b"\n \n")).join(json.dumps(event).encode() for event in events)
    except (ValueError, TypeError, KeyError, RecursionError):
        body = request.body
    return replace(_without(request, "Content-Type", b"application/x-ndjson"), body=body)


# ── Queries and heads ────────────────────────────────────────────────────────────────────────────────────────


def _parameter(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Replace the value of a parameter, or add a parameter."""
    pairs = request.query.split(b"&") if request.query else []
    value = rng.choice(TEXTS)
    written = value if rng.random() < 0.3 else quote(value, safe="")
    pair = (rng.choice(NAMES) + "=" + written).encode()
    at = rng.randint(0, len(pairs))
    return replace(request, query=b"&".join([*pairs[:at], pair, *pairs[at + rng.randint(0, 1) :]]))


def _asked(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Build a whole query string of good parameters, most of which go together."""
    parameters = {
        "start": rng.choice(("-1h", "-7d", "2024-01-01", "-1d")),
        "end": rng.choice(("", "2024-02-01", "-5m")),
    }
    parameters["granularity"] = rng.choice(("", "minute", "hour", "day", "week", "month"))
    parameters["group_by"] = rng.choice(("", "campaign_id", "event_type", "geo", rng.choice(TEXTS)))
    parameters["metrics"] = rng.choice(("", "", "clicks,ctr", "unique_users", "impressions,unique_users,roas"))
    parameters["order_by"] = rng.choice(("", "", "clicks:asc", "group", "cpa:desc"))
    parameters["limit"] = rng.choice(("", "", "1", "3"))
    parameters["compare"] = rng.choice(("", "previous"))
    parameters["timezone"] = rng.choice(("", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe"))
    parameters["filter"] = rng.choice(("", "", "geo:" + rng.choice(TEXTS)))
    parameters["format"] = rng.choice(("", "csv"))
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items() if value)
    return replace(request, method="GET", path="/report", query=query.encode(), headers=(), body=b"")


def _scratched(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    return replace(request, query=_spliced(rng, request.query, bytes([rng.randrange(256)]), cut=3))


def _without(request: Request, name: str, value: bytes) -> Request:
    """Return the request with this as its only header of that name."""
    kept = tuple(header for header in request.headers if header[0].lower() != name.lower())
    return replace(request, headers=(*kept, (name, value)))


def _media_type(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    return _without(request, "Content-Type", rng.choice(MEDIA_TYPES))


def _encoding(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    return _without(request, "Content-Encoding", rng.choice(ENCODINGS))


def _key(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    key = rng.choice(KEYS) if rng.random() < 0.5 else b"key-%d" % rng.randrange(50)
    return _without(request, "Idempotency-Key", key)


def _method(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    return replace(request, method=rng.choice(METHODS))


def _path(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Ask for a path that nearly exists: expected is 404, never a redirect."""
    return replace(request, path=rng.choice(PATHS))


def _host(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    return replace(request, host=rng.choice(HOSTS))


def _offered(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Offer to upgrade to another protocol, which the service does not accept."""
    offer = (("Connection", b"Upgrade, HTTP2-Settings"), ("Upgrade", rng.choice(PROTOCOLS)))
    return replace(request, headers=(*request.headers, *offer))


def _doubled(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Send a header twice, with the same value or another one."""
    if not request.headers:
        return _key(rng, request, corpus)
    name, value = rng.choice(request.headers)
    return replace(request, headers=(*request.headers, (name, rng.choice((value, value + b"x")))))


def _long(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Send a head about as long as the limit."""
    return replace(request, headers=(*request.headers, ("X-Long", b"x" * rng.choice((60_000, 65_600, 100_000)))))


def _member(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Repeat a member of the envelope or of an event."""
    at = request.body.rfind(b"}")
    at = at if rng.random() < 0.3 else request.body.find(b"}")
    member = rng.choice((b',"cost":1', b',"events":[]', b',"campaign_id":"x"', b',"ts":"2024-01-01T00:00:00Z"'))
    return request if at < 0 else replace(request, body=request.body[:at] + member + request.body[at:])


_ON_BODY: Sequence[Mutation] = (
    _byte,
    _cut,
    _token,
    _token,
    _cross,
    _value,
    _value,
    _value,
    _repeat,
    _packed,
    _lines,
    _member,
)
_ON_QUERY: Sequence[Mutation] = (_parameter, _parameter, _parameter, _asked, _scratched)
_ON_HEAD: Sequence[Mutation] = (
    _media_type, _encoding, _key, _key, _method, _path, _host, _offered, _doubled, _long,
)  # fmt: skip
