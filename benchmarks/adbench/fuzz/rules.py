"""Rules of docs/reference that no JSON Schema can say: what adds up, what is counted, what is never said."""

import csv
import io
import json
import math
from base64 import b64decode
from collections.abc import Mapping
from decimal import Decimal
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl

from adbench.fuzz import packings
from adbench.fuzz.values import CANARY
from adbench.fuzz.wire import Reply, Request
from adpulse.terminal import counted

PIXEL_BYTES = 43
SUMS = ("impressions", "clicks", "conversions", "cost", "revenue")


def of_headers(request: Request, reply: Reply) -> str | None:
    """Return what is wrong with a reply's headers, or with what a refusal says; None when nothing is."""
    if reply.headers.get("x-content-type-options") != "nosniff":
        return "no X-Content-Type-Options: nosniff"
    if reply.status in (429, 503) and not reply.headers.get("retry-after", "").isdigit():
        return "no Retry-After"
    if reply.status == 405 and "allow" not in reply.headers:
        return "no Allow"
    told = {"accept", "accept-encoding"} & set(reply.headers) or b"UTF-8" in reply.body
    if reply.status == 415 and request.method != "HEAD" and not told:
        return "a 415 that does not say what is taken"
    if reply.status >= 400 and CANARY.encode() in reply.body:
        return "a refusal repeats what was sent"
    return None


def of_batch(request: Request, content: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the answer to a batch whose events can be counted; None when nothing is.

    Every event is accepted, a duplicate or rejected. A member that comes twice is two contradicting statements: an
    envelope with one is refused, and so is an event.
    """
    if CANARY in json.dumps(content["rejected"]):
        return "a rejection repeats what was sent"
    body = _plain(request)
    if body is not None and len(body) > packings.MOST_BYTES:
        return "a body was taken that is larger than the limit when it is unpacked"
    if body is None or _may_be_an_answer_again(request, content):
        return None
    if (kind := _kind(request)).startswith("application/cloudevents"):
        document = _parsed(body)
        events: list[Any] = document if isinstance(document, list) and "batch" in kind else [document]
    elif "json" in kind and kind != "application/json":  # NDJSON, by one of its names
        events = [_parsed(line) for line in body.splitlines() if line.strip()]
    else:
        document = _parsed(body)
        if isinstance(document, Object):
            if document.repeated:
                return "an envelope with a member twice was taken"
            document = document.get("events")
        if not isinstance(document, list):
            return None  # JSON that is read by other rules than Python's
        events = document
    taken = content["accepted"] + content["duplicates"]
    if taken + content["rejected_count"] != len(events):
        return f"{taken} accepted and {content['rejected_count']} rejected are not {counted(len(events), 'event')} sent"
    unclear = sum(isinstance(event, Object) and event.repeated for event in events)
    if content["rejected_count"] < unclear:
        return f"{counted(content['rejected_count'], 'event')} rejected, and {unclear} with a member twice"
    return None


def _may_be_an_answer_again(request: Request, content: Mapping[str, Any]) -> bool:
    """Return True if this may be the first answer to the same key and bytes, under any media type.

    The same bytes are one event as NDJSON and many as JSON, or the other way round.
    """
    named = any(name.lower() == "idempotency-key" for name, _ in request.headers)
    return named and not content["accepted"] and bool(content["duplicates"])


def of_pixel(request: Request, reply: Reply) -> str | None:
    """Return what is wrong with a picture, or with the event that it was given for; None when nothing is."""
    if reply.headers.get("cache-control") != "no-store":
        return "a picture that a cache keeps"
    if request.method == "HEAD":
        return None
    if len(reply.body) != PIXEL_BYTES:
        return f"a picture of {counted(len(reply.body), 'byte')}"
    names = [name for name, _ in parse_qsl(request.query.decode("latin-1"), keep_blank_values=True)]
    if any(names.count(name) != 1 for name in ("campaign_id", "user_id", "event_type")):
        return "a picture for what is no event"
    return None


def events_in_delivery(request: Request) -> int:
    """Return how many events a delivery of Firehose may hold at most."""
    body = _plain(request)
    document = None if body is None else _parsed(body)
    records = document.get("records") if isinstance(document, dict) else None
    data = [record.get("data") for record in records if isinstance(record, dict)] if isinstance(records, list) else []
    try:
        return sum(len(b64decode(each).splitlines()) for each in data if isinstance(each, str))
    except ValueError:
        return 0  # refused whole


def of_report(reply: Reply) -> str | None:
    """Return what is wrong with the sums of a report in JSON; None when nothing is.

    Its rows sum to its totals, also those of the window before, and no group comes twice in a bucket.
    """
    content = json.loads(reply.body, parse_float=Decimal)
    rows = content.get("rows")
    if rows is None:
        return None
    for side, totals, parts in (
        ("totals", content["totals"], rows),
        (
            "totals of the window before",
            content.get("previous", {}).get("totals", {}),
            [row["previous"] for row in rows if row.get("previous")],
        ),
    ):
        for name in SUMS:
            if name in totals and totals[name] != sum((part[name] for part in parts), Decimal(0)):
                return f"the {name} of the rows do not sum to the {side}"
    timed = content["query"]["granularity"] is not None  # then a row without a bucket is of the window before
    groups = [(row["bucket"], row["group"]) for row in rows if row["bucket"] is not None or not timed]
    groups = [row for row in groups if row[1] != "(other)"]  # a group may have the name of the rest
    if len(groups) != len(set(groups)):
        return "a group comes twice in a bucket"
    return None


def of_table(text: str) -> str | None:
    """Return what is wrong with a report in CSV; None when nothing is: equal columns, no cell that is a formula."""
    head, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    if any(len(row) != len(head) for row in rows):
        return "rows of CSV with other columns than the head"
    for cell in chain.from_iterable(rows):
        if cell and cell[0] in "=+-@\t\r" and not _is_number(cell):
            return f"a cell that a spreadsheet calculates: {cell[:50]!r}"
    return None


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


def _kind(request: Request) -> str:
    named = [value for name, value in request.headers if name.lower() == "content-type"]
    return named[-1].decode("latin-1").partition(";")[0].strip().lower() if named else ""


def _plain(request: Request) -> bytes | None:
    """Return the body without its encoding; None where that cannot be told."""
    named = [value.strip().lower() for name, value in request.headers if name.lower() == "content-encoding"]
    body = packings.plain(named[-1] if named else b"", request.body)
    return None if body is None else body.removeprefix(b"\xef\xbb\xbf")


class Object(dict[str, Any]):
    """An object of JSON; `repeated` when a member came twice."""

    repeated = False


def _object(pairs: list[tuple[str, Any]]) -> Object:
    found = Object(pairs)
    found.repeated = len(found) < len(pairs)
    return found


def _parsed(text: bytes) -> Any:
    """Return a document of JSON; None where it is read by other rules than Python's, or is none."""
    try:
        return json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        return None
