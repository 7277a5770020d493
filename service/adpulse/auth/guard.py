"""Admit or refuse requests by their key and the scope of the endpoint; add the headers of every reply."""

import copy
import math
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import wraps
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from adpulse.auth import rate_limit
from adpulse.auth.keyring import Holder, Keyring
from adpulse.auth.keys import Scope
from adpulse.auth.rate_limit import RateLimited
from adpulse.problems import problem, unavailable

Endpoint = Callable[[Request], Awaitable[Response]]

# On every reply: a browser must not guess another type.
HEADERS = [(b"x-content-type-options", b"nosniff")]

# Headers that hold a key and nothing else; Amazon Data Firehose sends the second.
_KEY_HEADERS = (b"x-api-key", b"x-amz-firehose-access-key")
# The parameter that holds a key in an address.
IN_ADDRESS = "key"

_MISSING = "Send a key: Authorization: Bearer …, or X-API-Key: …"
_WRONG = "This is not a key of this service, or no longer one."
_CONTRADICTION = "The request holds two different keys."
_NOT_PUBLIC = (
    "Addresses are written into logs, so only a public key may stand in one. Send this key in a header, and change it."
)


class Refused(Exception):
    """A request that is not admitted, with the reply that says why."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def guarded(keyring: Keyring, scope: Scope, endpoint: Endpoint) -> Endpoint:
    """Return the endpoint, open to requests with a key of that scope, and to all requests while there are no keys.

    The function is wrapped, not a path, so the guard holds on every way to it. `request.scope["holder"]` is the holder
    of the key, or None.
    """

    @wraps(endpoint)
    async def guard(request: Request) -> Response:
        if keyring.open:
            request.scope["holder"] = None
            return await endpoint(request)
        in_address = _keys_of_address(request.scope["query_string"])
        sent = _keys(request.scope["headers"]) | in_address
        holder = keyring.find(next(iter(sent))) if len(sent) == 1 else None
        try:
            if holder is None:
                holder = await _look_again(keyring, sent)
            if holder:
                if in_address and not holder.key.public:
                    raise Refused(problem(403, "key_in_address", _NOT_PUBLIC))
                _admit(holder, scope)
                keyring.note(holder)
            request.scope["holder"] = holder
            response = await endpoint(request)
        except Refused as refused:
            response = refused.response
        return _with_limits(response, holder) if holder and holder.limited else response

    return guard


def _with_limits(response: Response, holder: Holder) -> Response:
    """Return a copy of the reply with the remaining rates of a key. Some replies are made once and shared."""
    said = copy.copy(response)
    limits = {"requests": holder.requests, "events": holder.events}
    said.raw_headers = [*response.raw_headers, *rate_limit.fields(limits, time.monotonic())]
    return said


def _keys_of_address(query: bytes) -> set[bytes]:
    if b"key=" not in query:
        return set()
    return {value.encode() for name, value in parse_qsl(query.decode("latin-1")) if name == IN_ADDRESS}


def _keys(headers: Iterable[tuple[bytes, bytes]]) -> set[bytes]:
    """Return the different keys in the headers. Other schemes of Authorization are ignored."""
    sent = set()
    for name, value in headers:
        if name in _KEY_HEADERS:
            sent.add(value.strip())
        elif name == b"authorization" and value[:7].lower() == b"bearer ":
            sent.add(value[7:].strip())
    return sent


async def _look_again(keyring: Keyring, sent: set[bytes]) -> Holder | None:
    """Return the holder of a key that is not known yet, or None when no key is needed. Raises Refused."""
    if not keyring.known:
        await keyring.refresh()
        if not keyring.known:
            raise Refused(unavailable(f"{keyring.reason}, and so the keys are not known yet."))
        if keyring.open:
            return None
    if len(sent) != 1:
        raise Refused(_unauthorized("key_invalid", _CONTRADICTION) if sent else _unauthorized("key_missing", _MISSING))
    (text,) = sent
    await keyring.refresh()
    if (holder := keyring.find(text)) is None:
        raise Refused(_unauthorized("key_invalid", _WRONG))
    return holder


def _admit(holder: Holder, scope: Scope) -> None:
    """Count a request. Raises Refused without the scope, and while a rate is used up.

    Events are counted when they are known: see ingest.endpoint.
    """
    if scope not in holder.key.scopes:
        raise Refused(problem(403, "scope", f"This key is not one for scope {scope}."))
    if not holder.limited:
        return
    try:
        rate_limit.check((holder.requests, holder.events if scope == "write" else None), time.monotonic())
    except RateLimited as error:
        raise Refused(too_many(error)) from None
    if holder.requests:
        holder.requests.take(1)


def too_many(error: RateLimited) -> Response:
    """Return 429 with when to try again."""
    seconds = math.ceil(error.wait_s)
    detail = f"This key has used up its rate; try again in {seconds} s."
    return problem(429, "rate_limited", detail, {"Retry-After": str(seconds)})


def _unauthorized(code: str, detail: str) -> Response:
    return problem(401, code, detail, {"WWW-Authenticate": 'Bearer realm="adpulse"'})
