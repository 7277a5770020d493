"""The reader of the fast pass: JSON becomes events by msgspec, or the batch needs care.

msgspec would round a time finer than a microsecond. `scan.Text` finds such times in the text, and a second set of
decoders leaves them as text, to be cut off here.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from adpulse.event.instant import parse_instant
from adpulse.event.limits import TEXT_LENGTH
from adpulse.ingest.scan import Text

_FastText = Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_LENGTH)]


class FastEvent(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """`Event` as msgspec reads it; `FastPass.pack` checks what it cannot express."""

    ts: Annotated[datetime, msgspec.Meta(tz=True)]
    campaign_id: _FastText
    user_id: _FastText
    event_type: Literal["impression", "click", "conversion"]
    cost: float | UnsetType = UNSET
    revenue: float | UnsetType = UNSET
    metadata: msgspec.Raw = msgspec.Raw()  # empty if there is no metadata; JSON is never empty
    event_id: _FastText | UnsetType | None = UNSET


class _FineEvent(FastEvent):
    """The same with its time as text: msgspec would round it to the microsecond, and it has to be cut off."""

    ts: str  # type: ignore[assignment]  # until `_cut` replaces it


class _Body(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    events: list[FastEvent]


class _FineBody(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    events: list[_FineEvent]


class NeedsCareError(Exception):
    """A batch holds something that the fast pass does not judge."""


# Errors of reading and packing for values that they do not accept. UnicodeDecodeError: a body is UTF-8, but events
# that it holds as base64 need not be.
NOT_FAST = (msgspec.DecodeError, RecursionError, UnicodeDecodeError, NeedsCareError)


class FastReader:
    """The reader of batches in which every event is good, by msgspec."""

    def __init__(self) -> None:
        self._json = msgspec.json.Decoder(_Body)
        self._fine_json = msgspec.json.Decoder(_FineBody)
        self._array = msgspec.json.Decoder(list[FastEvent])
        self._fine_array = msgspec.json.Decoder(list[_FineEvent])
        self._event = msgspec.json.Decoder(FastEvent)
        self._fine_event = msgspec.json.Decoder(_FineEvent)

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


def _is_plain(text: Text) -> bool:
    """Return True if msgspec may convert the times in a text. Raises NeedsCareError when it cannot be told."""
    if text.hides:
        raise NeedsCareError
    return not text.is_too_fine()


def _cut(events: Sequence[_FineEvent]) -> Sequence[FastEvent]:
    """Return the events with their times as such. Raises NOT_FAST."""
    for event in events:
        try:
            instant = parse_instant(event.ts)
        except ValueError:
            raise NeedsCareError from None
        if instant.tzinfo is None:
            raise NeedsCareError
        event.ts = instant  # type: ignore[assignment]  # as in FastEvent
    return events
