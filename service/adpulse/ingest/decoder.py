"""Request bodies in, batches out: rows ready to be written, and reasons for the events that were not accepted.

A good batch takes one pass with msgspec, into `_FastEvent`, which accepts and converts exactly what the contract,
`event.contract.Event`, does (test_decoder.py compares the two on generated input). When it does not go through, the
batch is taken event by event, and only the events that msgspec does not accept meet the contract, which names what
is wrong with them.

What msgspec would let pass in silence is looked for in the text, once for a batch: fields that are there twice
(`_check_text`), times finer than a microsecond (`_is_plain`), and numbers that only look like zero.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any, Literal

import msgspec
import orjson
from msgspec import UNSET, UnsetType
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from adpulse.event import ids as event_ids
from adpulse.event.contract import Rejection, check, explain
from adpulse.event.instant import parse_instant
from adpulse.event.limits import TEXT_LENGTH, Limits
from adpulse.event.metadata import InexactError, canonical
from adpulse.event.values import COLUMNS
from adpulse.ingest import copy_format, json_reader
from adpulse.ingest.batch import LISTED_REJECTIONS, Batch, BodyError
from adpulse.ingest.json_reader import RepeatedMember, UnreadableError
from adpulse.money import to_micros
from adpulse.settings import Settings

# How many JSON values a body may have for each event that it may have; only bodies that are not all good are counted.
# Without it, ten megabytes of `[[],[],…` would become half a gigabyte of Python objects before anything is refused.
VALUES_PER_EVENT = 50

# In bodies that have fewer bytes for each event that they may have, lines need not be counted while they are split.
SHORTEST_LINE = 100

# Campaigns, metadata and amounts repeat: most events of a batch share a few hundred, and what was made of them is
# kept. A memory that is full is cleared.
REMEMBERED = 20_000
REMEMBERED_BYTES = 256

# Escapes that hide what is looked for in the text of a body: NUL, a comma, and what a time is written with.
_HIDDEN = re.compile(rb"\\u00(?:00|2[cCeE]|3[0-9aA])")
_LINE = re.compile(rb"[^\r\n]+")
# A time that is finer than a microsecond, and what costs less to look for and is always in one.
_TOO_FINE, _MANY_DECIMALS = re.compile(rb":\d\d\.\d{7}"), re.compile(rb"\.\d{7}")
# What a number that is not zero needs to be read as zero: an exponent of three digits, or a long row of zeros.
_VERY_SMALL, _ZEROS = re.compile(rb"-(?<=[eE]-)\d{3}"), b"0" * 200

_OUTSIDE = "is not a campaign of this key"

_FastText = Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_LENGTH)]


class _FastEvent(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """`Event` as msgspec reads it; what it cannot express is checked in `Decoder._pack`."""

    ts: Annotated[datetime, msgspec.Meta(tz=True)]
    campaign_id: _FastText
    user_id: _FastText
    event_type: Literal["impression", "click", "conversion"]
    cost: float | UnsetType = UNSET
    revenue: float | UnsetType = UNSET
    metadata: msgspec.Raw | UnsetType = UNSET
    event_id: _FastText | UnsetType | None = UNSET


class _FineEvent(_FastEvent):
    """The same with its time as text: msgspec would round it to the microsecond, and it has to be cut off."""

    ts: str  # type: ignore[assignment]  # until `_cut` has been there


class _Body(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    events: list[_FastEvent]


class _FineBody(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    events: list[_FineEvent]


class _RawBody(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    events: list[msgspec.Raw]


class _NeedsCareError(Exception):
    """The fast pass met something that it does not judge."""


# What the fast pass raises for anything that it does not accept. A body is UTF-8; what lay in it as base64 need not be.
_NOT_FAST = (msgspec.DecodeError, RecursionError, UnicodeDecodeError, _NeedsCareError)


class Decoder:
    """Turns request bodies into batches. One per process: it remembers what it has converted before."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._json = msgspec.json.Decoder(_Body)
        self._fine_json = msgspec.json.Decoder(_FineBody)
        self._texts = msgspec.json.Decoder(_RawBody)
        self._array = msgspec.json.Decoder(list[_FastEvent])
        self._fine_array = msgspec.json.Decoder(list[_FineEvent])
        self._array_texts = msgspec.json.Decoder(list[msgspec.Raw])
        self._event = msgspec.json.Decoder(_FastEvent)
        self._fine_event = msgspec.json.Decoder(_FineEvent)
        self._campaigns: dict[str, bytes] = {}
        self._allowed: dict[frozenset[str], dict[str, bytes]] = {}
        self._metadata: dict[bytes, tuple[bytes, int]] = {}
        self._money: dict[float, int] = {}
        self._kinds = {kind: copy_format.text_field(kind) for kind in ("impression", "click", "conversion")}

    def decode(
        self,
        body: bytes,
        *,
        ndjson: bool = False,
        unwrap: Callable[[bytes], Iterable[Any]] | None = None,
        now: datetime | None = None,
        campaigns: frozenset[str] | None = None,
        listed: int = LISTED_REJECTIONS,
    ) -> Batch:
        """Return the batch in a body of JSON, of NDJSON, or of what `unwrap` takes the events out of.

        Bad events become rejections, of which `listed` are listed; a body that is no batch at all raises BodyError.
        `campaigns`: the only ones that are accepted; None: all.
        """
        body = _utf8(body)
        limits = Limits.at(now or datetime.now(UTC), self._settings)
        allowed = None if campaigns is None else self._pack_allowed(campaigns)
        batch = Batch(len(body), listed)
        texts: Sequence[Any]
        if unwrap is not None:
            self._check_values(body)
            texts = list(islice(unwrap(body), self._settings.max_events + 1))  # one too many, and no more
            if not all(isinstance(text, bytes) for text in texts):
                self._check_count(len(texts))
                self._pack_one_by_one(texts, limits, batch, allowed, ndjson=True)
                return batch
            body, ndjson = b"\n".join(texts), True
        if ndjson:
            texts = _lines(body, self._settings.max_events)
            self._check_count(len(texts))
            try:
                self._pack(self._read_lines(body, texts), body, len(texts), limits, batch, allowed)
            except _NOT_FAST:
                self._pack_one_by_one(texts, limits, batch, allowed, ndjson=True)
            return batch
        try:
            events = self._read_body(body)
            if not events:
                raise _NeedsCareError  # the last of several lists, perhaps
            self._check_count(len(events))
            self._pack(events, body, 1, limits, batch, allowed)
        except _NOT_FAST:
            self._check_values(body)
            texts = self._read_texts(body)
            self._check_count(len(texts))
            self._pack_one_by_one(texts, limits, batch, allowed, ndjson=False)
        return batch

    def _read_body(self, body: bytes) -> Sequence[_FastEvent]:
        if _is_array(body):
            return self._array.decode(body) if _is_plain(body) else _cut(self._fine_array.decode(body))
        if _is_plain(body):
            return self._json.decode(body).events
        return _cut(self._fine_json.decode(body).events)

    def _read_lines(self, body: bytes, lines: Sequence[bytes]) -> Sequence[_FastEvent]:
        # Line by line: decode_lines() would also take two events from one line, or one from two.
        if _is_plain(body):
            return [self._event.decode(line) for line in lines]
        return _cut([self._fine_event.decode(line) for line in lines])

    def _read_texts(self, body: bytes) -> Sequence[Any]:
        """Return the events of a body, each as its JSON, or as Python values. Raises BodyError."""
        strict = self._settings.unknown_fields == "reject"
        try:
            texts = self._array_texts.decode(body) if _is_array(body) else self._texts.decode(body).events
        except _NOT_FAST:
            # NaN, a lone surrogate or an unknown envelope. Of the two, only the careful reader may refuse.
            return json_reader.read_events(body, strict=strict)
        if body.count(b",") != sum(bytes(text).count(b",") for text in texts) + len(texts) - 1:
            return json_reader.read_events(body, strict=strict)  # there is more than one list
        return texts

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
        self,
        events: Sequence[_FastEvent],
        text: bytes,
        roots: int,
        limits: Limits,
        batch: Batch,
        allowed: dict[str, bytes] | None,
    ) -> None:
        """Set the rows of a batch in which every event is good; raises _NeedsCareError when one is not.

        `text` is what they were read from: `roots` JSON texts.
        """
        # Everything here runs for every event: names are local, and nothing that repeats is done twice.
        earliest, latest = copy_format.micros_of(limits.earliest), copy_format.micros_of(limits.latest)
        # The bounds that cost nothing to be inside: the day of the first event; when another day comes, all days.
        day: int | None = None
        low, high = 1, 0
        epoch, heads, width, null = copy_format.EPOCH, copy_format.HEADS, len(COLUMNS), copy_format.NULL
        documents, amounts, kinds, join = self._metadata, self._money, self._kinds, b"".join
        unset = UNSET
        # What a key may write takes the place of what was written before: the same look-up is the check.
        campaigns = self._campaigns if allowed is None else allowed
        packed: list[bytes] = []
        ids: list[bytes | None] | None = None
        # Commas in metadata, less one for each member that an event does not have.
        commas = 0
        zeros = False
        for event in events:
            since = event.ts - epoch
            ts = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
            if not low <= ts <= high:
                if not earliest <= ts <= latest:
                    raise _NeedsCareError
                if packed:
                    day, low, high = None, earliest, latest
                else:
                    day = ts // copy_format.DAY
                    low, high = max(earliest, day * copy_format.DAY), min(latest, (day + 1) * copy_format.DAY - 1)
            if (amount := event.cost) is unset:
                cost = 0
                commas -= 1
            elif not amount:
                cost = 0
                zeros = True
            elif (cost := amounts.get(amount, -1)) < 0:
                cost = self._read_money(amount, limits)
            if (amount := event.revenue) is unset:
                revenue = 0
                commas -= 1
            elif not amount:
                revenue = 0
                zeros = True
            elif (revenue := amounts.get(amount, -1)) < 0:
                revenue = self._read_money(amount, limits)
            user = event.user_id.encode()
            size = len(user)
            if (campaign := campaigns.get(event.campaign_id)) is None:
                if allowed is not None:
                    raise _NeedsCareError
                campaign = self._read_campaign(event.campaign_id)
            if (metadata := event.metadata) is unset:
                document = copy_format.NO_METADATA
                commas -= 1
            else:
                raw = bytes(metadata)
                if (known := documents.get(raw)) is None:
                    known = self._read_metadata(raw, limits)
                document, inner = known
                commas += inner
            if (written := event.event_id) is unset or written is None:
                identifier = null
                if written is unset:
                    commas -= 1
                if ids is not None:
                    ids.append(None)
            else:
                if ids is None:
                    ids = [None] * len(packed)
                    parsed = iter(event_ids.parse_all([e.event_id for e in events if isinstance(e.event_id, str)]))
                event_id_bytes = next(parsed)
                ids.append(event_id_bytes)
                identifier = b"\0\0\0\x10" + event_id_bytes
            head = heads[size](width, 8, ts, 8, cost, 8, revenue, size, user)
            packed.append(join((head, campaign, kinds[event.event_type], document, identifier)))
        self._check_text(text, commas + len(events) * len(_FastEvent.__struct_fields__) - roots, events)
        if zeros and (_ZEROS in text or _VERY_SMALL.search(text)):
            raise _NeedsCareError
        batch.rows, batch.ids, batch.day = packed, ids, day

    def _check_text(self, text: bytes, commas: int, events: Sequence[_FastEvent]) -> None:
        """Raise _NeedsCareError unless the text of these events has only so many commas, and those in strings.

        msgspec takes the last of two members of one name, and the last of two lists of events. Both come with a comma,
        and nothing else brings one: times and numbers have none.
        """
        found = text.count(b",")
        if found != commas:
            commas += sum(event.user_id.count(",") + event.campaign_id.count(",") for event in events)
            commas += sum(event.event_id.count(",") for event in events if isinstance(event.event_id, str))
            if found != commas:
                raise _NeedsCareError

    def _read_money(self, value: float, limits: Limits) -> int:
        if not 0 <= value <= limits.max_money:
            raise _NeedsCareError
        try:
            micros = to_micros(value, nearest=limits.nearest_money)
        except ValueError:
            raise _NeedsCareError from None
        _remember(self._money, value, micros)
        return micros

    def _read_campaign(self, campaign_id: str) -> bytes:
        packed = copy_format.text_field(campaign_id)
        _remember(self._campaigns, campaign_id, packed)
        return packed

    def _pack_allowed(self, campaigns: frozenset[str]) -> dict[str, bytes]:
        """Return the campaigns of a key, each as a field of a row."""
        if (packed := self._allowed.get(campaigns)) is None:
            packed = {name: copy_format.text_field(name) for name in campaigns}
            _remember(self._allowed, campaigns, packed)
        return packed

    def _read_metadata(self, raw: bytes, limits: Limits) -> tuple[bytes, int]:
        """Return metadata as a field of a row, and the number of commas in them."""
        if len(raw) > limits.max_metadata_bytes:  # white space may be all that is too much
            raise _NeedsCareError
        try:
            try:
                text = canonical(orjson.loads(raw), limits, bare=True)
            except (orjson.JSONDecodeError, InexactError):
                text = canonical(json_reader.loads(raw), limits)
        except (ValueError, RecursionError, PydanticCustomError):
            raise _NeedsCareError from None
        known = copy_format.jsonb_field(text), raw.count(b",")
        if len(raw) <= REMEMBERED_BYTES:
            _remember(self._metadata, raw, known)
        return known

    def _pack_one_by_one(
        self, texts: Sequence[Any], limits: Limits, batch: Batch, allowed: dict[str, bytes] | None, *, ndjson: bool
    ) -> None:
        """Set the rows of a batch in which some events are bad. `texts`: an event each, as JSON or as read."""
        ids: list[bytes | None] = []
        days: set[int | None] = set()
        positions: list[int] = []
        single = Batch(0)
        for index, text in enumerate(texts):
            try:
                if not isinstance(text, bytes | msgspec.Raw) or not _is_plain(data := bytes(text)):
                    raise _NeedsCareError
                self._pack([self._event.decode(data)], data, 1, limits, single, allowed)
            except _NOT_FAST:
                try:
                    event = json_reader.read_event(bytes(text)) if isinstance(text, bytes | msgspec.Raw) else text
                    if isinstance(event, UnreadableError):
                        raise event
                    if isinstance(event, RepeatedMember):
                        raise UnreadableError("repeated_field", "has a field twice")
                    values = check(event, limits)
                except UnreadableError as unreadable:
                    if unreadable.code == "depth" and not ndjson:
                        raise BodyError(400, "malformed_json", "The body is nested too deep.") from None
                    batch.reject(Rejection(index=index, field=None, code=unreadable.code, message=str(unreadable)))
                    continue
                except ValidationError as error:
                    batch.reject(explain(error, index))
                    continue
                if allowed is not None and values.campaign_id not in allowed:
                    batch.reject(Rejection(index=index, field="campaign_id", code="scope", message=_OUTSIDE))
                    continue
                batch.rows.append(copy_format.pack(values))
                ids.append(None if values.event_id is None else values.event_id.bytes)
                days.add(copy_format.micros_of(values.ts) // copy_format.DAY)
            else:
                batch.rows += single.rows
                ids += single.ids or [None]
                days.add(single.day)
            positions.append(index)
        batch.ids = ids if any(ids) else None
        batch.day = days.pop() if len(days) == 1 else None
        batch.positions = positions


def _is_array(body: bytes) -> bool:
    """Return True if a body begins as a list of events without an envelope."""
    return body[0] == ord("[") or (body[0] != ord("{") and body.lstrip()[:1] == b"[")


def _is_plain(text: bytes) -> bool:
    """Return True if msgspec may convert the times in a text. Raises _NeedsCareError when it cannot be told."""
    if b"\\" in text and _HIDDEN.search(text):
        raise _NeedsCareError
    return not (_MANY_DECIMALS.search(text) and _TOO_FINE.search(text))


def _cut(events: Sequence[_FineEvent]) -> Sequence[_FastEvent]:
    """Return the events with their times as such. Raises what the fast pass raises."""
    for event in events:
        instant = parse_instant(event.ts)
        if instant.tzinfo is None:
            raise _NeedsCareError
        event.ts = instant  # type: ignore[assignment]  # as in _FastEvent
    return events


def _remember(memory: dict[Any, Any], key: Any, value: Any) -> None:
    if len(memory) >= REMEMBERED:
        memory.clear()
    memory[key] = value


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
    # Of ten megabytes of `1\n`, every line at once would take a quarter of a gigabyte.
    return list(islice((line for found in _LINE.finditer(body) if (line := found[0]).strip()), most + 1))
