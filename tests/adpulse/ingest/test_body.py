"""Reading a body: what is bounded stays bounded for every request."""

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect

from adpulse.ingest.batch import BodyError
from adpulse.ingest.body import ArrivingFull, BodyReader, gunzip, is_ndjson
from adpulse.settings import Settings


def arriving(*messages: dict[str, Any]) -> Any:
    """Return an ASGI `receive` that gives these messages."""
    given: Iterator[dict[str, Any]] = iter(messages)

    async def receive() -> dict[str, Any]:
        return next(given)

    return receive


def chunk(body: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


GZIP = {b"content-encoding": b"gzip"}
TOO_LARGE = BodyError(413, "too_large", "")


@pytest.mark.parametrize(
    ("text", "ndjson"),
    [
        ("application/json", False),
        ("APPLICATION/JSON ; charset=utf-8", False),
        ('application/json; profile=x; charset="UTF-8"', False),
        ("application/x-ndjson", True),
        ("application/x-ndjson;charset=utf8", True),
    ],
)
def test_content_types_that_are_taken(text: str, ndjson: bool) -> None:
    """JSON and NDJSON, in any case, in UTF-8."""
    assert is_ndjson(text) is ndjson


@pytest.mark.parametrize(
    "text", ["", "json", "text/json", "application/json2", "application/json; charset=latin1", ";"]
)
def test_content_types_that_are_not(text: str) -> None:
    """Anything else is a 415, which says what is taken, or which charset."""
    with pytest.raises(BodyError) as caught:
        is_ndjson(text)
    assert caught.value.status == 415
    expected = {} if "charset" in text else {"Accept": "application/json, application/x-ndjson"}
    assert caught.value.headers == expected


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


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [("", False), (" ", False), ("identity", False), ("gzip", True), ("GZIP", True), ("x-gzip", True)],
)
async def test_encodings_that_are_taken(encoding: str, packed: bool) -> None:
    """Plain, also said with no word at all, and gzip by its old name."""
    content = gzip.compress(b"body") if packed else b"body"
    headers = {b"content-encoding": encoding.encode()}
    assert await BodyReader(Settings()).read(headers, arriving(chunk(content))) == b"body"


@pytest.mark.parametrize("encoding", ["br", "compress", "zstd", "deflate", "gzip, gzip", "gzip;q=1", "x"])
async def test_encodings_that_are_not(encoding: str) -> None:
    """415 says what is taken, before anything is received."""
    with pytest.raises(BodyError) as caught:
        await BodyReader(Settings()).read({b"content-encoding": encoding.encode()}, arriving())
    assert (caught.value.status, caught.value.headers) == (415, {"Accept-Encoding": "gzip"})


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_gzip_of_several_members(parts: list[bytes]) -> None:
    """Members follow one another, as `cat a.gz b.gz` makes them."""
    assert gunzip(b"".join(gzip.compress(part) for part in parts), 10_000, TOO_LARGE) == b"".join(parts)


@given(st.binary(max_size=300), st.integers(0, 299))
def test_gzip_is_bounded_to_the_byte(data: bytes, most: int) -> None:
    """A body may be as large as the limit unpacked, and not a byte larger."""
    if len(data) <= most:
        assert gunzip(gzip.compress(data), most, TOO_LARGE) == data
    else:
        with pytest.raises(BodyError) as caught:
            gunzip(gzip.compress(data), most, TOO_LARGE)
        assert caught.value is TOO_LARGE


@pytest.mark.parametrize(
    "data",
    [
        zlib.compress(b"x"),
        gzip.compress(b"x")[:-1],
        gzip.compress(b"x") + b"\0",
        gzip.compress(b"x")[:10],
        b"\x1f",
        gzip.compress(b"") * 200_000,
    ],
    ids=["zlib", "cut", "zeros after", "header only", "one byte", "members without end"],
)
def test_what_is_no_gzip(data: bytes) -> None:
    """A body that is no gzip is a 400, and soon."""
    with pytest.raises(BodyError) as caught:
        gunzip(data, 1_000, TOO_LARGE)
    assert caught.value.status == 400


async def test_a_bomb_costs_no_more_than_its_ratio() -> None:
    """A body may grow a hundredfold, or to a million bytes; the rest of a bomb is never unpacked."""
    reader = BodyReader(Settings())
    bomb = gzip.compress(bytes(9_000_000))
    assert len(bomb) < 10_000
    tracemalloc.start()
    with pytest.raises(BodyError) as caught:
        await reader.read(GZIP, arriving(chunk(bomb)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.status == 413
    assert "expand at most 100 times" in caught.value.detail
    assert peak < 3_000_000
    fair = gzip.compress(bytes(1_000_000))
    assert len(await reader.read(GZIP, arriving(chunk(fair)))) == 1_000_000
