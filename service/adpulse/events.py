"""The event contract: the bytes of a request in, rows to write and reasons for the rest out.

`Event` is the contract, a pydantic type: the published schema is generated from it and it names what is wrong with
a bad event. Its validation costs about 10 µs an event, so a good batch never meets it: `Decoder.decode` first
reads the whole body in one pass with msgspec into `_FastEvent`, which accepts and converts exactly what `Event`
does (tests/test_events.py compares the two on generated input), and only when that fails goes event by event.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, NotRequired
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

from adpulse.settings import Settings
from adpulse.windows import EARLIEST, LATEST

MICROS = 1_000_000
TEXT_LENGTH = 128
LISTED_REJECTIONS = 20

# The columns of a row, in the order of the table: fixed widths first, so that no byte is lost to alignment.
COLUMNS = (
    "ts",
    "cost_micros",
    "revenue_micros",
    "event_id",
    "event_type",
    "campaign_id",
    "user_id",
    "metadata",
)
Row = tuple[datetime, int, int, UUID | None, str, str, str, str]


class BodyError(Exception):
    """A body that cannot be read as a batch at all; `status` is the HTTP status, `code` a stable word."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail


class Rejection(TypedDict):
    """One event that was not accepted: its place in the request, the field, a stable code, a sentence."""

    index: int
    field: str | None
    code: str
    message: str


@dataclass(slots=True)
class Batch:
    """What a request holds: rows to write, and the rejected events (the first 20 listed, all counted)."""

    rows: list[Row]
    size: int
    rejected: list[Rejection] = field(default_factory=list)
    rejected_count: int = 0
    # The index in the request of each row; none: row i is event i.
    positions: list[int] | None = None

    def reject(self, rejection: Rejection) -> None:
        """Count an event as rejected, and list it while there is room."""
        self.rejected_count += 1
        if len(self.rejected) < LISTED_REJECTIONS:
            self.rejected.append(rejection)


@dataclass(frozen=True, slots=True)
class Limits:
    """What an event may be, at one moment: money in currency units, instants in UTC."""

    max_money: float
    max_metadata_bytes: int
    max_metadata_depth: int
    earliest: datetime
    latest: datetime
    retention: bool

    @classmethod
    def at(cls, now: datetime, settings: Settings) -> "Limits":
        """The limits that hold at `now`."""
        days = settings.retention_days
        return cls(
            max_money=settings.max_money,
            max_metadata_bytes=settings.max_metadata_bytes,
            max_metadata_depth=settings.max_metadata_depth,
            earliest=max(EARLIEST, now - timedelta(days=days)) if days else EARLIEST,
            latest=now + timedelta(hours=settings.future_hours),
            retention=days is not None,
        )


# ── The contract ─────────────────────────────────────────────────────────────────────────────────────────────


def to_micros(value: float) -> int:
    """Currency units as integer micros, exactly.

    A JSON number is read as the nearest IEEE double. `micros / 10**6` is correctly rounded too, so the two are
    equal exactly when the number was written with at most six decimals (up to 10**9 units, where a double still
    has six decimals to spare). Raises ValueError otherwise.
    """
    micros = round(value * MICROS)
    if micros / MICROS != value:
        raise ValueError("more than 6 decimals")
    return micros


def _money(value: float, info: ValidationInfo[Limits]) -> int:
    limits = info.context
    if value != value or value in (float("inf"), float("-inf")):
        raise PydanticCustomError("non_finite", "is not a finite number")
    if not 0 <= value <= limits.max_money:
        raise PydanticCustomError("range", "must be between 0 and {most}", {"most": limits.max_money})
    try:
        return to_micros(value)
    except ValueError:
        raise PydanticCustomError("precision", "has more than 6 decimals") from None


def _instant(value: Any) -> datetime:
    if not isinstance(value, str):
        raise PydanticCustomError("type", "must be a string: an RFC 3339 time")
    try:
        instant = msgspec.convert(value, datetime)
    except msgspec.ValidationError:
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


def _identifier(value: Any) -> Any:
    if value is None:
        return None
    if not isinstance(value, str):
        raise PydanticCustomError("type", "must be a string: a UUID")
    try:
        return msgspec.convert(value, UUID)
    except msgspec.ValidationError:
        raise PydanticCustomError("format", "is not a UUID") from None


def _storable(value: Any) -> Any:
    # Before the length is looked at: pydantic cannot even count a lone surrogate.
    if isinstance(value, str) and not _is_storable(value):
        raise PydanticCustomError("characters", "holds a character that cannot be stored (NUL or a lone surrogate)")
    return value


