"""The event contract: the model of an event, the reasons for rejections, and the values of an accepted event.

`Event` is a pydantic type: the published schema is generated from it, and it names what is wrong with a bad event.
Its validation costs about 10 µs an event, so good events do not meet it: see adpulse.ingest.fast_pass.
"""

from datetime import datetime
from typing import Annotated, Any, Literal, NotRequired
from uuid import UUID

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

from adpulse.event import ids
from adpulse.event.instant import parse_instant
from adpulse.event.limits import EARLIEST, LATEST, TEXT_LENGTH, Limits
from adpulse.event.metadata import canonical
from adpulse.event.text import storable
from adpulse.event.values import Values
from adpulse.money import MICROS, to_micros


class Rejection(TypedDict):
    """One event that was not accepted: its place in the request, the field, a stable code, a sentence."""

    index: int
    field: str | None
    code: str
    message: str


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
    storable(value)
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
    return None if value is None else UUID(bytes=ids.parse(value))


def _metadata(value: Any, info: ValidationInfo[Limits]) -> bytes:
    return canonical(value, info.context)


Text = Annotated[str, Field(min_length=1, max_length=TEXT_LENGTH), BeforeValidator(storable)]
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
        Literal["impression", "click", "conversion"], BeforeValidator(storable), Field(description="what happened")
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

# Our codes for pydantic's error types.
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
    if limits.unknown_fields != "reject" and isinstance(value, dict):
        value = _settled(value, fold=limits.unknown_fields == "metadata")
    if isinstance(value, dict) and len(value) > len(FIELDS):
        value = _with_one_unknown(value)
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


def _with_one_unknown(value: dict[str, Any]) -> dict[str, Any]:
    """Return a bad event with the first of its unknown fields only: pydantic makes an error of each."""
    unknown = next(name for name in value if name not in FIELDS)
    return {name: value[name] for name in (*FIELDS, unknown) if name in value}


def _settled(value: dict[str, Any], *, fold: bool) -> dict[str, Any]:
    """Return an event without its unknown fields; with `fold`, they are in its metadata.

    One that is in the metadata, too, stays where it is, and is refused: neither of the two values may be lost.
    """
    known = {name: item for name, item in value.items() if name in FIELDS}
    metadata = known.get("metadata", {})
    if len(known) == len(value) or not fold or not isinstance(metadata, dict):
        return known
    unknown = {name: item for name, item in value.items() if name not in FIELDS}
    if not metadata.keys().isdisjoint(unknown):
        return value
    return known | {"metadata": metadata | unknown}


def explain(error: ValidationError, index: int) -> Rejection:
    """Return the first error of an event. It never repeats the input."""
    first = error.errors(include_url=False, include_input=False)[0]
    code, message = _CODES.get(first["type"], (first["type"], first["msg"]))
    name = first["loc"][0] if first["loc"] else None
    return Rejection(index=index, field=str(name) if name in FIELDS else None, code=code, message=message)
