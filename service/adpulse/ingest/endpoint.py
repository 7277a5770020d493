"""POST /events, and what else brings events: a request in, its answer out.

FastAPI publishes the route and would serve it too, but its way to an endpoint takes longer than an event:
`web.middleware.Shortcut` goes straight there (docs/decisions/0014).
"""

import hashlib
import time
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, Protocol

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from adpulse import telemetry
from adpulse.auth import rate_limit
from adpulse.auth.guard import too_many
from adpulse.auth.keyring import Holder
from adpulse.auth.rate_limit import RateLimited
from adpulse.ingest import idempotency
from adpulse.ingest.aside import Aside
from adpulse.ingest.batch import Answer, Batch, BodyError, KeyReused, Overloaded, Unavailable
from adpulse.ingest.body import WHOLE, ArrivingFull, BodyReader
from adpulse.ingest.decoder import Decoder
from adpulse.ingest.effort import CostlyError
from adpulse.ingest.formats import firehose, media_types
from adpulse.ingest.formats.media_types import Format
from adpulse.ingest.writer import Writer
from adpulse.problems import problem, unavailable
from adpulse.tally import CounterTally

PATH = "/events"
FIREHOSE_PATH = "/events/firehose"

# Made once, because it is most of the answers under overload.
_TOO_MUCH = unavailable("More events arrive than can be written; nothing of this request was stored.")

_ACCEPTED, _DUPLICATE, _REJECTED = (
    CounterTally(telemetry.EVENTS.labels(outcome)) for outcome in ("accepted", "duplicate", "rejected")
)


class Intake(Protocol):
    """The part of the application's state that the endpoint needs."""

    bodies: BodyReader
    decoder: Decoder
    aside: Aside
    writer: Writer


async def post_events(request: Request) -> Response:
    """Return the reply to a batch; nothing says 200 before the commit."""
    return await answered(request, _take_batch)


async def post_firehose(request: Request) -> Response:
    """Return the reply to a delivery of Amazon Data Firehose, in the form of `post_events`."""
    return await answered(request, _take_delivery)


async def answered(request: Request, take: Callable[[Request], Awaitable[Answer]]) -> Response:
    """Return the reply to a request, once `take` has stored its events or raised why it cannot."""
    try:
        return _reply(await take(request))
    except BodyError as error:
        telemetry.UNREADABLE.labels(error.code).inc()
        # The rest of such a body is not read.
        closing = {"Connection": "close"} if error.status in (408, 413) else {}
        return problem(error.status, error.code, error.detail, error.headers | closing)
    except RateLimited as error:
        return too_many(error)
    except ClientDisconnect:
        return problem(400, "disconnected", "The body did not arrive whole; nothing was stored.")
    except (Overloaded, ArrivingFull):
        return _TOO_MUCH
    except Unavailable as error:
        return _away(error.reason)
    except KeyReused:
        return problem(409, "idempotency_key_reused", "This Idempotency-Key was used before, with another body.")


@cache
def _away(reason: str) -> Response:
    """Return the answer for one of the few reasons: made once, as under overload it is most of the answers."""
    return unavailable(f"{reason}; the events were not acknowledged.")


def _take_batch(request: Request) -> Awaitable[Answer]:
    headers = dict(request.scope["headers"])
    key = _key(headers, b"idempotency-key", "An Idempotency-Key")
    return _take(request, headers, media_types.find(headers.get(b"content-type", b"")), key)


def _take_delivery(request: Request) -> Awaitable[Answer]:
    headers = dict(request.scope["headers"])
    if (key := _key(headers, firehose.REQUEST_ID, "The id of a request of Firehose")) is None:
        raise BodyError(400, "idempotency_key", "A delivery of Firehose has the header X-Amz-Firehose-Request-Id.")
    if media_types.find(headers.get(b"content-type", b"")) is not media_types.JSON:
        raise BodyError(415, "content_type", "Send application/json.", {"Accept": "application/json"})
    return _take(request, headers, media_types.FIREHOSE, key)


def _key(headers: dict[bytes, bytes], name: bytes, what: str) -> str | None:
    raw = headers.get(name)
    if raw is None:
        return None
    key = raw.decode("latin-1")
    if not idempotency.valid_key(key):
        raise BodyError(400, "idempotency_key", f"{what} has 1 to 128 printable ASCII characters.")
    return key


async def _take(request: Request, headers: dict[bytes, bytes], form: Format, key: str | None) -> Answer:
    intake: Intake = request.app.state
    intake.writer.admit()  # before the body is read, so that a refusal costs little more than the head
    body = await intake.bodies.read(headers, request.receive, whole=WHOLE in request.scope)
    batch = await decode(intake, request, body, form)
    body_hash = None if key is None else hashlib.sha256(key.encode() if form.stamped else body).digest()
    del body  # frees it before the wait for the commit
    return await store(intake, batch, key, body_hash)


async def decode(intake: Intake, request: Request, body: bytes, form: Format) -> Batch:
    """Return the batch in a body, and count its events for the key. Raises what answers the request without it.

    A thread decodes a body that would hold the event loop for too long.
    """
    holder: Holder | None = request.scope["holder"]
    campaigns = holder.campaigns if holder else None
    _check(intake, holder)
    try:
        batch = intake.decoder.decode(body, ndjson=form.lines, unwrap=form.unwrap, campaigns=campaigns)
    except CostlyError:
        batch = await intake.aside.decode(body, ndjson=form.lines, unwrap=form.unwrap, campaigns=campaigns)
        _check(intake, holder)
    if holder and holder.events:
        holder.events.take(len(batch.rows) + batch.rejected_count)
    return batch


def _check(intake: Intake, holder: Holder | None) -> None:
    """Raise what refuses a request that was admitted when its head came: the queue may have filled meanwhile.

    From here to `submit` no other task runs, so all connections together keep the rate of the key.
    """
    intake.writer.admit()
    if holder and holder.events:
        rate_limit.check((holder.events,), time.monotonic())


async def store(intake: Intake, batch: Batch, key: str | None = None, body_hash: bytes | None = None) -> Answer:
    """Return the outcome of a batch once it is stored, and count the reasons to reject. Raises what `submit` raises."""
    answer = await intake.writer.submit(batch, key, body_hash)
    if answer.rejected_count:
        _count_rejections(batch, answer)
    return answer


def _count_rejections(batch: Batch, answer: Answer) -> None:
    for code, count in batch.codes.items():
        telemetry.REJECTED.labels(code).inc(count)
    # Fewer if a repeated batch is now judged differently, because an event is no longer in the future.
    if (unstorable := answer.rejected_count - batch.rejected_count) > 0:
        telemetry.REJECTED.labels("unstorable").inc(unstorable)


def _reply(answer: Answer) -> Response:
    if answer.accepted:
        _ACCEPTED.inc(answer.accepted)
    if answer.duplicates:
        _DUPLICATE.inc(answer.duplicates)
    if answer.rejected_count:
        _REJECTED.inc(answer.rejected_count)
    content: dict[str, Any] = {
        "accepted": answer.accepted,
        "duplicates": answer.duplicates,
        "rejected": answer.rejected,
        "rejected_count": answer.rejected_count,
    }
    if answer.rejected_count and not answer.accepted and not answer.duplicates:
        return problem(422, "all_rejected", "No event of the request was accepted.", **content)
    return _Json(orjson.dumps(content))


class _Json(Response):
    """200 with JSON. The general way to make its two headers takes longer than everything else about an answer."""

    def __init__(self, body: bytes) -> None:
        self.status_code = 200
        self.background = None
        self.body = body
        self.raw_headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