def _canonical(value: Any, info: ValidationInfo[Limits]) -> str:
    if not isinstance(value, dict):
        raise PydanticCustomError("type", "must be an object")
    limits = info.context
    _check_metadata(value, limits.max_metadata_depth)
    text = orjson.dumps(value)
    if len(text) > limits.max_metadata_bytes:
        raise PydanticCustomError("size", "is larger than {most} bytes", {"most": limits.max_metadata_bytes})
    return text.decode()


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
    event_type: Annotated[Literal["impression", "click", "conversion"], Field(description="what happened")]
    cost: NotRequired[Annotated[Money, Field(description="what it cost, in currency units", examples=[0.0005])]]
    revenue: NotRequired[Annotated[Money, Field(description="what it earned, in currency units", examples=[0])]]
    metadata: NotRequired[
        Annotated[
            Any,
            AfterValidator(_canonical),
            WithJsonSchema({"type": "object", "additionalProperties": True}),
            Field(description="anything else, to group and filter by", examples=[{"geo": "IN"}]),
        ]
    ]
    event_id: NotRequired[
        Annotated[
            Any,
            BeforeValidator(_identifier),
            WithJsonSchema({"anyOf": [{"type": "string", "format": "uuid"}, {"type": "null"}]}),
            Field(description="makes the event count once, however often it is sent"),
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
    "extra_forbidden": (
        "unknown_field",
        f"a field that is not in the contract; allowed: {', '.join(FIELDS)}",
    ),
}


def check(value: Any, limits: Limits) -> Row:
    """One decoded event as a row. Raises pydantic's ValidationError."""
    event: Any = EVENT.validate_python(value, context=limits)
    return (
        event["ts"],
        event.get("cost", 0),
        event.get("revenue", 0),
        event.get("event_id"),
        event["event_type"],
        event["campaign_id"],
        event["user_id"],
        event.get("metadata", "{}"),
    )


def explain(error: ValidationError, index: int) -> Rejection:
    """The first thing that is wrong with an event. The reply never holds what was sent."""
    first = error.errors(include_url=False, include_input=False)[0]
    code, message = _CODES.get(first["type"], (first["type"], first["msg"]))
    name = first["loc"][0] if first["loc"] else None
    return Rejection(index=index, field=str(name) if name in FIELDS else None, code=code, message=message)


# ── Metadata ─────────────────────────────────────────────────────────────────────────────────────────────────


def _is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold the text: no NUL, and no half of a surrogate pair."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_metadata(value: Any, depth: int) -> None:
    """Raise PydanticCustomError for what PostgreSQL's jsonb, or the depth limit, would not take."""
    if isinstance(value, str):
        _storable(value)
    elif isinstance(value, float):
        if value - value != 0:
            raise PydanticCustomError("non_finite", "holds a number that is not finite")
    elif isinstance(value, dict | list):
        if depth == 0:
            raise PydanticCustomError("depth", "is nested too deep")
        for item in value:
            _check_metadata(item, depth - 1)
        if isinstance(value, dict):
            for item in value.values():
                _check_metadata(item, depth - 1)


# ── The decoder ──────────────────────────────────────────────────────────────────────────────────────────────

_NO_METADATA = msgspec.Raw(b"{}")
_FastText = Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_LENGTH)]


