"""The published parameters of GET /report. adpulse.reports.query_string reads what a request sends."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from adpulse.calendar import Granularity
from adpulse.event.limits import TEXT_LENGTH
from adpulse.reports.filters import FIELDS
from adpulse.reports.metrics import DEFAULT_METRICS, METRICS
from adpulse.reports.query import BY_NAME, Comparison, Format
from adpulse.settings import Settings
from adpulse.terminal import counted

_TIME = {"anyOf": [{"pattern": "^-[0-9]{1,6}[mhdw]$"}, {"format": "date"}, {"format": "date-time"}]}
_NAMES = "|".join(METRICS)

_Absent = SkipJsonSchema[None]  # a parameter may be left out, and has no null
_Campaign = Annotated[str, Field(min_length=1, max_length=TEXT_LENGTH)]
_Time = Annotated[str, Field(json_schema_extra=_TIME)]
_Zone = Annotated[str, Field(json_schema_extra={"format": "iana-time-zone"})]
_Key = Annotated[str, Field(min_length=1)]
_Filter = Annotated[str, Field(pattern=r"^[^:{][^:]*:|^\{.*\}$")]
_Metrics = Annotated[str, Field(pattern=f"^({_NAMES})(,({_NAMES}))*$")]
_Order = Annotated[str, Field(pattern=f"^({_NAMES}|{BY_NAME})(:(asc|desc))?$")]

# Parameters that are the same on every server. The others are functions of its settings, at the end.
_CAMPAIGN_ID = Query(
    None,
    description="A campaign; repeat it for several, leave it out for all.",
    examples=[["CAMP-123"], ["CAMP-123", "CAMP-124"]],
)
_END = Query(
    None,
    description="Where it ends, exclusive; written as `start`. Default: now.",
    examples=["2025-09-25", "-1d"],
)
_TIMEZONE = Query(
    None,
    description="The IANA time zone of dates and buckets. Days have 23 or 25 hours where clocks change. "
    "Default: `UTC`.",
    examples=["Asia/Kolkata", "America/New_York"],
)
_GROUP_BY = Query(
    None,
    description=f"A row for every {', '.join(FIELDS)}, or value of a metadata key. "
    "Group `null`: events without the key.",
    examples=["geo", "campaign_id"],
)
_FILTER = Query(
    None,
    description="Only events of this group, as `key:value` or as the JSON object that a row has as its "
    "`filter`; repeat it for several, which then must all match.",
    examples=[["geo:IN"], ["geo:IN", "device:mobile"], ['{"geo": null}']],
)
_ORDER_BY = Query(
    None,
    description="The order of groups: a metric, greatest first, or `group`; `:asc` or `:desc` turns it round. "
    "Undefined ratios come last. Default: `impressions`.",
    examples=["revenue", "cpc:asc"],
)
_COMPARE = Query(
    None,
    description="Adds the window directly before, as long as this one (whole months: as many months; whole "
    "days: as many days), and the change: 0.25 is a quarter more.",
    examples=["previous"],
)
_FORMAT = Query(
    None,
    description="`csv` has the same columns, money with six decimals. Default: `json`.",
    examples=["csv"],
)


def parameters(settings: Settings) -> type[BaseModel]:
    """Return the model of the parameters, with this server's limits.

    Swagger UI fills in what it finds as an example or a default of a parameter: only `start`, which is required, has
    one. Examples of the others are in their schemas, and defaults in their descriptions.
    """

    class ReportParameters(BaseModel):
        campaign_id: list[_Campaign] | _Absent = _CAMPAIGN_ID
        start: str = _start(settings)  # not _Time, which would take the place of Query and its openapi_examples
        end: _Time | _Absent = _END
        granularity: Granularity | _Absent = _granularity(settings)
        timezone: _Zone | _Absent = _TIMEZONE
        group_by: _Key | _Absent = _GROUP_BY
        filter: list[_Filter] | _Absent = _FILTER
        metrics: _Metrics | _Absent = _metrics(settings)
        order_by: _Order | _Absent = _ORDER_BY
        limit: Annotated[int, Field(ge=1, le=settings.max_groups)] | _Absent = _limit(settings)
        compare: Comparison | _Absent = _COMPARE
        format: Format | _Absent = _FORMAT

    return ReportParameters


def _start(settings: Settings) -> Any:
    return Query(
        json_schema_extra=_TIME,
        description="Where the window starts: `-15m`, `-1h`, `-7d`, `-2w` before now, a date (where that day "
        "begins in `timezone`), or RFC 3339. Widened to a whole minute. "
        f"At most {counted(settings.max_range_days, 'day')} before `end`.",
        examples=["-1h", "2025-09-24", "2025-09-24T06:00:00Z"],
        openapi_examples={
            "relative": {"value": "-1h"},
            "a date": {"value": "2025-09-24"},
            "an instant": {"value": "2025-09-24T06:00:00Z"},
        },
    )


def _granularity(settings: Settings) -> Any:
    return Query(
        None,
        description="A row for every bucket of time; empty ones are present and zero. "
        f"At most {counted(settings.max_buckets, 'bucket')}.",
        examples=["hour"],
    )


def _metrics(settings: Settings) -> Any:
    return Query(
        None,
        description="The columns, separated by commas. `unique_users` (reach) has to be asked for: it is counted "
        f"from single events, over at most {counted(settings.max_reach_days, 'day')}. "
        + " ".join(f"`{name}`: {metric.description}" for name, metric in METRICS.items())
        + f" Default: `{','.join(DEFAULT_METRICS)}`.",
        examples=["impressions,clicks,ctr", "impressions,unique_users"],
    )


def _limit(settings: Settings) -> Any:
    return Query(
        None,
        description="The most groups; the others are summed as one, `(other)`, so that rows still sum to the "
        f"totals. Default: `{settings.max_groups}`.",
        examples=[10],
    )
