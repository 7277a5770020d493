"""The questions that report benchmarks ask: the same ones each time, for the service and for other databases.

The mix of k6/lib/shapes.json draws campaigns and zones by their weights instead; a name that both have means the same
window and granularity.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from adpulse.reports.query import Query
from adpulse.reports.query_string import parse
from adpulse.settings import Settings
from adpulse.variants.catalogue import Statement, Variant

COLUMNS = ("impressions", "clicks", "conversions", "cost_micros", "revenue_micros")
# The five sums in SQL: from events, and from roll-ups, which have a column for each.
OF_EVENTS = (
    *(f"sum(CASE WHEN kind = '{kind}' THEN 1 ELSE 0 END)" for kind in ("impression", "click", "conversion")),
    *(f"sum({column})" for column in COLUMNS[3:]),
)
OF_ROLLUPS = tuple(f"sum({column})" for column in COLUMNS)


@dataclass(frozen=True)
class Shape:
    """A report over the last `length` of the data; `campaign` None is all, `value` one of `key` to filter by."""

    name: str
    length: timedelta
    campaign: str | None = None
    granularity: str | None = None
    group_by: str | None = None
    value: str | None = None
    key: str = "geo"  # key of metadata

    @property
    def by_metadata(self) -> bool:
        """Return True if roll-ups need a row for each value of the key to hold the answer."""
        return self.group_by == self.key or self.value is not None

    def path(self, end: datetime) -> str:
        """Return the request of the service."""
        given = {
            "start": f"{end - self.length:%Y-%m-%dT%H:%M:%SZ}",
            "end": f"{end:%Y-%m-%dT%H:%M:%SZ}",
            "campaign_id": self.campaign,
            "granularity": self.granularity,
            "group_by": self.group_by,
            "filter": None if self.value is None else f"{self.key}:{self.value}",
        }
        return f"/report?{urlencode({name: value for name, value in given.items() if value is not None})}"

    def query(self, end: datetime, settings: Settings) -> Query:
        """Return the request as the service reads it at that moment. Raise QueryError."""
        return parse(parse_qsl(urlsplit(self.path(end)).query), end, settings)

    def sql(self, end: datetime, table: str, sums: Sequence[str] = OF_EVENTS) -> str:
        """Return the same in SQL that DuckDB and ClickHouse both take.

        `table` has ts as UTC without a zone, campaign_id, kind, cost_micros, revenue_micros and geo; or, for
        OF_ROLLUPS, a column for each sum.
        """
        keys = []
        if self.granularity is not None:
            keys.append(f"date_trunc('{self.granularity}', ts) AS bucket")
        if self.group_by is not None:
            keys.append(f"{self.group_by} AS grp")
        where = [f"ts >= '{end - self.length:%Y-%m-%d %H:%M:%S}'", f"ts < '{end:%Y-%m-%d %H:%M:%S}'"]
        if self.campaign is not None:
            where.append(f"campaign_id = '{self.campaign}'")
        if self.value is not None:
            where.append(f"{self.key} = '{self.value}'")
        grouped = f" GROUP BY {', '.join(str(n + 1) for n in range(len(keys)))}" if keys else ""
        columns = ", ".join([*keys, *sums])
        return f"SELECT {columns} FROM {table} WHERE {' AND '.join(where)}{grouped}"


def statement(variant: Variant, query: Query) -> tuple[Statement, Sequence[object]]:
    """Return the statement by which a design answers a report, as the service chooses it, and its arguments."""
    chosen = variant.statement(
        by_time=query.granularity is not None, breakdown=query.breakdown, by_metadata=query.by_metadata
    )
    return chosen, query.arguments(query.span.window)[: chosen.parameters]


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LARGEST, MIDDLE = "CAMP-0001", "CAMP-0050"

# The latency targets apply to these: totals, any window up to 30 days.
TOTALS = (
    Shape("hour", HOUR, MIDDLE),
    Shape("day", DAY, MIDDLE),
    Shape("week", 7 * DAY, MIDDLE),
    Shape("month", 30 * DAY, MIDDLE),
    Shape("month-largest", 30 * DAY, LARGEST),
    Shape("month-all", 30 * DAY),
)
BREAKDOWNS = (
    Shape("day-by-hour", DAY, LARGEST, "hour"),
    Shape("month-by-day", 30 * DAY, LARGEST, "day"),
    Shape("week-by-campaign", 7 * DAY, None, None, "campaign_id"),
    Shape("day-by-geo", DAY, LARGEST, None, "geo"),
)
# Only a metadata filter tells designs apart that group alike: an index on metadata, a roll-up by dimension, neither.
FILTERED = (
    Shape("day-in-geo", DAY, LARGEST, value="IN"),
    Shape("month-in-geo", 30 * DAY, MIDDLE, value="IN"),
)
# A dimension over a long window: what a dashboard asks after its totals.
BY_DIMENSION = (Shape("month-by-geo", 30 * DAY, MIDDLE, None, "geo"), *FILTERED)
