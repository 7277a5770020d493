"""The published contract: what /docs says of POST /events and GET /report, generated from what the code uses."""

from typing import Any, NamedTuple

from adpulse.calendar import GRANULARITIES
from adpulse.event.contract import EVENT
from adpulse.event.limits import TEXT_LENGTH
from adpulse.ingest.batch import LISTED_REJECTIONS
from adpulse.problems import document
from adpulse.reports.filters import FIELDS
from adpulse.reports.metrics import DEFAULT_METRICS, METRICS
from adpulse.reports.query import BY_NAME, COMPARISONS, FORMATS, REPEATABLE
from adpulse.settings import Settings

_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}


def _problem(status: int, code: str, detail: str, **more: tuple[dict[str, Any], Any]) -> dict[str, Any]:
    """Return a reply that says what is wrong, with an example.

    `more` are members beside the four of every problem document, each as its schema and its example.
    """
    members = {
        "type": {"type": "string", "pattern": "^urn:adpulse:[a-z_]+$"},
        "title": _TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": _TEXT,
    }
    properties = members | {name: schema for name, (schema, _) in more.items()}
    schema = {"type": "object", "required": list(members), "properties": properties}
    example = document(status, code, detail) | {name: value for name, (_, value) in more.items()}
    return {
        "description": f"RFC 9457 problem document, such as: {detail}",
        "content": {"application/problem+json": {"schema": schema, "example": example}},
    }


# How a key is sent; the empty one because the server may have no keys.
SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "a key as `adpulse keys new` makes it"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "the same key"},
}
_KEY: list[dict[str, list[str]]] = [{"bearer": []}, {"header": []}, {}]
_LATER = {"headers": {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds"}}}
_UNAVAILABLE = _problem(503, "unavailable", "The database cannot be reached.") | _LATER
# What may be answered before the endpoint is asked.
_GUARD = {
    "400": _problem(400, "header", "The request has more than one content-type."),
    "401": _problem(401, "key_missing", "Send a key: Authorization: Bearer …, or X-API-Key: …")
    | {"headers": {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "how to send a key"}}},
    "403": _problem(403, "scope", "This key is not one for scope read."),
    "421": _problem(421, "host_not_allowed", "As long as there are no keys, the service answers to localhost only."),
    "429": _problem(429, "rate_limited", "This key has used up its rate; try again in 2 s.") | _LATER,
    "503": _UNAVAILABLE,
}
METRICS_OPENAPI = {"security": _KEY, "responses": _GUARD}
READY_OPENAPI = {"responses": {"503": _UNAVAILABLE}}

_REFUSED = (
    (400, "malformed_json", "The body is not valid JSON."),
    (408, "timeout", "The body took longer than 10 s."),
    (409, "idempotency_key_reused", "This Idempotency-Key was used before, with another body."),
    (413, "too_large", "The body has more than 10000000 bytes; split the batch."),
    (415, "content_type", "Send application/json or application/x-ndjson."),
)
_EXAMPLE_EVENT = {
    "ts": "2025-09-24T06:59:31Z",
    "campaign_id": "CAMP-123",
    "user_id": "U1",
    "event_type": "click",
    "cost": 0.01,
    "metadata": {"geo": "IN"},
}
_EXAMPLE_ANSWER = {
    "accepted": 0,
    "duplicates": 0,
    "rejected": [{"index": 0, "field": "ts", "code": "timezone", "message": "has no time zone; end it with Z"}],
    "rejected_count": 1,
}


def events_openapi(settings: Settings) -> dict[str, Any]:
    """Return the operation object of POST /events, with this server's limits."""
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
            "content": {
                "application/json": {"schema": batch, "example": {"events": [_EXAMPLE_EVENT]}},
                "application/x-ndjson": {"schema": event, "example": _EXAMPLE_EVENT},
            },
        },
        "responses": {
            "200": {
                "description": "accepted + duplicates + rejected_count = events sent; the accepted ones are committed",
                "content": {
                    "application/json": {
                        "schema": _ANSWER,
                        "example": {"accepted": 1, "duplicates": 0, "rejected": [], "rejected_count": 0},
                    }
                },
            },
            **_GUARD,
            **{str(status): _problem(status, code, detail) for status, code, detail in _REFUSED},
            "422": _problem(
                422,
                "all_rejected",
                "No event of the request was accepted.",
                **{name: (schema, _EXAMPLE_ANSWER[name]) for name, schema in _ANSWER["properties"].items()},
            ),
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
        fields[name].pop("multipleOf", None)  # validators divide doubles: 0.0105 is no multiple of 0.000001 to them
        fields[name]["description"] += "; at most 6 decimals"
    fields["metadata"]["description"] += (
        f"; at most {settings.max_metadata_bytes} bytes as compact JSON, and {settings.max_metadata_depth} levels deep"
    )
    fields["ts"]["description"] += f"; at most {settings.future_hours:g} hours from now"
    if settings.retention_days is not None:
        fields["ts"]["description"] += f", and at most {settings.retention_days} days old"
    return schema


def report_openapi(settings: Settings) -> dict[str, Any]:
    """Return the operation object of GET /report, with this server's limits.

    The page fills in what it finds as an example or a default of a parameter: only `start` has one, which is required.
    Examples of the others are in their schemas.
    """
    return {
        "description": "Totals over a window; with `granularity` or `group_by` also rows, which sum to the totals. "
        "Every event that was acknowledged is in it.",
        "parameters": [_published(name, each) for name, each in _parameters(settings).items()],
        "responses": {
            "200": {
                "description": "The report",
                "content": {"application/json": {"schema": _report_schema()}, "text/csv": {"schema": _TEXT}},
            },
            "422": _problem(422, "invalid_parameter", "start must be before end.", parameter=(_TEXT, "start")),
            "504": _problem(504, "report_timeout", "The report took longer than 5000 ms; take a shorter window."),
            **_GUARD,
        },
        "security": _KEY,
    }


class _Parameter(NamedTuple):
    description: str
    schema: dict[str, Any]
    examples: dict[str, Any]


def _published(name: str, parameter: _Parameter) -> dict[str, Any]:
    """Return the parameter object of OpenAPI."""
    schema = {key: value for key, value in parameter.schema.items() if key != "default"}
    description = parameter.description
    if "default" in parameter.schema:
        description += f" Default: `{parameter.schema['default']}`."
    published = {"name": name, "in": "query", "required": name == "start", "explode": True, "description": description}
    if name in REPEATABLE:
        schema = {"type": "array", "items": schema}
    published["schema"] = schema | {"examples": list(parameter.examples.values())}
    if name == "start":
        published["examples"] = {key: {"value": value} for key, value in parameter.examples.items()}
    return published


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
            {"relative": "-1h", "a date": "2025-09-24", "an instant": "2025-09-24T06:00:00Z"},
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
