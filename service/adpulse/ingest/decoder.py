"""Request bodies in, batches out: rows ready to be written, and reasons for the events that were not accepted.

A good batch takes one pass with msgspec, into `_FastEvent`, which accepts and converts exactly what the contract,
`events.Event`, does (test_decoder.py compares the two on generated input). When it does not go through, the
batch is taken event by event, and only the events that msgspec does not accept meet the contract, which names what
is wrong with them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import orjson
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from adpulse.event import (
    COLUMNS,
    TEXT_LENGTH,
    Limits,
    Rejection,
    canonical,
    check,
    explain,
)
from adpulse.ingest import copy_format as rows
from adpulse.money import MICROS
from adpulse.settings import Settings

LISTED_REJECTIONS = 20

# How many JSON values a body may have for each event that it may have; only bodies that are not all good are counted.
# Without it, ten megabytes of `[[],[],…` would become half a gigabyte of Python objects before anything is refused.
VALUES_PER_EVENT = 50

# Campaigns, metadata and amounts repeat: most events of a batch share a few hundred, and what was made of them is
# kept. A memory that is full is cleared.
REMEMBERED = 20_000
REMEMBERED_BYTES = 256

# The only way to write a NUL in JSON; the strings of the fast pass are not looked at again.
_NUL = b"\\u0000"

_OUTSIDE = "is not a campaign of this key"


class BodyError(Exception):
    """A body that cannot be read as a batch at all; `status` is the HTTP status, `code` a stable word."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail


@dataclass(slots=True)
class Batch:
    """What a request holds: rows to write, and the rejected events (the first 20 listed, all counted)."""

    size: int  # bytes of the body
    rows: list[bytes] = field(default_factory=list)
    # The event_id of each row, as its 16 bytes; none: no row has one.
    ids: list[bytes | None] | None = None
    # The index in the request of each row; none: row i is event i.
    positions: list[int] | None = None
    rejected: list[Rejection] = field(default_factory=list)
    rejected_count: int = 0

    def reject(self, rejection: Rejection) -> None:
        """Count an event as rejected, and list it while there is room."""
        self.rejected_count += 1
        if len(self.rejected) < LISTED_REJECTIONS:
            self.rejected.append(rejection)


_NO_METADATA = msgspec.Raw(b"{}")
_FastText = Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_LENGTH)]


