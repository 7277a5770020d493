"""GET /pixel.gif: one event in an address, for pages without JavaScript and for mail.

It goes the way of every other event: written as JSON, decoded, committed; then the picture comes.
"""

import re
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response

from adpulse.auth.guard import IN_ADDRESS
from adpulse.event.contract import FIELDS
from adpulse.ingest.batch import Answer, BodyError
from adpulse.ingest.endpoint import Intake, answered, decode, store
from adpulse.ingest.formats import media_types

PATH = "/pixel.gif"

# One transparent pixel.
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
_HEADERS = {
    "Cache-Control": "no-store",  # a cached picture would count once
    "Cross-Origin-Resource-Policy": "cross-origin",  # some pages load nothing without it
}

PARAMETERS = tuple(name for name in FIELDS if name != "metadata")
_NUMBERS = ("cost", "revenue")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", re.ASCII)


async def get_pixel(request: Request) -> Response:
    """Return the picture once the event in the address is stored, or the error of the event."""
    if not request.scope.get("head"):  # a HEAD stores no event
        reply = await answered(request, _take)
        if reply.status_code != 200:
            return reply
    return Response(GIF, 200, _HEADERS, "image/gif")


async def _take(request: Request) -> Answer:
    intake: Intake = request.app.state
    event = event_of(request.scope["query_string"], datetime.now(UTC))
    batch = await decode(intake, request, event, media_types.NDJSON)
    return await store(intake, batch)


def event_of(query: bytes, now: datetime) -> bytes:
    """Return the JSON of the event in a query string. Raise BodyError when it is not UTF-8.

    A parameter that comes twice is a member that does, and refused as such.
    """
    try:
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise BodyError(400, "malformed_query", "The address holds text that is not UTF-8.") from None
    members: list[bytes] = []
    metadata: dict[str, str] = {}
    for name, value in pairs:
        if name in PARAMETERS:
            written = value.encode() if name in _NUMBERS and _NUMBER.fullmatch(value) else orjson.dumps(value)
            members.append(b'"%b":%b' % (name.encode(), written))
        elif name != IN_ADDRESS:
            metadata[name] = value
    if not any(name == "ts" for name, _ in pairs):
        members.append(b'"ts":%b' % orjson.dumps(now))
    return b'{%b,"metadata":%b}' % (b",".join(members), orjson.dumps(metadata))
