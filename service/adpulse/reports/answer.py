"""The answer of GET /report as FastAPI publishes it. The bytes of one are written by adpulse.reports.render."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, create_model
from pydantic.json_schema import SkipJsonSchema

from adpulse.calendar import Granularity
from adpulse.reports.metrics import METRICS, Kind

_Number = Annotated[float, Field(ge=0)]
_KINDS: dict[Kind, Any] = {"count": Annotated[int, Field(ge=0)], "money": _Number, "ratio": _Number | None}
_Absent = SkipJsonSchema[None]  # the member may be missing, but is never null


class _Object(BaseModel):
    """An object of JSON without any other member."""

    model_config = ConfigDict(extra="forbid")


class Excluded(_Object):
    """All events but those of these groups; null stands for the events without the key."""

    groups: list[str | None] = Field(alias="not")


class Shared(_Object):
    """The values of a dimension that have no rows of their own, in the row "(other)"."""

    other: Literal[True]


Filter = dict[str, str | Excluded | Shared | None]


class Question(_Object):
    """The query as it was understood, with its window in whole minutes."""

    campaign_id: list[str]
    start: AwareDatetime
    end: AwareDatetime
    granularity: Granularity | None
    timezone: str
    group_by: str | None
    filter: Filter
    metrics: list[Annotated[str, Field(json_schema_extra={"enum": list(METRICS)})]]


class Meta(_Object):
    """Facts about how the report was made."""

    variant: str
    took_ms: float
    lag_ms: int | _Absent = Field(None, description="How old the data may be: from a read replica only.")
    groups: int | _Absent = Field(None, description="How many groups there are, also beyond `limit`.")
    hints: list[str] | _Absent = Field(None, description="What a client should know of the answer.")
    source: Literal["raw events"] | _Absent = Field(
        None, description="`raw events` where roll-ups by dimension could not tell, and single events were read."
    )


# A reply has only the metrics that were asked for.
_FIGURES: dict[str, Any] = {
    name: (_KINDS[metric.kind] | _Absent, Field(None, description=metric.description))
    for name, metric in METRICS.items()
}
_CHANGES: dict[str, Any] = dict.fromkeys(METRICS, (float | None, None))
_Bucket = AwareDatetime | None

Totals = create_model("Totals", __base__=_Object, **_FIGURES)
Changes = create_model("Changes", __base__=_Object, **_CHANGES)
PreviousRow = create_model("PreviousRow", __base__=_Object, bucket=(_Bucket, ...), **_FIGURES)
Previous = create_model(
    "Previous", __base__=_Object, start=(AwareDatetime, ...), end=(AwareDatetime, ...), totals=(Totals, ...)
)
Row = create_model(
    "Row",
    __base__=_Object,
    bucket=(_Bucket, ...),
    group=(str | None, ...),
    filter=(Filter | None, Field(None, description="The value of `filter` that finds this row's group.")),
    **_FIGURES,
    previous=(PreviousRow | None, None),
    change=(Changes | None, None),
)
ReportAnswer = create_model(
    "Report",
    __base__=_Object,
    query=(Question, ...),
    totals=(Totals, ...),
    previous=(Previous | _Absent, None),
    change=(Changes | _Absent, None),
    rows=(list[Row] | _Absent, None),
    meta=(Meta, ...),
)