class _FastEvent(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """`Event` as msgspec reads it; what it cannot express is checked in `Decoder._pack`."""

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


class _RawBody(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    events: list[msgspec.Raw]


class _NeedsCareError(Exception):
    """The fast pass met something that it does not judge."""


# What the fast pass raises for anything that it does not accept.
_NOT_FAST = (msgspec.DecodeError, RecursionError, _NeedsCareError)


class Decoder:
    """Turns request bodies into batches. One per process: it remembers what it has converted before."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._json = msgspec.json.Decoder(_FastBody)
        self._texts = msgspec.json.Decoder(_RawBody)
        self._event = msgspec.json.Decoder(_FastEvent)
        self._campaigns: dict[str, bytes] = {}
        self._metadata: dict[bytes, bytes] = {}
        self._money: dict[float, int] = {}
        self._kinds = {kind: rows.text_field(kind) for kind in ("impression", "click", "conversion")}

    def decode(
        self,
        body: bytes,
        *,
        ndjson: bool = False,
        now: datetime | None = None,
        campaigns: dict[str, bytes] | None = None,
    ) -> Batch:
        """The batch in a body of JSON or NDJSON, which is UTF-8.

        Bad events become rejections; a body that is no batch at all raises BodyError. `campaigns`: none is all, else
        the only ones that are accepted, each with what rows.text_field() makes of it.
        """
        body = _text_body(body)
        limits = Limits.at(now or datetime.now(UTC), self._settings)
        batch = Batch(len(body))
        if ndjson:
            lines = _lines(body)
            self._check_count(len(lines))
            try:
                if _NUL in body:
                    raise _NeedsCareError
                read = self._event.decode
                # Line by line: decode_lines() would also take two events from one line, or one from two.
                self._pack([read(line) for line in lines], limits, batch, campaigns)
            except _NOT_FAST:
                self._pack_one_by_one(lines, limits, batch, campaigns)
            return batch
        try:
            if _NUL in body:
                raise _NeedsCareError
            events = self._json.decode(body).events
            self._check_count(len(events))
            self._pack(events, limits, batch, campaigns)
        except _NOT_FAST:
            self._check_values(body)
            try:
                texts = self._texts.decode(body).events
            except _NOT_FAST:
                # NaN, a lone surrogate or an unknown envelope. Of the two, only the careful reader may refuse.
                texts = _read_events(body)
            self._check_count(len(texts))
            self._pack_one_by_one(texts, limits, batch, campaigns)
        return batch

    def _check_count(self, count: int) -> None:
        if count == 0:
            raise BodyError(422, "empty", "The request holds no events.")
        if count > self._settings.max_events:
            most = self._settings.max_events
            raise BodyError(413, "too_many_events", f"The request holds more than {most} events; split it.")

    def _check_values(self, body: bytes) -> None:
        # Every value but the first of an array or object follows a comma.
        most = self._settings.max_events * VALUES_PER_EVENT
        if sum(body.count(sign) for sign in (b",", b"[", b"{")) > most:
            raise BodyError(413, "too_many_values", f"The body holds more than {most} JSON values; split it.")

    def _pack(
        self, events: Sequence[_FastEvent], limits: Limits, batch: Batch, allowed: dict[str, bytes] | None
    ) -> None:
        """Set the rows of a batch in which every event is good; raises _NeedsCareError when one is not."""
        # Everything here runs for every event: names are local, and nothing that repeats is done twice.
        earliest, latest = rows.micros_of(limits.earliest), rows.micros_of(limits.latest)
        epoch, heads, width, null, join = rows.EPOCH, rows.HEADS, len(COLUMNS), rows.NULL, b"".join
        metadata, amounts, kinds = self._metadata, self._money, self._kinds
        # What a key may write takes the place of what was written before: the same look-up is the check.
        campaigns = self._campaigns if allowed is None else allowed
        packed: list[bytes] = []
        ids: list[bytes | None] = []
        for event in events:
            since = event.ts - epoch
            ts = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
            if not earliest <= ts <= latest:
                raise _NeedsCareError
            if (cost := amounts.get(event.cost)) is None:
                cost = self._read_money(event.cost, limits)
            if (revenue := amounts.get(event.revenue)) is None:
                revenue = self._read_money(event.revenue, limits)
            user = event.user_id.encode()
            size = len(user)
            if (campaign := campaigns.get(event.campaign_id)) is None:
                if allowed is not None:
                    raise _NeedsCareError
                campaign = self._read_campaign(event.campaign_id)
            raw = bytes(event.metadata)
            if (document := metadata.get(raw)) is None:
                document = self._read_metadata(raw, limits)
            event_id = None if event.event_id is None else event.event_id.bytes
            ids.append(event_id)
            identifier = null if event_id is None else b"\0\0\0\x10" + event_id
            head = heads[size](width, 8, ts, 8, cost, 8, revenue, size, user)
            packed.append(join((head, campaign, kinds[event.event_type], document, identifier)))
        batch.rows = packed
        batch.ids = ids if any(ids) else None

    def _read_money(self, value: float, limits: Limits) -> int:
        if not 0 <= value <= limits.max_money:
            raise _NeedsCareError
        micros = round(value * MICROS)
        if micros / MICROS != value:  # see money.to_micros()
            raise _NeedsCareError
        _remember(self._money, value, micros)
        return micros

    def _read_campaign(self, campaign_id: str) -> bytes:
        packed = rows.text_field(campaign_id)
        _remember(self._campaigns, campaign_id, packed)
        return packed

    def _read_metadata(self, raw: bytes, limits: Limits) -> bytes:
        if len(raw) > limits.max_metadata_bytes:  # white space may be all that is too much
            raise _NeedsCareError
        try:
            text = canonical(orjson.loads(raw), limits)
        except (orjson.JSONDecodeError, PydanticCustomError):
            raise _NeedsCareError from None
        packed = rows.jsonb_field(text)
        if len(raw) <= REMEMBERED_BYTES:
            _remember(self._metadata, raw, packed)
        return packed

    def _pack_one_by_one(
        self, texts: Sequence[Any], limits: Limits, batch: Batch, allowed: dict[str, bytes] | None
    ) -> None:
        """Set the rows of a batch in which some events are bad. `texts`: an event each, as JSON or as read."""
        ids: list[bytes | None] = []
        positions: list[int] = []
        single = Batch(0)
        for index, text in enumerate(texts):
            try:
                if not isinstance(text, bytes | msgspec.Raw) or _NUL in bytes(text):
                    raise _NeedsCareError
                self._pack([self._event.decode(text)], limits, single, allowed)
            except _NOT_FAST:
                try:
                    values = check(_read_event(text), limits)
                except _UnreadableError as unreadable:
                    batch.reject(Rejection(index=index, field=None, code=unreadable.code, message=str(unreadable)))
                    continue
                except ValidationError as error:
                    batch.reject(explain(error, index))
                    continue
                if allowed is not None and values.campaign_id not in allowed:
                    batch.reject(Rejection(index=index, field="campaign_id", code="scope", message=_OUTSIDE))
                    continue
                batch.rows.append(rows.pack(values))
                ids.append(None if values.event_id is None else values.event_id.bytes)
            else:
                batch.rows += single.rows
                ids += single.ids or [None]
            positions.append(index)
        batch.ids = ids if any(ids) else None
        batch.positions = positions


def _remember(memory: dict[Any, Any], key: Any, value: Any) -> None:
    if len(memory) >= REMEMBERED:
        memory.clear()
    memory[key] = value


# ── The careful reader ───────────────────────────────────────────────────────────────────────────────────────


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


def _lines(body: bytes) -> list[bytes]:
    return [line for line in body.splitlines() if line.strip()]


class _UnreadableError(Exception):
    """An event that is not JSON."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


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


def _read_event(text: Any) -> Any:
    if not isinstance(text, bytes | msgspec.Raw):
        return text
    try:
        return _loads(bytes(text))
    except RecursionError:
        raise _UnreadableError("depth", "is nested too deep") from None
    except ValueError:
        raise _UnreadableError("malformed_json", "is not valid JSON") from None
