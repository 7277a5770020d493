"""Amazon Data Firehose, delivery to an HTTP endpoint: its envelope, and its form of a reply.

https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
"""

import time
from base64 import b64decode
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from adpulse.auth.guard import Endpoint
from adpulse.ingest import json_reader
from adpulse.ingest.batch import BodyError, CheckCount
from adpulse.terminal import counted

# Every attempt at a delivery has the same id, so a delivery counts once.
REQUEST_ID = b"x-amz-firehose-request-id"


def unwrap(body: bytes, _check_count: CheckCount) -> list[bytes]:
    """Return the records of a delivery, each one line or several. Raise BodyError when it is none."""

    def records_of(value: Any) -> list[bytes]:
        try:
            if type(value) is not dict:  # nor one with a member twice
                raise TypeError
            return [b64decode(each["data"], validate=True) for each in value["records"]]
        except (TypeError, LookupError, ValueError):
            raise BodyError(422, "envelope", "The body must be a delivery of Amazon Data Firehose.") from None

    return records_of(json_reader.read_body(body, records_of))


def in_its_form(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint with all replies, also refusals of the guard, in the form that Firehose reads."""

    async def deliver(request: Request) -> Response:
        request_id = request.headers.get(REQUEST_ID.decode(), "")
        return _reply(request_id, await endpoint(request))

    return deliver


def _reply(request_id: str, response: Response) -> Response:
    """Return a reply of POST /events for Firehose.

    Firehose delivers again what is not answered with 200, and in the end puts it into its bucket. So a delivery of
    which any event is rejected gets no 200: its good events are stored once, under the id of the request, and no event
    is lost in silence. A delivery that is answered with 413 Firehose drops.
    """
    said: dict[str, Any] = orjson.loads(response.body)
    status, error = response.status_code, said.get("detail")
    if count := said.get("rejected_count"):
        first = said["rejected"][0]
        where = f"{first['index']} ({first['field']}, {first['code']})"
        error = f"{counted(count, 'event')} rejected, the first at {where}."
    content = {"requestId": request_id, "timestamp": time.time_ns() // 1_000_000}
    if error is not None:
        content["errorMessage"] = error
        status = 400 if status in (200, 413) else status
    kept = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
    return Response(orjson.dumps(content), status, kept, media_type="application/json")
