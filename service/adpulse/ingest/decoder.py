"""Request bodies in, batches out: rows ready to be written, and reasons for the events that were not accepted.

A good batch takes one pass (`fast_pass`). When the pass fails, the batch is taken event by event. Only the events that
the fast pass does not accept meet the contract, which says what is wrong with them.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec
from pydantic import ValidationError

from adpulse.event.contract import Rejection, check, explain
from adpulse.event.limits import Limits
from adpulse.event.values import Values
from adpulse.ingest import copy_format, json_reader
from adpulse.ingest.batch import LISTED_REJECTIONS, Batch, BodyError, CheckCount
from adpulse.ingest.effort import JUDGED, WITH_CARE, Effort
from adpulse.ingest.fast_pass import Allowed, FastPass
from adpulse.ingest.fast_reader import NOT_FAST, FastReader, NeedsCareError
from adpulse.ingest.json_reader import RepeatedMember, UnreadableError
from adpulse.ingest.remembered import Remembered
from adpulse.ingest.scan import Text
from adpulse.settings import Settings
from adpulse.terminal import counted

# The most JSON values of a body, for each event that it may have. Only bodies with a bad event are counted.
# Without it, ten megabytes of `[[],[],…` would become half a gigabyte of Python objects before anything is refused.
VALUES_PER_EVENT = 50

# The most JSON values of one event, besides one for each byte that its metadata may have. An event with more is refused
# unread: each value takes a quarter of a kilobyte. Good metadata have less than half as many, unless a member repeats.
VALUES_OF_AN_EVENT = 10_000

# A body with at most this many bytes for each event that it may have is split into lines without counting them.
SHORTEST_LINE = 100

_LINE = re.compile(rb"[^\r\n]+")

# Takes the events out of an envelope: each as bytes of JSON, as a Python value, or as the error that it cannot be read.
Unwrap = Callable[[bytes, CheckCount], Iterable[Any]]

_OUTSIDE = "is not a campaign of this key"


class _RawBody(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    events: list[msgspec.Raw]


class Decoder:
    """The decoder of request bodies into batches. One per process: it remembers what it has converted before."""

    def __init__(self, settings: Settings, effort: Effort | None = None) -> None:
        self._settings = settings
        self._effort = effort or Effort()
        self._reader = FastReader()
        self._fast = FastPass(settings, self._effort)
        self._texts = msgspec.json.Decoder(_RawBody)
        self._array_texts = msgspec.json.Decoder(list[msgspec.Raw])
        self._allowed: Remembered[frozenset[str], Allowed] = Remembered(
            lambda names: Allowed({name: copy_format.text_field(name) for name in names})
        )

    def decode(
        self,
        body: bytes,
        *,
        ndjson: bool = False,
        unwrap: Unwrap | None = None,
        now: datetime | None = None,
        campaigns: frozenset[str] | None = None,
        listed: int = LISTED_REJECTIONS,
    ) -> Batch:
        """Return the batch in a body of JSON or NDJSON, or in an envelope from which `unwrap` takes the events.

        Bad events become rejections, of which `listed` are listed; a body that is no batch at all raises BodyError, and
        one that costs too much what `effort` raises.
        `campaigns`: the only ones that are accepted; None: all.
        """
        self._effort.begin()
        body = _utf8(body)
        now = now or datetime.now(UTC)
        allowed = None if campaigns is None else self._allowed[campaigns]
        batch = Batch(len(body), listed)
        if unwrap is not None:
            self._decode_envelope(body, unwrap, now, batch, allowed)
        elif ndjson:
            self._decode_lines(body, now, batch, allowed)
        else:
            self._decode_document(body, now, batch, allowed)
        return batch

    def _decode_envelope(
        self, body: bytes, unwrap: Unwrap, now: datetime, batch: Batch, allowed: Allowed | None
    ) -> None:
        self._check_values(body)
        self._effort.spend(_values(body), WITH_CARE)  # an envelope is read with care
        texts = list(islice(unwrap(body, self._check_count), self._settings.max_events + 1))  # one too many
        if all(isinstance(text, bytes) for text in texts):
            self._decode_lines(b"\n".join(texts), now, batch, allowed)
            return
        self._check_count(len(texts))
        self._pack_one_by_one(texts, now, batch, allowed, ndjson=True)

    def _decode_lines(self, body: bytes, now: datetime, batch: Batch, allowed: Allowed | None) -> None:
        lines = _lines(body, self._settings.max_events)
        self._check_count(len(lines))
        try:
            text = Text(body, len(lines))
            self._fast.pack(self._reader.read_lines(text, lines), text, now, batch, allowed)
        except NOT_FAST:
            self._pack_one_by_one(lines, now, batch, allowed, ndjson=True)

    def _decode_document(self, body: bytes, now: datetime, batch: Batch, allowed: Allowed | None) -> None:
        try:
            text = Text(body)
            events = self._reader.read_body(text, array=_is_array(body))
            if not events:
                raise NeedsCareError  # the last of several lists, perhaps
            self._check_count(len(events))
            self._fast.pack(events, text, now, batch, allowed)
        except NOT_FAST:
            self._check_values(body)
            texts = self._read_texts(body)
            self._check_count(len(texts))
            self._pack_one_by_one(texts, now, batch, allowed, ndjson=False)

    def _read_texts(self, body: bytes) -> Sequence[Any]:
        """Return the events of a body, each as its JSON, or as Python values. Raises BodyError."""
        strict = self._settings.unknown_fields == "reject"
        try:
            texts = self._array_texts.decode(body) if _is_array(body) else self._texts.decode(body).events
        except NOT_FAST:
            # NaN, a lone surrogate or an unknown envelope. Of the two, only the careful reader may refuse.
            self._effort.spend(_values(body), WITH_CARE)
            return json_reader.read_events(body, self._check_count, strict=strict)
        if body.count(b",") != sum(bytes(text).count(b",") for text in texts) + len(texts) - 1:
            self._effort.spend(_values(body), WITH_CARE)
            return json_reader.read_events(body, self._check_count, strict=strict)  # there is more than one list
        return texts

    def _check_count(self, count: int) -> None:
        if count == 0:
            raise BodyError(422, "empty", "The request holds no events.")
        if count > self._settings.max_events:
            most = self._settings.max_events
            raise BodyError(413, "too_many_events", f"The request holds more than {counted(most, 'event')}; split it.")

    def _check_values(self, body: bytes) -> None:
        most = self._settings.max_events * VALUES_PER_EVENT
        if _values(body) > most:
            raise BodyError(
                413, "too_many_values", f"The body holds more than {counted(most, 'JSON value')}; split it."
            )

    def _read_event(self, text: bytes) -> Any:
        most = self._settings.max_metadata_bytes + VALUES_OF_AN_EVENT
        # Count only in long texts, which are few.
        if len(text) > most and _values(text) > most:
            if json_reader.is_too_deep(text):  # on Python 3.14, msgspec has found no end to its stack
                raise UnreadableError("depth", "is nested too deep")
            raise UnreadableError("size", f"holds more than {counted(most, 'JSON value')}")
        self._effort.spend(_values(text), WITH_CARE)
        return json_reader.read_event(text)

    def _pack_one_by_one(
        self, texts: Sequence[Any], now: datetime, batch: Batch, allowed: Allowed | None, *, ndjson: bool
    ) -> None:
        """Set the rows of a batch in which some events are bad. `texts`: an event each, as JSON or as read."""
        limits = Limits.at(now, self._settings)
        ids: list[bytes | None] = []
        days: set[int | None] = set()
        positions: list[int] = []
        single = Batch(0)
        for index, text in enumerate(texts):
            try:
                if not isinstance(text, bytes | msgspec.Raw):
                    raise NeedsCareError
                alone = Text(bytes(text))
                self._fast.pack(self._reader.read_event(alone), alone, now, single, allowed)
            except NOT_FAST:
                judged = self._judge(text, index, limits, allowed, ndjson=ndjson)
                if not isinstance(judged, Values):
                    batch.reject(judged)
                    continue
                batch.rows.append(copy_format.pack(judged))
                ids.append(None if judged.event_id is None else judged.event_id.bytes)
                days.add(copy_format.micros_of(judged.ts) // copy_format.DAY)
            else:
                batch.rows += single.rows
                ids.extend(single.ids or (None,))
                days.add(single.day)
            positions.append(index)
        batch.ids = ids if any(ids) else None
        batch.day = days.pop() if len(days) == 1 else None
        batch.positions = positions

    def _judge(
        self, text: Any, index: int, limits: Limits, allowed: Allowed | None, *, ndjson: bool
    ) -> Values | Rejection:
        """Return the values of an event that the contract accepts, or the reason why it does not.

        `text`: its JSON, or as read. Raises BodyError when a body of JSON is nested too deep.
        """
        self._effort.spend(JUDGED, WITH_CARE)
        try:
            event = self._read_event(bytes(text)) if isinstance(text, bytes | msgspec.Raw) else text
            if isinstance(event, UnreadableError):
                raise UnreadableError(event.code, str(event))  # make a new one: `texts` would keep this frame alive
            if isinstance(event, RepeatedMember):
                raise UnreadableError("repeated_field", "has a field twice")
            values = check(event, limits)
        except UnreadableError as unreadable:
            if unreadable.code == "depth" and not ndjson:
                raise BodyError(400, "malformed_json", "The body is nested too deep.") from None
            return Rejection(index=index, field=None, code=unreadable.code, message=str(unreadable))
        except ValidationError as error:
            return explain(error, index)
        if allowed is not None and values.campaign_id not in allowed:
            return Rejection(index=index, field="campaign_id", code="scope", message=_OUTSIDE)
        return values


def _values(text: bytes) -> int:
    """Return how many values JSON may hold: every one but the first of an array or object follows a comma."""
    return sum(text.count(sign) for sign in (b",", b"[", b"{"))


def _is_array(body: bytes) -> bool:
    """Return True if a body begins as a list of events without an envelope."""
    return body[0] == ord("[") or (body[0] != ord("{") and body.lstrip()[:1] == b"[")


def _utf8(body: bytes) -> bytes:
    """Return the body without a byte order mark. Raises BodyError when it is not UTF-8, or empty."""
    # JSON begins with ASCII: of its first two characters, UTF-16 and UTF-32 make zeros among the first four bytes.
    if body[:2] in (b"\xff\xfe", b"\xfe\xff") or 0 in body[:4]:
        raise BodyError(415, "charset", "The body is UTF-16 or UTF-32; send UTF-8.")
    body = body.removeprefix(b"\xef\xbb\xbf")
    if not body.isascii():
        try:
            body.decode()
        except UnicodeDecodeError:
            raise BodyError(400, "malformed_json", "The body is not valid UTF-8.") from None
    if not body.strip():
        raise BodyError(422, "empty", "The body is empty.")
    return body


def _lines(body: bytes, most: int) -> list[bytes]:
    """Return the lines that are not empty; of more than `most`, one too many."""
    if len(body) <= SHORTEST_LINE * most:
        return [line for line in body.splitlines() if line.strip()]
    # Do not keep all lines at once: those of ten megabytes of `1\n` would take a quarter of a gigabyte.
    return list(islice((line for found in _LINE.finditer(body) if (line := found[0]).strip()), most + 1))