class _FastEvent(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """`Event` as msgspec reads it; what it cannot express is checked in `Decoder._rows`."""

    ts: Annotated[datetime, msgspec.Meta(tz=True)]
    campaign_id: _FastText
    user_id: _FastText
    event_type: Literal["impression", "click", "conversion"]
    cost: float = 0.0
    revenue: float = 0.0
    metadata: msgspec.Raw = _NO_METADATA
    event_id: UUID | None = None


class _FastBody(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    events: list[_FastEvent]


class _NeedsCareError(Exception):
    """The fast pass met something that it does not judge."""


class Decoder:
    """Turns request bodies into batches. One per process: it remembers metadata that it has checked before."""

    # Campaign metadata repeats: most events of a batch share a few hundred texts. Cleared when full.
    _REMEMBERED = 20_000
    _REMEMBERED_BYTES = 256

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._json = msgspec.json.Decoder(_FastBody)
        self._lines = msgspec.json.Decoder(_FastEvent)
        self._metadata: dict[bytes, str] = {}

    def decode(self, body: bytes, *, ndjson: bool = False, now: datetime | None = None) -> Batch:
        """The batch in a body of JSON or NDJSON, which is UTF-8.

        Bad events become rejections; a body that is no batch at all raises BodyError.
        """
        body = _text_body(body)
        limits = Limits.at(now or datetime.now(UTC), self._settings)
        try:
            # The only way to write a NUL in JSON; the strings are not looked at again.
            if b"\\u0000" in body:
                raise _NeedsCareError
            events = self._lines.decode_lines(body) if ndjson else self._json.decode(body).events
            self._check_count(len(events))
            return Batch(self._rows(events, limits), len(body))
        except (msgspec.DecodeError, RecursionError, _NeedsCareError):
            # Of the two, only the careful pass may refuse: this one just did not understand.
            return self._decode_carefully(body, ndjson, limits)

    def _check_count(self, count: int) -> None:
        if count == 0:
            raise BodyError(422, "empty", "The request holds no events.")
        if count > self._settings.max_events:
            most = self._settings.max_events
            raise BodyError(413, "too_many_events", f"The request holds more than {most} events; split it.")

    def _rows(self, events: list[_FastEvent], limits: Limits) -> list[Row]:
        earliest, latest, most = limits.earliest, limits.latest, limits.max_money
        remembered = self._metadata
        rows: list[Row] = []
        for event in events:
            ts, cost, revenue = event.ts, event.cost, event.revenue
            cost_micros, revenue_micros = round(cost * MICROS), round(revenue * MICROS)
            if (
                cost_micros / MICROS != cost  # see to_micros()
                or revenue_micros / MICROS != revenue
                or not 0 <= cost <= most
                or not 0 <= revenue <= most
                or not earliest <= ts <= latest
            ):
                raise _NeedsCareError
            raw = bytes(event.metadata)
            metadata = remembered.get(raw)
            if metadata is None:
                metadata = self._read_metadata(raw, limits)
            rows.append(
                (
                    ts,
                    cost_micros,
                    revenue_micros,
                    event.event_id,
                    event.event_type,
                    event.campaign_id,
                    event.user_id,
                    metadata,
                )
            )
        return rows

    def _read_metadata(self, raw: bytes, limits: Limits) -> str:
        """Checked, canonical metadata; remembered when it is short."""
        try:
            value = orjson.loads(raw)
            _check_metadata(value, limits.max_metadata_depth)
        except (orjson.JSONDecodeError, PydanticCustomError):
            raise _NeedsCareError from None
        text = orjson.dumps(value)
        if not isinstance(value, dict) or len(text) > limits.max_metadata_bytes:
            raise _NeedsCareError
        metadata = text.decode()
        if len(raw) <= self._REMEMBERED_BYTES:
            if len(self._metadata) >= self._REMEMBERED:
                self._metadata.clear()
            self._metadata[raw] = metadata
        return metadata

    def _decode_carefully(self, body: bytes, ndjson: bool, limits: Limits) -> Batch:
        values = _read_lines(body) if ndjson else _read_events(body)
        self._check_count(len(values))
        batch = Batch([], len(body), positions=[])
        assert batch.positions is not None
        for index, value in enumerate(values):
            if isinstance(value, Unreadable):
                message = "is not valid JSON"
                batch.reject(Rejection(index=index, field=None, code="malformed_json", message=message))
                continue
            try:
                row = check(value, limits)
            except ValidationError as error:
                batch.reject(explain(error, index))
            else:
                batch.rows.append(row)
                batch.positions.append(index)
        return batch


def _text_body(body: bytes) -> bytes:
    """The body without a byte order mark. Raises BodyError when it is not UTF-8."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise BodyError(415, "charset", "The body is UTF-16; send UTF-8.")
    body = body.removeprefix(b"\xef\xbb\xbf")
    if not body.isascii():
        try:
            body.decode()
        except UnicodeDecodeError:
            raise BodyError(400, "malformed_json", "The body is not valid UTF-8.") from None
    if not body.strip():
        raise BodyError(422, "empty", "The body is empty.")
    return body


class Unreadable:
    """Stands for a line of NDJSON that is not JSON."""


def _read_int(text: str) -> int | float:
    # Past 64 bits as a double, as orjson reads it; int() would also refuse more than 4,300 digits.
    if len(text) > 20:
        return float(text)
    value = int(text)
    return value if -(2**63) <= value < 2**64 else float(value)


def _loads(text: bytes) -> Any:
    """JSON as Python values, also where a stricter reader gives up: NaN, Infinity and lone surrogates pass,
    because the reply shall name the event that holds them. Raises ValueError or RecursionError."""
    return json.loads(text, parse_int=_read_int)


def _read_events(body: bytes) -> list[Any]:
    try:
        value = _loads(body)
    except RecursionError:
        raise BodyError(400, "malformed_json", "The body is nested too deep.") from None
    except ValueError:
        raise BodyError(400, "malformed_json", "The body is not valid JSON.") from None
    if not isinstance(value, dict) or not isinstance(value.get("events"), list):
        raise BodyError(422, "envelope", 'The body must be an object {"events": [...]}.')
    if len(value) > 1:
        raise BodyError(422, "unknown_field", 'The body must hold "events" and nothing else.')
    events: list[Any] = value["events"]
    return events


def _read_lines(body: bytes) -> list[Any]:
    return [_read_line(line) for line in _lines(body)]


def _lines(body: bytes) -> Iterable[bytes]:
    return (line for line in body.splitlines() if line.strip())


def _read_line(line: bytes) -> Any:
    try:
        return _loads(line)
    except (ValueError, RecursionError):
        return Unreadable()
