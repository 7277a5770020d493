"""Who may come in: the key of a request, the scopes of an endpoint, and the headers that every reply has."""

import math
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from adpulse.auth.keyring import Holder, Keyring
from adpulse.auth.keys import Scope
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


def guarded(keyring: Keyring, scope: Scope, endpoint: Endpoint) -> Endpoint:
    """The endpoint, for whoever has a key with that scope, or for everybody while there are no keys.

    The function is wrapped, and not a path guarded: so it holds on every way to it. `request.scope["holder"]` is whose
    key it is, or None.
    """

    @wraps(endpoint)
    async def guard(request: Request) -> Response:
        if keyring.open:
            request.scope["holder"] = None
            return await endpoint(request)
        sent = _keys(request.scope["headers"])
        holder = keyring.find(next(iter(sent))) if len(sent) == 1 else None
        try:
            if holder is None:
                holder = await _look_again(keyring, sent)
            if holder:
                _admit(holder, scope)
        except Refused as refused:
            return refused.response
        request.scope["holder"] = holder
        return await endpoint(request)

    return guard


def _keys(headers: Iterable[tuple[bytes, bytes]]) -> set[bytes]:
    """The different keys in the headers. What another scheme of Authorization holds is not for us."""
    sent = set()
    for name, value in headers:
        if name == b"x-api-key":
            sent.add(value.strip())
        elif name == b"authorization" and value[:7].lower() == b"bearer ":
            sent.add(value[7:].strip())
    return sent


async def _look_again(keyring: Keyring, sent: set[bytes]) -> Holder | None:
    """Whose key it is that is not known yet; None when none is needed. Raises Refused."""
    if not keyring.known:
        await keyring.refresh()
        if not keyring.known:
            raise Refused(unavailable("The database cannot be reached, and so the keys are not known yet."))
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

    Events are counted when they are known.
    """
    if scope not in holder.key.scopes:
        raise Refused(problem(403, "scope", f"This key is not one for scope {scope}."))
    if not holder.limited:
        return
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
