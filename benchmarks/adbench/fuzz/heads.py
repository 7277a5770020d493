"""Heads made from other heads: methods, addresses, headers, and the ways in which the bytes arrive."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from adbench.fuzz.values import ENCODINGS, HEADERS, HOSTS, KEYS, MEDIA_TYPES, METHODS, PATHS, PROTOCOLS
from adbench.fuzz.wire import ORIGIN, Request

Mutation = Callable[[random.Random, Request, Sequence[Request]], Request]


def with_header(request: Request, name: str, value: bytes) -> Request:
    """Return the request with this as its only header of that name."""
    kept = tuple(header for header in request.headers if header[0].lower() != name.lower())
    return replace(request, headers=(*kept, (name, value)))


def on_body(change: Callable[[random.Random, bytes], bytes]) -> Mutation:
    """Return the mutation that makes this change to the body."""
    return lambda rng, request, corpus: replace(request, body=change(rng, request.body))


def _any_header(name: str, values: Sequence[bytes]) -> Mutation:
    """Return the mutation that gives this header any of the values."""
    return lambda rng, request, corpus: with_header(request, name, rng.choice(values))


def _any(field: str, values: Sequence[Any]) -> Mutation:
    """Return the mutation that gives this field of a request any of the values."""
    return lambda rng, request, corpus: replace(request, **{field: rng.choice(values)})


def _key(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    key = rng.choice(KEYS) if rng.random() < 0.5 else b"key-%d" % rng.randrange(50)
    return with_header(request, "Idempotency-Key", key)


def _header(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Add a header that clients, proxies and browsers send."""
    return replace(request, headers=(*request.headers, *rng.choices(HEADERS, k=rng.choice((1, 1, 2, 4)))))


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


def _framed(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Send the same request in another frame: in chunks, as HTTP/1.0, with a whole address, in several packets."""
    return rng.choice(
        (
            replace(request, chunk=rng.choice((1, 7, 1_000))),
            replace(request, version="1.0"),
            replace(request, origin=ORIGIN),
            replace(request, packets=rng.choice((2, 3, 5))),
            replace(request, packets=rng.choice((2, 3, 5))),
        )
    )


SPOILT = (
    _any_header("Content-Type", MEDIA_TYPES),
    _any_header("Content-Encoding", ENCODINGS),
    _any("method", METHODS),
    _any("path", PATHS),  # almost right paths: 404 is expected, never a redirect
    _any("host", HOSTS),
    *(_key, _key, _header, _header, _header, _offered, _doubled, _long, _framed, _framed, _framed),
)
