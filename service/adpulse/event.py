"""The event contract: what an event is, what is wrong with one that is not, and the row that it becomes.

`Event` is a pydantic type: the published schema is generated from it, and it names what is wrong with a bad event.
Its validation costs about 10 µs an event, so good events do not meet it: see adpulse.ingest.decoder.
"""

import math
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, NamedTuple, NotRequired
from uuid import UUID

import msgspec
import orjson
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict  # pydantic needs this one before Python 3.12

from adpulse import event_id
from adpulse.money import MICROS, to_micros
from adpulse.settings import Settings

TEXT_LENGTH = 128

# Before 1970 zones' offsets have seconds, which no minute can hold; after 2200 nothing is an ad event.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)

_TOO_FINE = re.compile(r"(?<=\.[0-9]{6})[0-9]+", re.ASCII)


class Values(NamedTuple):
    """An accepted event, in the order of COLUMNS; metadata is compact JSON."""

    ts: datetime
    cost_micros: int
    revenue_micros: int
    user_id: str
    campaign_id: str
    event_type: str
    metadata: bytes
    event_id: UUID | None


# The columns of a row as it is sent, which is not the order of the table: what has a fixed width and is never null
# comes first, so that one call packs it (adpulse.ingest.copy_format).
COLUMNS = Values._fields


class Rejection(TypedDict):
    """One event that was not accepted: its place in the request, the field, a stable code, a sentence."""

    index: int
    field: str | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What an event may be, at one moment: money in currency units, instants in UTC."""

    max_money: float
    nearest_money: bool  # amounts with more than six decimals are rounded, not refused
    max_metadata_bytes: int
    max_metadata_depth: int
    earliest: datetime
    latest: datetime

    @classmethod
    def at(cls, now: datetime, settings: Settings) -> "Limits":
        """Return the limits that hold at `now`."""
        days = settings.retention_days
        return cls(
            max_money=settings.max_money,
            nearest_money=settings.money == "nearest",
            max_metadata_bytes=settings.max_metadata_bytes,
            max_metadata_depth=settings.max_metadata_depth,
            earliest=max(EARLIEST, now - timedelta(days=days)) if days else EARLIEST,
            latest=min(LATEST, now + timedelta(hours=settings.future_hours)),
        )


# ── The contract ─────────────────────────────────────────────────────────────────────────────────────────────


class Digits(float):
    """A JSON number with more in its text than a double can hold: the nearest double, and the text.

    An integer past 64 bits, a number past all doubles, or one that is nearly zero, which is the least double then.
    """

    def __new__(cls, text: str) -> "Digits":
        value = float(text)
        if value == 0 and not set("123456789").isdisjoint(text.lower().partition("e")[0]):
            value = math.copysign(math.ulp(0.0), value)
        number = super().__new__(cls, value)
        number.text = text
        return number

    text: str

    @staticmethod
    def exact(value: float) -> bool:
        """Return True if the double can be nothing else than what was written, to the precision of a double."""
        return sys.float_info.min <= abs(value) < 2**63


class InexactError(Exception):
    """Metadata hold a number that may have lost digits when they were read."""


def parse_instant(text: str) -> datetime:
    """Return the instant of an RFC 3339 time; without an offset it is naive. Raises ValueError.

    What is finer than a microsecond is cut off. A leap second is the last microsecond of its minute.
    """
    leap = text[16:19] == ":60"
    if leap:
        text = f"{text[:16]}:59{text[19:]}"
    instant = msgspec.convert(_TOO_FINE.sub("", text, 1), datetime)
    if leap:
        if instant.tzinfo is None or (instant - EARLIEST) % timedelta(days=1) < timedelta(hours=23, minutes=59):
            raise ValueError("a leap second comes at the end of a day in UTC")
        instant = instant.replace(microsecond=999_999)
    return instant


def _money(value: float, info: ValidationInfo[Limits]) -> int:
    limits = info.context
    if value != value or value in (float("inf"), float("-inf")):
        raise PydanticCustomError("non_finite", "is not a finite number")
    if not 0 <= value <= limits.max_money:
        raise PydanticCustomError("range", "must be between 0 and {most}", {"most": limits.max_money})
    try:
        return to_micros(value, nearest=limits.nearest_money)
    except ValueError:
        message = "has more than 6 decimals (a server with ADPULSE_MONEY=nearest rounds them)"
        raise PydanticCustomError("precision", message) from None


def _instant(value: Any) -> datetime:
    if not isinstance(value, str):
        raise PydanticCustomError("type", "must be a string: an RFC 3339 time")
    _storable(value)
    try:
        instant = parse_instant(value)
    except ValueError:
        raise PydanticCustomError("format", "is not an RFC 3339 time such as 2025-09-24T06:59:31.849Z") from None
    if instant.tzinfo is None:
        raise PydanticCustomError("timezone", "has no time zone; end it with Z or an offset such as +02:00")
    return instant


def _in_time(instant: datetime, info: ValidationInfo[Limits]) -> datetime:
    limits = info.context
    if not EARLIEST <= instant <= LATEST:
        raise PydanticCustomError("range", "lies outside the years 1970 to 2199")
    if instant < limits.earliest:
        raise PydanticCustomError("too_old", "is older than the retention of this server")
    if instant > limits.latest:
        raise PydanticCustomError("future", "lies too far in the future")
    return instant


def _event_id(value: str | None) -> UUID | None:
    return None if value is None else UUID(bytes=event_id.parse(value))


def _storable(value: Any) -> Any:
    # Before the length is looked at: pydantic cannot even count a lone surrogate.
    if isinstance(value, str) and not _is_storable(value):
        raise PydanticCustomError("characters", "holds a character that cannot be stored (NUL or a lone surrogate)")
    return value


def canonical(value: Any, limits: Limits, *, bare: bool = False) -> bytes:
    """Return metadata as compact JSON. Raises PydanticCustomError for what is no metadata.

    `bare`: it was read without Digits; raises InexactError where there might have been one.
    """
    if not isinstance(value, dict):
        raise PydanticCustomError("type", "must be an object")
    _check_metadata(value, limits.max_metadata_depth, bare)
    text = orjson.dumps(value, default=_as_written)
    if len(text) > limits.max_metadata_bytes:
        raise PydanticCustomError("size", "is larger than {most} bytes", {"most": limits.max_metadata_bytes})
    return text


def _as_written(value: Any) -> orjson.Fragment:
    """Return the text of the only values that orjson does not know."""
    assert isinstance(value, Digits)
    return orjson.Fragment(value.text)


def _metadata(value: Any, info: ValidationInfo[Limits]) -> bytes:
    return canonical(value, info.context)


Text = Annotated[str, Field(min_length=1, max_length=TEXT_LENGTH), BeforeValidator(_storable)]
Money = Annotated[float, Field(json_schema_extra={"minimum": 0, "multipleOf": 1 / MICROS}), AfterValidator(_money)]


class Event(TypedDict):
    """One ad event."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)  # type: ignore[misc]  # pydantic's own way

    ts: Annotated[
        datetime,
        BeforeValidator(_instant),
        AfterValidator(_in_time),
        WithJsonSchema({"type": "string", "format": "date-time"}),
        Field(description="when it happened: RFC 3339 with an offset"),
    ]
    campaign_id: Annotated[Text, Field(description="the campaign", examples=["CAMP-123"])]
    user_id: Annotated[Text, Field(description="who saw or did it", examples=["U1"])]
    event_type: Annotated[
        Literal["impression", "click", "conversion"], BeforeValidator(_storable), Field(description="what happened")
    ]
    cost: NotRequired[Annotated[Money, Field(description="what it cost, in currency units", examples=[0.0005])]]
    revenue: NotRequired[Annotated[Money, Field(description="what it earned, in currency units", examples=[0])]]
    metadata: NotRequired[
        Annotated[
            Any,
            AfterValidator(_metadata),
            WithJsonSchema({"type": "object", "additionalProperties": True}),
            Field(description="anything else, to group and filter by", examples=[{"geo": "IN"}]),
        ]
    ]
    event_id: NotRequired[
        Annotated[
            Text | None,
            AfterValidator(_event_id),
            Field(
                description="makes the event count once, however often it is sent; a UUID in any spelling is the same",
                examples=["order-4711", "0199a3c4-7b7e-7c33-9d2b-6a1f0c5e8d10"],
            ),
        ]
    ]


