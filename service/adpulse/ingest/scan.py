"""Searches in the text of a batch for what msgspec would let pass in silence.

A search is a pass over all bytes, a tenth of what decoding them costs. So one search finds all that is
suspicious, and only then exact searches follow.
"""

import re

# Escapes that hide what is looked for: NUL, a comma, and what a time is written with.
_HIDDEN = re.compile(rb"\\u00(?:00|2[0cCdDeE]|3[0-9aA]|[57]4)")
# Behind a hyphen: the day and the time of an instant finer than a microsecond, or an exponent of three digits at the
# end of a member, where a UUID has none. Both in one search, which steps from hyphen to hyphen.
_EITHER = re.compile(rb"-\d\d(?:[Tt ].{8}\.\d{7}|\d(?<=[eE]-\d\d\d)\d*\s*[,}])")
_TOO_FINE = re.compile(rb":\d\d\.\d{7}")
# A number that is not zero is read as zero only if it has a long row of zeros, or an exponent of three digits. A name
# may hold such an exponent, too: the text before it tells if it belongs to a number.
_ZEROS, _EXPONENT, _MANTISSA = b"0" * 200, re.compile(rb"-(?<=[eE]-)\d{3}"), re.compile(rb"\s*-?[\d.]+")


class Text:
    """The text of a batch, searched once: `roots` JSON texts."""

    def __init__(self, data: bytes, roots: int = 1) -> None:
        self.data = data
        self.roots = roots
        # The body may hold NUL, or something that the other searches do not see.
        self.hides = b"\\" in data and _HIDDEN.search(data) is not None
        self._suspicious = _EITHER.search(data) is not None

    def is_too_fine(self) -> bool:
        """Return True if a time may be finer than a microsecond, which msgspec would round."""
        return self._suspicious and _TOO_FINE.search(self.data) is not None

    def is_tiny(self) -> bool:
        """Return True if a member may have a number that is so near to zero that a double is zero."""
        return _ZEROS in self.data or (
            self._suspicious
            and any(
                _MANTISSA.fullmatch(self.data, self.data.rfind(b":", 0, found.start()) + 1, found.start() - 1)
                for found in _EXPONENT.finditer(self.data)
            )
        )
