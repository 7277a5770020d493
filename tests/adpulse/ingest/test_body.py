"""Reading a body: what is bounded stays bounded for every request."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.requests import ClientDisconnect

from adpulse.ingest.batch import BodyError
from adpulse.ingest.body import ArrivingFull, BodyReader
from adpulse.settings import Settings


def arriving(*messages: dict[str, Any]) -> Any:
    """Return an ASGI `receive` that gives these messages."""
    given: Iterator[dict[str, Any]] = iter(messages)

    async def receive() -> dict[str, Any]:
        return next(given)

    return receive


def chunk(body: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_body_comes_in_pieces() -> None:
    """A body is read from any pieces, empty ones included."""
    reader = BodyReader(Settings())
    pieces = [chunk(b"", True), chunk(b"ab", True), chunk(b"", True), chunk(b"c", True), chunk(b"")]
    assert await reader.read({}, arriving(*pieces)) == b"abc"
    assert await reader.read({}, arriving(chunk(b"whole"))) == b"whole"
    assert reader._arriving == 0


async def test_a_body_that_does_not_come_whole() -> None:
    """A body that does not come whole is no body."""
    with pytest.raises(ClientDisconnect):
        await BodyReader(Settings()).read({}, arriving(chunk(b"a", True), {"type": "http.disconnect"}))


@pytest.mark.parametrize("length", ["1001", "-1", "1e3", "²", "9" * 5_000])
async def test_a_length_that_cannot_be(length: str) -> None:
    """A length that cannot be is refused before anything is received."""
    with pytest.raises(BodyError) as caught:
        await BodyReader(Settings(max_body_bytes=1_000)).read({b"content-length": length.encode()}, arriving())
    assert caught.value.status == 413


async def test_bodies_that_arrive_together_are_bounded() -> None:
    """Past queue_bytes the one that goes on is refused; one alone never is, and what it held is given back."""
    reader = BodyReader(Settings(queue_bytes=10))
    assert len(await reader.read({}, arriving(chunk(bytes(20), True), chunk(bytes(20))))) == 40
    pieces = [chunk(b"end"), chunk(bytes(6), True)]

    async def receive() -> dict[str, Any]:
        if len(pieces) == 1:  # half of this body is here
            with pytest.raises(ArrivingFull):
                await reader.read({}, arriving(chunk(bytes(6), True), chunk(b"")))
        return pieces.pop()

    assert await reader.read({}, receive) == bytes(6) + b"end"
    assert reader._arriving == 0
