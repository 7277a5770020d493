"""The published contract: what /docs says of POST /events and GET /report, generated from what the code uses."""

from typing import Any, NamedTuple

from adpulse.calendar import GRANULARITIES
from adpulse.event import EVENT, TEXT_LENGTH
from adpulse.ingest.batch import LISTED_REJECTIONS
from adpulse.reports.filters import FIELDS
from adpulse.reports.metrics import DEFAULT_METRICS, METRICS
from adpulse.reports.query import BY_NAME, COMPARISONS, FORMATS, REPEATABLE
from adpulse.settings import Settings

_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}


def _problem(**more: dict[str, Any]) -> dict[str, Any]:
    """A reply that says what is wrong; `more` are members beside the four of every problem document."""
    members = {
        "type": {"type": "string", "pattern": "^urn:adpulse:[a-z_]+$"},
        "title": _TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": _TEXT,
    }
    schema = {"type": "object", "required": list(members), "properties": members | more}
    return {"description": "RFC 9457 problem document", "content": {"application/problem+json": {"schema": schema}}}


# How a key is sent; the empty one because the server may have no keys.
SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "a key as `adpulse keys new` makes it"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "the same key"},
}
_KEY: list[dict[str, list[str]]] = [{"bearer": []}, {"header": []}, {}]
_LATER = {"headers": {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds"}}}
# What the door may answer, before the endpoint is asked.
_DOOR = {
    "401": _problem()
    | {"headers": {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "how to send a key"}}},
    "403": _problem(),
    "429": _problem() | _LATER,
    "503": _problem() | _LATER,
}
METRICS_OPENAPI = {"security": _KEY, "responses": _DOOR}
READY_OPENAPI = {"responses": {"503": _problem() | _LATER}}


def events_openapi(settings: Settings) -> dict[str, Any]:
    """The operation object of POST /events, with this server's limits."""
    event = _event_schema(settings)
    batch = {
        "type": "object",
        "required": ["events"],
        "additionalProperties": False,
        "properties": {"events": {"type": "array", "minItems": 1, "maxItems": settings.max_events, "items": event}},
    }
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": f"The batch takes effect once, however often it is sent in {settings.idempotency_hours} hours.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 128},
    }
    caps = (
        f"At most {settings.max_events} events and {settings.max_body_bytes} bytes, which must arrive within "
        f"{settings.body_timeout_s:g} s. `Content-Encoding: gzip` is welcome: the limit holds for the content, and "
        f"past a million bytes for {settings.max_gzip_ratio} times what was sent."
    )
    return {
        "parameters": [key],
        "requestBody": {
            "required": True,
            "description": caps,
            "content": {"application/json": {"schema": batch}, "application/x-ndjson": {"schema": event}},
        },
        "responses": {
            "200": {
                "description": "accepted + duplicates + rejected_count = events sent; the accepted ones are committed",
                "content": {"application/json": {"schema": _ANSWER}},
            },
            **{str(status): _problem() for status in (400, 408, 409, 413, 415)},
            "422": _problem(**_ANSWER["properties"]),
            **_DOOR,
        },
        "security": _KEY,
    }


