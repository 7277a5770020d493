"""A question that a report answers, validated."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import orjson

from adpulse import calendar
from adpulse.reports.filters import Filters
from adpulse.reports.metrics import REACH
from adpulse.reports.window import Window

Format = Literal["json", "csv"]
Comparison = Literal["previous"]
BY_NAME = "group"  # orders groups by name, not by a metric


class QueryError(ValueError):
    """A query that cannot be answered. `field` names the parameter; the text says what is wrong and what is allowed."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class OutsideError(ValueError):
    """A query for a campaign that the key may not read."""


@dataclass(frozen=True, slots=True)
class Span:
    """A window and its buckets in order; one bucket, None, without a granularity."""

    window: Window
    buckets: tuple[datetime | None, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A validated question. `before` is the span to compare with; `limit` counts groups."""

    campaigns: tuple[str, ...]
    span: Span
    before: Span | None
    granularity: str | None
    zone: ZoneInfo
    group_by: str | None
    filters: Filters
    metrics: tuple[str, ...]
    order_by: str
    descending: bool
    limit: int
    format: str

    @property
    def spans(self) -> tuple[Span, ...]:
        """Return the span and, if asked for, the one to compare with."""
        return (self.span,) if self.before is None else (self.span, self.before)

    @property
    def has_rows(self) -> bool:
        """Return True if the report has rows besides the totals."""
        return self.granularity is not None or self.group_by is not None

    @property
    def breakdown(self) -> bool:
        """Return True for a report with a group or filter, or that counts users. Others are totals, also by time."""
        return self.group_by is not None or bool(self.filters) or self.reach

    @property
    def by_metadata(self) -> bool:
        """Return True for a breakdown that asks for metadata or event types, and not for campaigns alone."""
        return bool(self.filters) or self.group_by not in (None, "campaign_id")

    @property
    def reach(self) -> bool:
        """Return True if different users must be counted, which needs the raw events."""
        return REACH in self.metrics

    def within(self, campaigns: tuple[str, ...]) -> "Query":
        """Return this query limited to the campaigns of a key: all of these if the query names none.

        Raises OutsideError if it names another.
        """
        if not self.campaigns:
            return replace(self, campaigns=campaigns)
        if not set(self.campaigns) <= set(campaigns):
            raise OutsideError
        return self

    def arguments(self, window: Window) -> tuple[Any, ...]:
        """Return the seven parameters of report.sql for the window: that of the query or the one before."""
        span = self.span if self.before is None or window == self.span.window else self.before
        return (
            list(self.campaigns) or None,
            window.start,
            window.stop,
            self.granularity,
            calendar.literal(self.granularity, span.buckets),
            self.group_by,
            orjson.dumps(self.filters).decode() if self.filters else None,
        )
