"""Rules of docs/reference that no JSON Schema can say: what adds up, what is counted, what is never said."""

import csv
import gzip
import io
import json
import math
import zlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from adbench.fuzz.values import CANARY
from adbench.fuzz.wire import Reply, Request

SUMS = ("impressions", "clicks", "conversions", "cost", "revenue")


def of_headers(request: Request, reply: Reply) -> str | None:
    """Return what is wrong with a reply's headers, or with what a refusal says; None when nothing is."""
    if reply.headers.get("x-content-type-options") != "nosniff":
        return "no X-Content-Type-Options: nosniff"
    if reply.status in (429, 503) and not reply.headers.get("retry-after", "").isdigit():
        return "no Retry-After"
    if reply.status == 405 and "allow" not in reply.headers:
        return "no Allow"
    if reply.status == 415 and "charset" not in reply.body.decode() and request.method != "HEAD":
        asked = {"accept", "accept-encoding"} & set(reply.headers)
        if not asked:
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
    if body is None or _may_be_an_answer_again(request, content):
        return None
    if "json" in (kind := _kind(request)) and kind != "application/json":  # NDJSON, by one of its names
        events: list[Any] = [_parsed(line) for line in body.splitlines() if line.strip()]
    else:
        document = _parsed(body)
        if isinstance(document, Object):
            if document.repeated:
                return "an envelope with a member twice was taken"
            document = document.get("events")
        if not isinstance(document, list):
            return None  # JSON that is read by other rules than Python's
        events = document
    counted = content["accepted"] + content["duplicates"]
    if counted + content["rejected_count"] != len(events):
        return f"{counted} accepted and {content['rejected_count']} rejected are not the {len(events)} events sent"
    unclear = sum(isinstance(event, Object) and event.repeated for event in events)
    if content["rejected_count"] < unclear:
        return f"{content['rejected_count']} events were rejected, and {unclear} have a member twice"
    return None


def _may_be_an_answer_again(request: Request, content: Mapping[str, Any]) -> bool:
    """Return True if this may be the first answer to the same key and bytes, under any media type.

    The same bytes are one event as NDJSON and many as JSON, or the other way round.
    """
    named = any(name.lower() == "idempotency-key" for name, _ in request.headers)
    return named and not content["accepted"] and bool(content["duplicates"])


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
    if cell := next((cell for cell in _cells(rows) if cell[:1] in "=+-@\t\r" and not _is_number(cell)), None):
        return f"a cell that a spreadsheet calculates: {cell[:50]!r}"
    return None


def _cells(rows: Iterable[list[str]]) -> Iterable[str]:
    return (cell for row in rows for cell in row if cell)


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
    body = request.body
    if named and named[-1] in (b"gzip", b"x-gzip"):
        try:
            body = gzip.decompress(body)
        except (OSError, EOFError, zlib.error):
            return None
    elif named and named[-1] not in (b"", b"identity"):
        return None
    return body.removeprefix(b"\xef\xbb\xbf")


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
