"""The fast pass: events that `fast_reader` has read become rows, or the batch needs care.

It accepts and converts exactly what the contract, `event.contract.Event`, does (test_decoder.py compares the two on
generated input). All else is an error here, and left to the contract. It looks in the text, once for a batch, for what
msgspec lets pass in silence: fields that are there twice (`_check_members`), and numbers that only look like zero.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import add

import orjson
from msgspec import UNSET, UnsetType
from pydantic_core import PydanticCustomError

from adpulse.event import ids as event_ids
from adpulse.event.limits import EARLIEST, LATEST, Limits
from adpulse.event.metadata import InexactError, canonical
from adpulse.ingest import copy_format, json_reader
from adpulse.ingest.batch import Batch
from adpulse.ingest.effort import WITH_CARE, Effort
from adpulse.ingest.fast_reader import FastEvent, NeedsCareError
from adpulse.ingest.remembered import Remembered
from adpulse.ingest.scan import Text
from adpulse.money import to_micros
from adpulse.settings import Settings

# Longer metadata hardly repeat.
REMEMBERED_BYTES = 256

# Metadata with so few commas are never too many for the event loop.
FEW = 32

# A missing amount: the same bytes as zero.
_NO_AMOUNT = bytes(bytearray(copy_format.bigint_field(0)))


class Allowed(dict[str, bytes]):
    """The campaigns of a key, each as a field of a row: the look-up is the check."""

    def __missing__(self, campaign_id: str) -> bytes:
        raise NeedsCareError


# The UTC day of a batch's first event, in days; the earliest and latest instant of an event, in microseconds; and if
# the day is partly outside of them. All since copy_format.EPOCH. Each request makes one, and a tuple takes least time.
_Day = tuple[int, int, int, bool]


class FastPass:
    """The packer of batches in which every event is good. It remembers what it has converted before."""

    def __init__(self, settings: Settings, effort: Effort | None = None) -> None:
        self._effort = effort or Effort()
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
        day = self._day(events[0].ts, now)
        written = [event.event_id for event in events]
        missing = written.count(UNSET)
        ids = _ids(written) if missing < len(written) else None
        # Ids are converted together, and so are added to the rows afterwards.
        rows, commas, one_day = self._rows(events, day, allowed, copy_format.NULL if ids is None else b"")
        if ids is not None:
            rows = list(map(add, rows, copy_format.uuid_fields(ids)))
        # Each member brings a comma, except the last one of each text.
        commas += len(events) * len(FastEvent.__struct_fields__) - missing - text.roots
        _check_members(text.data, commas, events)
        if any(event.cost == 0 or event.revenue == 0 for event in events) and text.is_tiny():
            raise NeedsCareError
        batch.rows, batch.ids, batch.day = rows, ids, day[0] if one_day else None

    def _day(self, ts: datetime, now: datetime) -> _Day:
        """Return the UTC day of `ts`. Raises NeedsCareError when no event of it is accepted."""
        at = copy_format.micros_of(now)
        earliest = max(self._first, at - self._retention) if self._retention else self._first
        latest = min(self._last, at + self._future)
        number = (ts - copy_format.EPOCH).days
        start = number * copy_format.DAY
        if not self._first <= start <= latest:
            raise NeedsCareError
        return number, earliest, latest, not earliest <= start <= latest - copy_format.DAY

    def _rows(
        self, events: Sequence[FastEvent], day: _Day, allowed: Allowed | None, event_id: bytes
    ) -> tuple[list[bytes], int, bool]:
        """Return the rows, each ending in the field `event_id`, and what `pack` needs to know of all of them.

        That is: the commas in metadata, less one for each of cost, revenue and metadata that an event does not have;
        and if all events are of `day`. Raises NeedsCareError.
        """
        # The loop runs for every event, so it is one piece: names are local, nothing that repeats is converted
        # twice, and no Python function is called. Most values are known: get() takes less time than [].
        number, earliest, latest, partly = day
        start, midnight = number * copy_format.DAY, copy_format.EPOCH + timedelta(number)
        begin, sizes, int8, join = copy_format.BEGIN, copy_format.SIZES, copy_format.INT8, b"".join
        documents, amounts, kinds, no_amount = self.documents, self.amounts, self._kinds, _NO_AMOUNT
        campaigns = self.campaigns if allowed is None else allowed
        document_of, amount_of, campaign_of = documents.get, amounts.get, campaigns.get
        one_day, commas = True, 0
        rows: list[bytes] = []
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
            rows.append(
                join((begin, int8(ts), cost, revenue, sizes[len(user)], user, campaign, kind, document, event_id))
            )
        return rows, commas, one_day

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
        if len(raw) > self._limits.max_metadata_bytes:  # perhaps only white space makes it too long
            raise NeedsCareError
        commas = raw.count(b",")
        if commas > FEW:
            self._effort.spend(commas + raw.count(b"[") + raw.count(b"{"))
        try:
            try:
                text = canonical(orjson.loads(raw), self._limits, bare=True)
            except (orjson.JSONDecodeError, InexactError):
                self._effort.spend(commas + 1, WITH_CARE)
                text = canonical(json_reader.loads(raw), self._limits)
        except (ValueError, RecursionError, PydanticCustomError):
            raise NeedsCareError from None
        return copy_format.jsonb_field(text), commas


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
