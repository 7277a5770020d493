"""Accept and Accept-Encoding say how much a client wants something (RFC 9110, 12.4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.negotiation import quality


@pytest.mark.parametrize(
    ("header", "names", "wanted"),
    [
        (b"gzip", ["gzip"], 1.0),
        (b"GZIP;Q=0.5", ["gzip"], 0.5),
        (b"br, gzip ; q=0.25 , *", ["gzip", "*"], 0.25),
        (b"*;q=0.1", ["gzip", "*"], 0.1),
        (b"gzip;q=0", ["gzip", "*"], 0.0),
        (b"text/html, */*;q=0.8", ["text/csv", "text/*", "*/*"], 0.8),
        (b"text/csv;charset=utf-8;q=0.3", ["text/csv"], 0.3),
        (b"br", ["gzip"], 0.0),
        (b"", ["gzip"], 0.0),
        (b"gzip;q=7", ["gzip"], 1.0),
        (b"gzip;q=-1", ["gzip"], 0.0),
        (b"gzip;q=much", ["gzip"], 1.0),
    ],
)
def test_the_most_exact_name_counts(header: bytes, names: list[str], wanted: float) -> None:
    """The most exact name counts with its weight, in any spelling; a weight that is none does not count."""
    assert quality(header, *names) == wanted


@given(st.binary(max_size=60))
def test_every_header_has_a_quality(header: bytes) -> None:
    """Any bytes have a quality from 0 to 1."""
    assert 0 <= quality(header, "gzip", "*") <= 1
