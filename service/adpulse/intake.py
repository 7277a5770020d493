"""POST /events: a request in, its answer out."""

import hashlib
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from adpulse import metrics
from adpulse.bodies import ArrivingFull, is_ndjson
from adpulse.decoder import Batch, BodyError
from adpulse.ingest import Answer, KeyReused, Overloaded, Unavailable
from adpulse.problems import problem, unavailable


async def post_events(request: Request) -> Response:
    """The reply to a batch; nothing says 200 before the commit."""
    try:
        key = _idempotency_key(request)
        batch, body_hash = await _read_batch(request, hashed=key is not None)
        answer = await request.app.state.writer.submit(batch, key, body_hash)
    except BodyError as error:
        # Of what is left of such a body nothing will be read.
        headers = {"Connection": "close"} if error.status in (408, 413) else None
        return problem(error.status, error.code, error.detail, headers)
    except ClientDisconnect:
        return problem(400, "disconnected", "The body did not arrive whole; nothing was stored.")
    except (Overloaded, ArrivingFull):
        return unavailable("More events arrive than can be written; nothing of this request was stored.")
    except Unavailable:
        return unavailable("The database cannot be reached; the events were not acknowledged.")
    except KeyReused:
        return problem(409, "idempotency_key_reused", "This Idempotency-Key was used before, with another body.")
    return _reply(answer)


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not (1 <= len(key) <= 128 and key.isascii() and key.isprintable()):
        raise BodyError(400, "idempotency_key", "An Idempotency-Key has 1 to 128 printable ASCII characters.")
    return key


async def _read_batch(request: Request, *, hashed: bool) -> tuple[Batch, bytes | None]:
    """The batch in a request and the hash of its body; the body itself must not stay until the commit."""
    state = request.app.state
    ndjson = is_ndjson(request.headers.get("content-type", ""))
    state.writer.admit()  # when it is full, the body is not worth reading
    body = await state.bodies.read(request.headers, request.receive)
    return state.decoder.decode(body, ndjson=ndjson), hashlib.sha256(body).digest() if hashed else None


def _reply(answer: Answer) -> Response:
    metrics.EVENTS.labels("accepted").inc(answer.accepted)
    metrics.EVENTS.labels("duplicate").inc(answer.duplicates)
    metrics.EVENTS.labels("rejected").inc(answer.rejected_count)
    content: dict[str, Any] = {
        "accepted": answer.accepted,
        "duplicates": answer.duplicates,
        "rejected": answer.rejected,
        "rejected_count": answer.rejected_count,
    }
    if answer.rejected_count and not answer.accepted and not answer.duplicates:
        return problem(422, "all_rejected", "No event of the request was accepted.", **content)
    return Response(orjson.dumps(content), media_type="application/json")
