"""The figures of a report: five exact sums and a reach, and the formulas that advertisers derive from them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from adpulse.money import MICROS

Value = int | float | None
Kind = Literal["count", "money", "ratio"]


class Sums(NamedTuple):
    """The sums that the statements return for one row. Money in micros; `unique_users` only where it was asked for."""

    impressions: int = 0
    clicks: int = 0
    conversions: int = 0
    cost_micros: int = 0
    revenue_micros: int = 0
    unique_users: int | None = None


ZERO = Sums()


def add(rows: Iterable[Sums]) -> Sums:
    """Return the sums over all rows of the five columns that add up. Users do not: one user may be in two rows."""
    columns = list(zip(*rows, strict=True))[:5]
    return Sums(*map(sum, columns)) if columns else ZERO


@dataclass(frozen=True, slots=True)
class Metric:
    """One column of a report. `value` gives money in micros, a ratio as a float, None where the divisor is zero."""

    kind: Kind
    description: str
    value: Callable[[Sums], Value]


def _ratio(dividend: int, divisor: int) -> float | None:
    # Both are integers of any size, and Python rounds their quotient once: correct to the last bit.
    return dividend / divisor if divisor else None


# The sources: IAB/MRC "Ad Impression Measurement Guidelines" and IAB "Interactive Audience Measurement and
# Advertising Campaign Reporting and Audit Guidelines" for what is counted; the Google Ads API's fields of the same
# name (metrics.ctr, .conversions_from_interactions_rate, .average_cpm, .average_cpc, .cost_per_conversion,
# .conversions_value_per_cost) for what is divided. docs/reference/report.md lists them one by one.
METRICS: dict[str, Metric] = {
    "impressions": Metric("count", "Ads shown.", lambda s: s.impressions),
    "clicks": Metric("count", "Ads clicked.", lambda s: s.clicks),
    "conversions": Metric("count", "What the ads were for: orders, sign-ups.", lambda s: s.conversions),
    "cost": Metric("money", "What the events cost.", lambda s: s.cost_micros),
    "revenue": Metric("money", "What the events brought.", lambda s: s.revenue_micros),
    "ctr": Metric("ratio", "Click-through rate: clicks ÷ impressions.", lambda s: _ratio(s.clicks, s.impressions)),
    "cvr": Metric("ratio", "Conversion rate: conversions ÷ clicks.", lambda s: _ratio(s.conversions, s.clicks)),
    "cpm": Metric(
        "ratio",
        "Cost per mille: cost ÷ impressions x 1,000.",
        lambda s: _ratio(s.cost_micros, s.impressions * (MICROS // 1_000)),
    ),
    "cpc": Metric("ratio", "Cost per click: cost ÷ clicks.", lambda s: _ratio(s.cost_micros, s.clicks * MICROS)),
    "cpa": Metric(
        "ratio",
        "Cost per action: cost ÷ conversions.",
        lambda s: _ratio(s.cost_micros, s.conversions * MICROS),
    ),
    "roas": Metric(
        "ratio",
        "Return on ad spend: revenue ÷ cost.",
        lambda s: _ratio(s.revenue_micros, s.cost_micros),
    ),
    "unique_users": Metric(
        "count",
        "Reach: different user_ids, counted exactly from the events. Rows do not add up to the total.",
        lambda s: s.unique_users,
    ),
}
REACH = "unique_users"
DEFAULT_METRICS = tuple(name for name in METRICS if name != REACH)


def change(now: Value, before: Value) -> float | None:
    """Return (now − before) ÷ before: 0.25 is a quarter more. None without a value to compare with."""
    return (now - before) / before if now is not None and before else None