_ANSWER: dict[str, Any] = {
    "type": "object",
    "required": ["accepted", "duplicates", "rejected", "rejected_count"],
    "properties": {
        "accepted": _COUNT,
        "duplicates": _COUNT | {"description": "taken before: by Idempotency-Key or event_id"},
        "rejected": {
            "type": "array",
            "maxItems": LISTED_REJECTIONS,
            "items": {
                "type": "object",
                "required": ["index", "field", "code", "message"],
                "properties": {
                    "index": _COUNT | {"description": "place of the event in the request"},
                    "field": {"type": ["string", "null"]},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
        "rejected_count": _COUNT | {"description": f"all of them; `rejected` lists the first {LISTED_REJECTIONS}"},
    },
}


def _event_schema(settings: Settings) -> dict[str, Any]:
    schema = EVENT.json_schema()
    fields = schema["properties"]
    for name in ("cost", "revenue"):
        fields[name]["maximum"] = settings.max_money
        fields[name]["description"] += "; at most 6 decimals"
    fields["metadata"]["description"] += (
        f"; at most {settings.max_metadata_bytes} bytes as compact JSON, and {settings.max_metadata_depth} levels deep"
    )
    fields["ts"]["description"] += f"; at most {settings.future_hours:g} hours from now"
    if settings.retention_days is not None:
        fields["ts"]["description"] += f", and at most {settings.retention_days} days old"
    return schema


def report_openapi(settings: Settings) -> dict[str, Any]:
    """The operation object of GET /report, with this server's limits.

    The first examples together make one question that has an answer: the page fills them in.
    """
    return {
        "description": "Totals over a window; with `granularity` or `group_by` also rows, which sum to the totals. "
        "Every event that was acknowledged is in it.",
        "parameters": [
            {
                "name": name,
                "in": "query",
                "required": name == "start",
                "explode": True,
                "description": each.description,
                "schema": {"type": "array", "items": each.schema} if name in REPEATABLE else each.schema,
                "examples": {key: {"value": value} for key, value in each.examples.items()},
            }
            for name, each in _parameters(settings).items()
        ],
        "responses": {
            "200": {
                "description": "The report",
                "content": {"application/json": {"schema": _report_schema()}, "text/csv": {"schema": _TEXT}},
            },
            "422": _problem(parameter=_TEXT),
            "504": _problem(),
            **_DOOR,
        },
        "security": _KEY,
    }


class _Parameter(NamedTuple):
    description: str
    schema: dict[str, Any]
    examples: dict[str, Any]


def _parameters(settings: Settings) -> dict[str, _Parameter]:
    relative = {"pattern": "^-[0-9]{1,6}[mhdw]$"}
    when = {"type": "string", "anyOf": [relative, {"format": "date"}, {"format": "date-time"}]}
    key = {"type": "string", "minLength": 1}
    order = "|".join((*METRICS, BY_NAME))
    names = "|".join(METRICS)
    return {
        "campaign_id": _Parameter(
            "A campaign; repeat it for several, leave it out for all.",
            {"type": "string", "minLength": 1, "maxLength": TEXT_LENGTH},
            {"one": ["CAMP-123"], "two": ["CAMP-123", "CAMP-124"]},
        ),
        "start": _Parameter(
            "Where the window starts: `-15m`, `-1h`, `-7d`, `-2w` before now, a date (where that day begins in "
            "`timezone`), or RFC 3339. Widened to a whole minute. "
            f"At most {settings.max_range_days} days before `end`.",
            when,
            {"a date": "2025-09-24", "relative": "-1h", "an instant": "2025-09-24T06:00:00Z"},
        ),
        "end": _Parameter(
            "Where it ends, exclusive; written as `start`. Default: now.",
            when,
            {"a date": "2025-09-25", "relative": "-1d"},
        ),
        "granularity": _Parameter(
            f"A row for every bucket of time; empty ones are present and zero. At most {settings.max_buckets} buckets.",
            {"type": "string", "enum": list(GRANULARITIES)},
            {"by the hour": "hour"},
        ),
        "timezone": _Parameter(
            "The IANA time zone of dates and buckets. Days have 23 or 25 hours where clocks change.",
            {"type": "string", "format": "iana-time-zone", "default": "UTC"},
            {"India": "Asia/Kolkata", "New York": "America/New_York"},
        ),
        "group_by": _Parameter(
            f"A row for every {', '.join(FIELDS)}, or value of a metadata key. Group `null`: events without the key.",
            key,
            {"a metadata key": "geo", "campaigns": "campaign_id"},
        ),
        "filter": _Parameter(
            "Only events of this group, as `key:value` or as the JSON object that a row has as its `filter`; repeat it "
            "for several, which then must all match.",
            {"type": "string", "pattern": r"^[^:{][^:]*:|^\{.*\}$"},
            {"one": ["geo:IN"], "two": ["geo:IN", "device:mobile"], "without": ['{"geo": null}']},
        ),
        "metrics": _Parameter(
            "The columns, separated by commas. `unique_users` (reach) has to be asked for: it is counted from single "
            f"events, over at most {settings.max_reach_days} days. "
            + " ".join(f"`{name}`: {metric.description}" for name, metric in METRICS.items()),
            {
                "type": "string",
                "pattern": f"^({names})(,({names}))*$",
                "default": ",".join(DEFAULT_METRICS),
            },
            {"rates": "impressions,clicks,ctr", "reach": "impressions,unique_users"},
        ),
        "order_by": _Parameter(
            "The order of groups: a metric (default `impressions`), greatest first, or `group`; `:asc` or `:desc` "
            "turns it round. Undefined ratios come last.",
            {"type": "string", "pattern": f"^({order})(:(asc|desc))?$", "default": "impressions"},
            {"by revenue": "revenue", "cheapest click": "cpc:asc"},
        ),
        "limit": _Parameter(
            "The most groups; the others are summed as one, `(other)`, so that rows still sum to the totals.",
            {"type": "integer", "minimum": 1, "maximum": settings.max_groups, "default": settings.max_groups},
            {"ten": 10},
        ),
        "compare": _Parameter(
            "Adds the window directly before, as long as this one (whole months: as many months; whole days: as many "
            "days), and the change: 0.25 is a quarter more.",
            {"type": "string", "enum": list(COMPARISONS)},
            {"the window before": "previous"},
        ),
        "format": _Parameter(
            "`csv` has the same columns, money with six decimals.",
            {"type": "string", "enum": list(FORMATS), "default": "json"},
            {"a table": "csv"},
        ),
    }


def _report_schema() -> dict[str, Any]:
    instant = {"type": ["string", "null"], "format": "date-time"}
    text = {"type": ["string", "null"]}
    kinds: dict[str, dict[str, Any]] = {
        "count": {"type": "integer", "minimum": 0},
        "money": {"type": "number", "minimum": 0},
        "ratio": {"type": ["number", "null"], "minimum": 0},
    }
    figures = {name: {**kinds[metric.kind], "description": metric.description} for name, metric in METRICS.items()}
    changes = {name: {"type": ["number", "null"]} for name in METRICS}

    def record(properties: dict[str, Any], *optional: str) -> dict[str, Any]:
        required = [name for name in properties if name not in (*METRICS, *optional)]
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}

    compared = {
        "previous": {"oneOf": [record({"bucket": instant, **figures}), {"type": "null"}]},
        "change": {"oneOf": [record(changes), {"type": "null"}]},
    }
    excluded = {"type": "object", "properties": {"not": {"type": "array", "items": text}}, "required": ["not"]}
    condition = {"type": "object", "additionalProperties": {"oneOf": [text, excluded]}}
    found = {
        "oneOf": [condition, {"type": "null"}],
        "description": "The value of `filter` that finds this row's group.",
    }
    query = {
        "campaign_id": {"type": "array", "items": _TEXT},
        "start": instant,
        "end": instant,
        "granularity": {"enum": [*GRANULARITIES, None]},
        "timezone": _TEXT,
        "group_by": text,
        "filter": condition,
        "metrics": {"type": "array", "items": {"enum": list(METRICS)}},
    }
    answer = {
        "query": record(query),
        "totals": record(figures),
        "rows": {
            "type": "array",
            "items": record(
                {"bucket": instant, "group": text, "filter": found, **figures, **compared}, "filter", *compared
            ),
        },
        "previous": record({"start": instant, "end": instant, "totals": record(figures)}),
        "change": record(changes),
        "meta": record(
            {
                "variant": _TEXT,
                "took_ms": {"type": "number"},
                "lag_ms": {"type": "integer"},
                "groups": {"type": "integer"},
                "hints": {"type": "array", "items": _TEXT},
            },
            "lag_ms",
            "groups",
            "hints",
        ),
    }
    return record(answer, "rows", "previous", "change")
