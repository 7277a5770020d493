"""Content-Encodings: what is compressed is bounded to the byte in every encoding."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.ingest.batch import BodyError
from adpulse.ingest.body import BodyReader
from adpulse.ingest.formats import encodings
from adpulse.ingest.formats.encodings import ENCODINGS, MEMBERS, RATIO_FROM_BYTES, zstd
from adpulse.settings import Settings
from tests.adpulse.ingest.test_body import arriving, chunk


def _raw_deflate(data: bytes) -> bytes:
    return zlib.compress(data, wbits=-15)


def _endless_zstd(data: bytes) -> bytes:
    """Return a frame that does not say how long its content is."""
    assert zstd is not None
    packer = zstd.ZstdCompressor()
    return packer.compress(data) + packer.flush()


# Every encoding, in each of the ways in which clients write it.
WRITTEN: list[tuple[bytes, Callable[[bytes], bytes]]] = [
    (b"gzip", gzip.compress),
    (b"x-gzip", gzip.compress),
    (b"deflate", zlib.compress),
    (b"deflate", _raw_deflate),
    *([(b"zstd", zstd.compress), (b"zstd", _endless_zstd)] if zstd else []),
]
written = pytest.mark.parametrize(("name", "pack"), WRITTEN, ids=lambda each: getattr(each, "__name__", None))
LARGE = 9_000_000


def unpack(name: bytes, data: bytes, most: int = 10_000, ratio: int = 100) -> bytes:
    encoding = encodings.find(name)
    assert encoding is not None
    return encodings.decompress(data, encoding, most, ratio)


def refusal(name: bytes, data: bytes, most: int = 10_000) -> BodyError:
    with pytest.raises(BodyError) as caught:
        unpack(name, data, most)
    return caught.value


def test_every_encoding_is_tried_here() -> None:
    """Every encoding of the table has its tests here."""
    assert {name for name, _ in WRITTEN} == set(ENCODINGS)


@written
@given(data=st.binary(max_size=300), most=st.integers(0, 299))
def test_content_is_bounded_to_the_byte(name: bytes, pack: Callable[[bytes], bytes], data: bytes, most: int) -> None:
    """A body may be as large as the limit unpacked, and not a byte larger."""
    if len(data) <= most:
        assert unpack(name, pack(data), most) == data
    else:
        assert refusal(name, pack(data), most).status == 413


@written
@given(data=st.binary(min_size=1, max_size=300), cut=st.integers(1, 400))
def test_half_a_body_is_none(name: bytes, pack: Callable[[bytes], bytes], data: bytes, cut: int) -> None:
    """A body that is cut anywhere is a 400, which names the encoding; so is one with bytes behind it."""
    packed = pack(data)
    for spoilt in (packed[: -min(cut, len(packed) - 1)], packed + b"\0"):
        error = refusal(name, spoilt)
        assert (error.status, error.code) == (400, f"malformed_{name.decode().removeprefix('x-')}")


@written
@given(data=st.binary(max_size=200))
def test_any_bytes_are_content_or_a_refusal(name: bytes, pack: Callable[[bytes], bytes], data: bytes) -> None:
    """Nothing but a BodyError comes out of bytes that are no such encoding, and never more than the limit."""
    for sent in (data, pack(data)[:10] + data):
        try:
            content = unpack(name, sent, 100)
        except BodyError as error:
            content = b""
            refused = error.status
        else:
            refused = None
        assert refused in (None, 400, 413)
        assert len(content) <= 100


@pytest.mark.parametrize(("name", "pack"), [each for each in WRITTEN if ENCODINGS[each[0]].members > 1])
@given(parts=st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_members_follow_one_another(name: bytes, pack: Callable[[bytes], bytes], parts: list[bytes]) -> None:
    """Members of gzip follow one another, as `cat a.gz b.gz` makes them; deflate has one member."""
    assert unpack(name, b"".join(pack(part) for part in parts)) == b"".join(parts)


@written
def test_members_without_end_are_refused_soon(name: bytes, pack: Callable[[bytes], bytes]) -> None:
    """Each empty member would cost a copy of what is left."""
    most = ENCODINGS[name].members
    assert most <= MEMBERS
    assert unpack(name, pack(b"") * most) == b""
    assert refusal(name, pack(b"") * (most + 1)).status == 400
    assert refusal(name, pack(b"") * 200_000).status == 400


@written
async def test_a_bomb_costs_no_more_than_its_ratio(name: bytes, pack: Callable[[bytes], bytes]) -> None:
    """A body may grow a hundredfold, or to a million bytes; the rest of a bomb is never unpacked."""
    reader = BodyReader(Settings())
    headers = {b"content-encoding": name}
    bomb = pack(bytes(LARGE))
    assert len(bomb) < LARGE / 500
    tracemalloc.start()
    with pytest.raises(BodyError) as caught:
        await reader.read(headers, arriving(chunk(bomb)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.status == 413
    assert "expand at most 100 times" in caught.value.detail
    assert peak < 4_000_000
    fair = pack(bytes(RATIO_FROM_BYTES))
    assert len(await reader.read(headers, arriving(chunk(fair)))) == RATIO_FROM_BYTES


@pytest.mark.skipif(zstd is None, reason="this Python has no zstd")
def test_a_zstd_frame_may_not_ask_for_much_memory() -> None:
    """A window past 8 MB is refused before it is reserved, however few bytes there are (RFC 9659)."""

    assert zstd is not None

    def frame(window_log: int) -> bytes:
        packer = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: window_log})
        return packer.compress(b"few") + packer.flush()

    assert unpack(b"zstd", frame(23)) == b"few"
    assert refusal(b"zstd", frame(24)).code == "malformed_zstd"


@pytest.mark.parametrize("name", [b"", b" ", b"identity", b"Identity", *ENCODINGS, b"GZIP", b" Zstd "])
async def test_encodings_that_are_taken(name: bytes) -> None:
    """Plain, also said with no word at all, and every encoding in any case."""
    known = dict(WRITTEN).get(name.strip().lower())
    content = known(b"body") if known else b"body"
    assert await BodyReader(Settings()).read({b"content-encoding": name}, arriving(chunk(content))) == b"body"


@pytest.mark.parametrize("name", ["br", "compress", "gzip, gzip", "gzip, identity", "gzip;q=1", "x", "zstd,gzip", "ÿ"])
async def test_encodings_that_are_not(name: str) -> None:
    """415 says what is taken, before anything is received."""
    with pytest.raises(BodyError) as caught:
        await BodyReader(Settings()).read({b"content-encoding": name.encode("latin-1")}, arriving())
    taken = "gzip, deflate, zstd" if zstd else "gzip, deflate"
    assert (caught.value.status, caught.value.headers) == (415, {"Accept-Encoding": taken})
