"""Event ids: any text of 1 to 128 characters, stored as a UUID.

A UUID in any spelling is that UUID. Another text becomes a UUID of version 8 (RFC 9562), 122 bits of its SHA-256: of a
billion texts, two share an id with a probability of 1 in 10^19. The text cannot be read back; in SQL,
event_id_of(text) finds its event.
"""

import re
from binascii import unhexlify
from collections.abc import Sequence
from hashlib import sha256
from struct import unpack

# Hashed before the text, so that the hash of something else is never an id. The SQL does the same.
NAMESPACE = b"adpulse event_id\0"

_UUID = re.compile(
    r"(?:urn:uuid:)?(?P<brace>\{)?"
    r"[0-9a-f]{8}(?P<hyphen>-?)[0-9a-f]{4}(?P=hyphen)[0-9a-f]{4}(?P=hyphen)[0-9a-f]{4}(?P=hyphen)[0-9a-f]{12}"
    r"(?(brace)\})",
    re.ASCII | re.IGNORECASE,
)
_SIGNS = str.maketrans("", "", "{}-")
_LENGTH = 36  # characters of a UUID in its usual form
_DIGITS = 32  # its hexadecimal digits
_HYPHENS = (8, 13, 18, 23)

_BYTES = 16
_VERSION = bytes.fromhex("00000000000080008000000000000000")  # 8, and the variant of RFC 9562
_HASHED = bytes.fromhex("ffffffffffff0fff3fffffffffffffff")  # the other bits


def parse(text: str) -> bytes:
    """Return the id of a text as its 16 bytes."""
    return parse_all([text])[0]


def parse_all(texts: Sequence[str]) -> list[bytes]:
    """Return the id of each text, in 16 bytes. Ids of a batch are taken together: it costs a fraction of one by one."""
    if (plain := _parse_plain(texts)) is not None:
        return plain
    found = [_parse_uuid(text) for text in texts]
    hashed = iter(_hash([text for text, known in zip(texts, found, strict=True) if known is None]))
    return [next(hashed) if known is None else known for known in found]


def _parse_plain(texts: Sequence[str]) -> list[bytes] | None:
    """Return the ids when all texts are UUIDs as they are usually written, or all without hyphens, else None."""
    lengths = set(map(len, texts))
    if lengths not in ({_LENGTH}, {_DIGITS}):
        return None
    try:
        joined = "".join(texts).encode("ascii")
        if lengths == {_LENGTH}:
            hyphens = b"-" * len(texts)
            if any(joined[place::_LENGTH] != hyphens for place in _HYPHENS):
                return None
            joined = joined.translate(None, b"-")
        data = unhexlify(joined)
    except ValueError:
        return None
    return _split(data) if len(data) == _BYTES * len(texts) else None  # None if a text has other hyphens


def _parse_uuid(text: str) -> bytes | None:
    if not _UUID.fullmatch(text):
        return None
    return bytes.fromhex(text.translate(_SIGNS)[-2 * _BYTES :])


def _hash(texts: Sequence[str]) -> list[bytes]:
    digests = b"".join([sha256(NAMESPACE + text.encode()).digest()[:_BYTES] for text in texts])
    # Take all as one large number: setting the bits of each alone would cost more than the hash.
    number = int.from_bytes(digests, "big") & int.from_bytes(_HASHED * len(texts), "big")
    number |= int.from_bytes(_VERSION * len(texts), "big")
    return _split(number.to_bytes(len(digests), "big"))


def _split(data: bytes) -> list[bytes]:
    return list(unpack(f"{_BYTES}s" * (len(data) // _BYTES), data))
