"""Who may come in: the key of a request, the scopes of an endpoint, and the headers that every reply has."""

import math
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from adpulse.keyring import Holder, Keyring
from adpulse.keys import Scope
from adpulse.problems import problem, unavailable

Endpoint = Callable[[Request], Awaitable[Response]]

# On every reply: a browser must not take it for anything else than it says it is.
HEADERS = [(b"x-content-type-options", b"nosniff")]

_MISSING = "Send a key: Authorization: Bearer …, or X-API-Key: …"
_WRONG = "This is not a key of this service, or no longer one."
_CONTRADICTION = "The request holds two different keys."


class Refused(Exception):
    """A request that may not come in, with the reply that says why."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def guarded(scope: Scope, endpoint: Endpoint) -> Endpoint:
    """The endpoint, for whoever has a key with that scope, or for everybody while there are no keys.

    The function is wrapped, and not a path guarded: so it holds on every way to it. `request.scope["holder"]` is whose
    key it is, or None.
    """

    @wraps(endpoint)
    async def guard(request: Request) -> Response:
        keyring: Keyring = request.app.state.keyring
        try:
            request.scope["holder"] = None if keyring.open else await _admit(keyring, request.scope["headers"], scope)
        except Refused as refused:
            return refused.response
        return await endpoint(request)

    return guard


async def _admit(keyring: Keyring, headers: Iterable[tuple[bytes, bytes]], scope: Scope) -> Holder | None:
    """Whose key the headers hold. Raises Refused."""
    if not keyring.known:
        await keyring.refresh()
        if not keyring.known:
            raise Refused(unavailable("The database cannot be reached, and so the keys are not known yet."))
        if keyring.open:
            return None
    sent = _keys(headers)
    if len(sent) != 1:
        raise Refused(_unauthorized("key_invalid", _CONTRADICTION) if sent else _unauthorized("key_missing", _MISSING))
    text = sent.pop()
    if (holder := keyring.find(text)) is None:
        await keyring.refresh()
        if (holder := keyring.find(text)) is None:
            raise Refused(_unauthorized("key_invalid", _WRONG))
    if scope not in holder.key.scopes:
        raise Refused(problem(403, "scope", f"This key is not one for scope {scope}."))
    _spend(holder, scope)
    return holder


def _keys(headers: Iterable[tuple[bytes, bytes]]) -> set[bytes]:
    """The different keys in the headers. What another scheme of Authorization holds is not for us."""
    sent = set()
    for name, value in headers:
        if name == b"x-api-key":
            sent.add(value.strip())
        elif name == b"authorization" and value[:7].lower() == b"bearer ":
            sent.add(value[7:].strip())
    return sent


def _spend(holder: Holder, scope: Scope) -> None:
    """Count a request. Raises Refused while a rate of the key is used up; events are counted when they are known."""
    now = time.monotonic()
    buckets = (holder.requests, holder.events if scope == "write" else None)
    wait = max((bucket.wait(now) for bucket in buckets if bucket), default=0.0)
    if wait > 0:
        seconds = math.ceil(wait)
        detail = f"This key has used up its rate; try again in {seconds} s."
        raise Refused(problem(429, "rate_limited", detail, {"Retry-After": str(seconds)}))
    if holder.requests:
        holder.requests.take(1)


def _unauthorized(code: str, detail: str) -> Response:
    return problem(401, code, detail, {"WWW-Authenticate": 'Bearer realm="adpulse"'})