EVENT = TypeAdapter(Event)
FIELDS = tuple(Event.__annotations__)

# pydantic's names for what is wrong, in ours.
_CODES = {
    "missing": ("missing", "is missing"),
    "string_type": ("type", "must be a string"),
    "float_type": ("type", "must be a number"),
    "typed_dict_type": ("type", "must be an object"),
    "dict_type": ("type", "must be an object"),
    "string_too_short": ("length", f"must have 1 to {TEXT_LENGTH} characters"),
    "string_too_long": ("length", f"must have 1 to {TEXT_LENGTH} characters"),
    "literal_error": ("value", "must be impression, click or conversion"),
    "string_unicode": ("characters", "holds a character that cannot be stored (NUL or a lone surrogate)"),
    "extra_forbidden": (
        "unknown_field",
        f"a field that is not in the contract; allowed: {', '.join(FIELDS)}",
    ),
}


def check(value: Any, limits: Limits) -> Values:
    """Return the values of one event, as json_reader reads it. Raises pydantic's ValidationError."""
    event: Any = EVENT.validate_python(value, context=limits)
    return Values(
        ts=event["ts"],
        cost_micros=event.get("cost", 0),
        revenue_micros=event.get("revenue", 0),
        user_id=event["user_id"],
        campaign_id=event["campaign_id"],
        event_type=event["event_type"],
        metadata=event.get("metadata", b"{}"),
        event_id=event.get("event_id"),
    )


def explain(error: ValidationError, index: int) -> Rejection:
    """Return the first thing that is wrong with an event. The reply never holds what was sent."""
    first = error.errors(include_url=False, include_input=False)[0]
    code, message = _CODES.get(first["type"], (first["type"], first["msg"]))
    name = first["loc"][0] if first["loc"] else None
    return Rejection(index=index, field=str(name) if name in FIELDS else None, code=code, message=message)


# ── Metadata ─────────────────────────────────────────────────────────────────────────────────────────────────


def _is_storable(text: str) -> bool:
    """Return True if PostgreSQL can hold the text: no NUL, and no half of a surrogate pair."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_metadata(value: Any, depth: int, bare: bool) -> None:
    """Raise PydanticCustomError for what PostgreSQL's jsonb, or the depth limit, would not take."""
    if isinstance(value, str):
        _storable(value)
    elif type(value) is float:
        if value - value != 0:
            raise PydanticCustomError("non_finite", "holds a number that is not finite")
        if bare and not Digits.exact(value):
            raise InexactError
    elif isinstance(value, dict | list):
        if depth == 0:
            raise PydanticCustomError("depth", "is nested too deep")
        for item in value:
            _check_metadata(item, depth - 1, bare)
        if isinstance(value, dict):
            for item in value.values():
                _check_metadata(item, depth - 1, bare)
