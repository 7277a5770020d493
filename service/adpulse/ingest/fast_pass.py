"""The fast pass: events that msgspec has read become rows, or the batch needs care.

It accepts and converts exactly what the contract, `event.contract.Event`, does (test_decoder.py compares the two on
generated input). All else is an error here, and left to the contract. What msgspec would let pass in
silence is looked for in the text, once for a batch: fields that are there twice (`_check_members`), times finer than a
microsecond, and numbers that only look like zero.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import add
from typing import Annotated, Literal

import msgspec
import orjson
from msgspec import UNSET, UnsetType
from pydantic_core import PydanticCustomError

from adpulse.event import ids as event_ids
from adpulse.event.instant import parse_instant
from adpulse.event.limits import EARLIEST, LATEST, TEXT_LENGTH, Limits
from adpulse.event.metadata import InexactError, canonical
from adpulse.ingest import copy_format, json_reader
from adpulse.ingest.batch import Batch
from adpulse.ingest.remembered import Remembered
from adpulse.ingest.scan import Text
from adpulse.money import to_micros
from adpulse.settings import Settings

# Longer metadata hardly repeat.
REMEMBERED_BYTES = 256

_FastText = Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_LENGTH)]


class FastEvent(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """`Event` as msgspec reads it; what it cannot express is checked in `FastPass.pack`."""

    ts: Annotated[datetime, msgspec.Meta(tz=True)]
    campaign_id: _FastText
    user_id: _FastText
    event_type: Literal["impression", "click", "conversion"]
    cost: float | UnsetType = UNSET
    revenue: float | UnsetType = UNSET
    metadata: msgspec.Raw = msgspec.Raw()  # empty, as no JSON is, when there are none
    event_id: _FastText | UnsetType | None = UNSET


class _FineEvent(FastEvent):
    """The same with its time as text: msgspec would round it to the microsecond, and it has to be cut off."""

    ts: str  # type: ignore[assignment]  # until `_cut` has been there


class _Body(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    events: list[FastEvent]


class _FineBody(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    events: list[_FineEvent]


class NeedsCareError(Exception):
    """The fast pass met something that it does not judge."""


# What the fast pass raises for anything that it does not accept. A body is UTF-8; what lay in it as base64 need not be.
NOT_FAST = (msgspec.DecodeError, RecursionError, UnicodeDecodeError, NeedsCareError)

# A missing amount: the same bytes as zero.
_NO_AMOUNT = bytes(bytearray(copy_format.bigint_field(0)))


class Allowed(dict[str, bytes]):
    """The campaigns of a key, each as a field of a row: the look-up is the check."""

    def __missing__(self, campaign_id: str) -> bytes:
        raise NeedsCareError


class FastPass:
    """The reader and packer of batches in which every event is good. It remembers what it has converted before."""

    def __init__(self, settings: Settings) -> None:
        self._json = msgspec.json.Decoder(_Body)
        self._fine_json = msgspec.json.Decoder(_FineBody)
        self._array = msgspec.json.Decoder(list[FastEvent])
        self._fine_array = msgspec.json.Decoder(list[_FineEvent])
        self._event = msgspec.json.Decoder(FastEvent)
        self._fine_event = msgspec.json.Decoder(_FineEvent)
        # In microseconds: making Limits for each request takes as long as its event.
        self._first, self._last = copy_format.micros_of(EARLIEST), copy_format.micros_of(LATEST)
        self._retention = settings.retention_days and settings.retention_days * copy_format.DAY
        self._future = timedelta(hours=settings.future_hours) // timedelta(microseconds=1)
        self._limits = Limits.at(LATEST, settings)  # only amounts and metadata, whose limits never change
        self.campaigns: Remembered[str, bytes] = Remembered(copy_format.text_field)
        self.documents: Remembered[bytes, tuple[bytes, int]] = Remembered(
            self._document, lambda raw: len(raw) <= REMEMBERED_BYTES
        )
        self.amounts: Remembered[float | UnsetType, bytes] = Remembered(self._amount)
        self._kinds = {kind: copy_format.text_field(kind) for kind in ("impression", "click", "conversion")}

    def read_body(self, text: Text, *, array: bool) -> Sequence[FastEvent]:
        """Return the events of a body, with an envelope or as an array. Raises NOT_FAST."""
        if _is_plain(text):
            return self._array.decode(text.data) if array else self._json.decode(text.data).events
        return _cut(self._fine_array.decode(text.data) if array else self._fine_json.decode(text.data).events)

    def read_lines(self, text: Text, lines: Sequence[bytes]) -> Sequence[FastEvent]:
        """Return the events of the lines of a body. Raises NOT_FAST."""
        # Line by line: decode_lines() would also take two events from one line, or one from two.
        if _is_plain(text):
            return [self._event.decode(line) for line in lines]
        return _cut([self._fine_event.decode(line) for line in lines])

    def read_event(self, text: Text) -> Sequence[FastEvent]:
        """Return the event of a text. Raises NOT_FAST, also when its time is finer than a microsecond."""
        if not _is_plain(text):
            raise NeedsCareError
        return [self._event.decode(text.data)]

    def pack(
        self,
        events: Sequence[FastEvent],
        text: Text,
        now: datetime,
        batch: Batch,
        allowed: Allowed | None,
    ) -> None:
        """Set the rows of a batch in which every event is good; raises NeedsCareError when one is not.

        `text` is what they were read from. `allowed`: the only campaigns; None: all.
        """
        at = copy_format.micros_of(now)
        earliest = max(self._first, at - self._retention) if self._retention else self._first
        latest = min(self._last, at + self._future)
        # Instants are counted from the day of the first one: events of the same day cost less arithmetic.
        day = (events[0].ts - copy_format.EPOCH).days
        start = day * copy_format.DAY
        if not self._first <= start <= latest:
            raise NeedsCareError
        midnight = copy_format.EPOCH + timedelta(day)
        # Of a day that lies inside the bounds, no event need be compared with them.
        partly = not earliest <= start <= latest - copy_format.DAY
        one_day = True
        written = [event.event_id for event in events]
        missing = written.count(UNSET)
        ids = _ids(written) if missing < len(written) else None
        last = copy_format.NULL if ids is None else b""  # ids come after the loop
        commas = -missing  # in metadata, less one for each member that an event does not have
        # Everything in the loop runs for every event: names are local, and nothing that repeats is done twice.
        begin, sizes, int8, join = copy_format.BEGIN, copy_format.SIZES, copy_format.INT8, b"".join
        documents, amounts, kinds, no_amount = self.documents, self.amounts, self._kinds, _NO_AMOUNT
        campaigns = self.campaigns if allowed is None else allowed
        # Most are known: get() takes less time than [].
        document_of, amount_of, campaign_of = documents.get, amounts.get, campaigns.get
        packed: list[bytes] = []
        for event in events:
            since = event.ts - midnight
            ts = start + since.seconds * 1_000_000 + since.microseconds
            if (days := since.days) or partly:
                ts += days * copy_format.DAY
                if not earliest <= ts <= latest:
                    raise NeedsCareError
                if days:
                    one_day = False
            cost = amount_of(event.cost) or amounts[event.cost]
            revenue = amount_of(event.revenue) or amounts[event.revenue]
            if cost is no_amount:
                commas -= 1
            if revenue is no_amount:
                commas -= 1
            user = event.user_id.encode()
            campaign = campaign_of(event.campaign_id) or campaigns[event.campaign_id]
            raw = bytes(event.metadata)
            document, inner = document_of(raw) or documents[raw]
            commas += inner
            kind = kinds[event.event_type]
            packed.append(
                join((begin, int8(ts), cost, revenue, sizes[len(user)], user, campaign, kind, document, last))
            )
        if ids is not None:
            packed = list(map(add, packed, copy_format.uuid_fields(ids)))
        _check_members(text.data, commas + len(events) * len(FastEvent.__struct_fields__) - text.roots, events)
        if any(event.cost == 0 or event.revenue == 0 for event in events) and text.is_tiny():
            raise NeedsCareError
        batch.rows, batch.ids, batch.day = packed, ids, day if one_day else None

    def _amount(self, value: float | UnsetType) -> bytes:
        """Return an amount as a field of a row."""
        if value is UNSET:
            return _NO_AMOUNT
        if not 0 <= value <= self._limits.max_money:
            raise NeedsCareError
        try:
            return copy_format.bigint_field(to_micros(value, nearest=self._limits.nearest_money))
        except ValueError:
            raise NeedsCareError from None

    def _document(self, raw: bytes) -> tuple[bytes, int]:
        """Return metadata as a field of a row, and the number of commas that they bring."""
        if not raw:
            return copy_format.NO_METADATA, -1
        if len(raw) > self._limits.max_metadata_bytes:  # white space may be all that is too much
            raise NeedsCareError
        try:
            try:
                text = canonical(orjson.loads(raw), self._limits, bare=True)
            except (orjson.JSONDecodeError, InexactError):
                text = canonical(json_reader.loads(raw), self._limits)
        except (ValueError, RecursionError, PydanticCustomError):
            raise NeedsCareError from None
        return copy_format.jsonb_field(text), raw.count(b",")


def _is_plain(text: Text) -> bool:
    """Return True if msgspec may convert the times in a text. Raises NeedsCareError when it cannot be told."""
    if text.hides:
        raise NeedsCareError
    return not text.is_too_fine()


def _cut(events: Sequence[_FineEvent]) -> Sequence[FastEvent]:
    """Return the events with their times as such. Raises what the fast pass raises."""
    for event in events:
        instant = parse_instant(event.ts)
        if instant.tzinfo is None:
            raise NeedsCareError
        event.ts = instant  # type: ignore[assignment]  # as in FastEvent
    return events


def _ids(written: Sequence[str | UnsetType | None]) -> Sequence[bytes | None] | None:
    """Return the ids of events, or None if no event has one."""
    texts = [text for text in written if isinstance(text, str)]
    if not texts:
        return None
    ids = event_ids.parse_all(texts)
    if len(texts) == len(written):
        return ids
    each = iter(ids)
    return [next(each) if isinstance(text, str) else None for text in written]


def _check_members(text: bytes, commas: int, events: Sequence[FastEvent]) -> None:
    """Raise NeedsCareError unless the text has `commas` commas and those in strings of the events.

    msgspec takes the last of two members of one name, and the last of two lists of events. Both come with a comma,
    and nothing else brings one: times and numbers have none.
    """
    found = text.count(b",")
    if found != commas:
        commas += sum(event.user_id.count(",") + event.campaign_id.count(",") for event in events)
        commas += sum(event.event_id.count(",") for event in events if isinstance(event.event_id, str))
        if found != commas:
            raise NeedsCareError
