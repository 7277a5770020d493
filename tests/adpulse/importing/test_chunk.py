"""Chunks of records: cut anywhere, they are the same records with the same digest."""

from hypothesis import given
from hypothesis import strategies as st

from adpulse.importing.chunk import Chunk


def chunk(texts: list[str]) -> Chunk:
    return Chunk([{"text": text} for text in texts], list(texts), list(range(1, len(texts) + 1)))


@given(st.lists(st.text()), st.integers(0, 10))
def test_a_cut_loses_nothing(texts: list[str], count: int) -> None:
    """Two parts, put together again, are the whole."""
    first, rest = chunk(texts).split(count)
    assert len(first) == min(count, len(texts))
    assert first + rest == chunk(texts)
    first.extend(rest)
    assert first == chunk(texts)


def test_a_digest_is_of_the_records_and_of_all_before() -> None:
    """Another cut, another text or another beginning is another digest; a lone surrogate has one, too."""
    digests = [
        chunk(["ab", "c"]).digest(b""),
        chunk(["a", "bc"]).digest(b""),
        chunk(["ab", "d"]).digest(b""),
        chunk(["ab", "c"]).digest(b"before"),
        chunk(["\udcff"]).digest(b""),
    ]
    assert len(set(digests)) == len(digests)
    assert digests[0] == chunk(["ab", "c"]).digest(b"")
