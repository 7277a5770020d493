"""Searches in the text of a body for what msgspec would let pass in silence.

Each is one pass over all bytes of a batch, a tenth of what decoding them costs, so there are as few as can be, and the
exact ones come after a cheaper one has found something.
"""

import re

# Escapes that hide what is looked for: NUL, a comma, and what a time is written with.
_HIDDEN = re.compile(rb"\\u00(?:00|2[cCeE]|3[0-9aA])")
# A time that is finer than a microsecond, and what is found sooner and is always in one.
_TOO_FINE, _MANY_DECIMALS = re.compile(rb":\d\d\.\d{7}"), re.compile(rb"\.\d{7}")
# What a number that is not zero needs to be read as zero: a long row of zeros, or an exponent of three digits. Such
# exponents are easily found, also in a UUID or in a name; what stands before them tells that they belong to a number.
_ZEROS, _EXPONENT, _MANTISSA = b"0" * 200, re.compile(rb"-(?<=[eE]-)\d{3}"), re.compile(rb"\s*-?[\d.]+")


def hides(text: bytes) -> bool:
    """Return True if the other searches cannot be trusted, or NUL may be in it."""
    return b"\\" in text and _HIDDEN.search(text) is not None


def is_too_fine(text: bytes) -> bool:
    """Return True if a time may be finer than a microsecond, which msgspec would round."""
    return _MANY_DECIMALS.search(text) is not None and _TOO_FINE.search(text) is not None


def is_tiny(text: bytes) -> bool:
    """Return True if a member may have a number that is so near to zero that a double is zero."""
    return _ZEROS in text or any(
        _MANTISSA.fullmatch(text, text.rfind(b":", 0, found.start()) + 1, found.start() - 1)
        for found in _EXPONENT.finditer(text)
    )
