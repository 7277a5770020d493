"""An event as PostgreSQL reads it: one tuple of a binary COPY, made once, when the request is decoded.

So a group of requests is written by joining bytes: no value is looked at again. Letting asyncpg encode records costs
1.2 µs an event more (docs/decisions/0010).
Format: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"; the bytes of each type are those of
its receive function (timestamptz_recv, jsonb_recv, …).
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import chain
from struct import Struct
from uuid import UUID

from adpulse.event.limits import TEXT_LENGTH
from adpulse.event.values import COLUMNS, Values

# PostgreSQL counts microseconds from here.
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
DAY = 86_400_000_000

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"

_UTF8_BYTES = 4  # the most that a character takes
_SIZE = Struct(">i")
_LENGTH = _SIZE.pack
_FIXED = Struct(">hiqiqiq")  # the number of fields, then ts, cost and revenue, each after its length

# A row begins with the number of fields, and the length of ts.
BEGIN = Struct(">hi").pack(len(COLUMNS), 8)
INT8 = Struct(">q").pack
# The length field of a user, by its number of bytes.
SIZES = tuple(_LENGTH(size) for size in range(_UTF8_BYTES * TEXT_LENGTH + 1))


def micros_of(ts: datetime) -> int:
    """Return the microseconds since EPOCH, exactly."""
    since = ts - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def bigint_field(value: int) -> bytes:
    """Return the field of a bigint."""
    return b"\0\0\0\x08" + INT8(value)


def text_field(text: str) -> bytes:
    """Return the field of a text, or of the label of an enum."""
    data = text.encode()
    return _LENGTH(len(data)) + data


def jsonb_field(text: bytes) -> bytes:
    """Return the field of a jsonb from its text; the first byte is the version of the wire format."""
    return _LENGTH(len(text) + 1) + b"\x01" + text


NO_METADATA = jsonb_field(b"{}")


def uuid_field(value: UUID) -> bytes:
    """Return the field of a UUID."""
    return b"\0\0\0\x10" + value.bytes


def uuid_fields(ids: Iterable[bytes | None]) -> list[bytes]:
    """Return the fields of UUIDs, each given as its 16 bytes, or None."""
    return [NULL if each is None else b"\0\0\0\x10" + each for each in ids]


def pack(values: Values) -> bytes:
    """Return one row. adpulse.ingest.fast_pass does the same for good events, without a call for each field."""
    return b"".join(
        (
            BEGIN,
            INT8(micros_of(values.ts)),
            bigint_field(values.cost_micros),
            bigint_field(values.revenue_micros),
            text_field(values.user_id),
            text_field(values.campaign_id),
            text_field(values.event_type),
            jsonb_field(values.metadata),
            NULL if values.event_id is None else uuid_field(values.event_id),
        )
    )


def unpack(row: bytes) -> Values:
    """Return the values of one row: `pack` undone."""
    _, _, micros, _, cost, _, revenue = _FIXED.unpack_from(row)
    rest: list[bytes] = []
    place = _FIXED.size
    while place < len(row):
        start = place + _SIZE.size
        (size,) = _SIZE.unpack_from(row, place)  # -1: null; only event_id may be null
        place = start + max(size, 0)
        rest.append(row[start:place])
    user, campaign, kind, metadata, event_id = rest
    return Values(
        ts=EPOCH + timedelta(microseconds=micros),
        cost_micros=cost,
        revenue_micros=revenue,
        user_id=user.decode(),
        campaign_id=campaign.decode(),
        event_type=kind.decode(),
        metadata=metadata[1:],
        event_id=UUID(bytes=event_id) if event_id else None,
    )


def stream_ids(ids: Iterable[bytes]) -> bytes:
    """Return the bytes of one COPY of UUIDs alone, each given as its 16 bytes."""
    return (b"\0\1\0\0\0\x10").join((HEADER, *ids)) + TRAILER  # each after its number of fields and its length


def stream(groups: Iterable[list[bytes]]) -> bytes:
    """Return the bytes of one COPY."""
    return b"".join((HEADER, *chain.from_iterable(groups), TRAILER))
