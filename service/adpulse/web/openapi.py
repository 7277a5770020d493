"""The published contract: POST /events, and the errors of every operation, generated from what the code uses.

The parameters and the answer of GET /report are models: adpulse.reports.parameters and adpulse.reports.answer.
"""

from typing import Any

from adpulse.event.contract import EVENT
from adpulse.ingest.batch import LISTED_REJECTIONS
from adpulse.problems import document
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
KEY: list[dict[str, list[str]]] = [{"bearer": []}, {"header": []}, {}]
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
METRICS_OPENAPI = {"security": KEY, "responses": _GUARD}
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
        "security": KEY,
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


def report_responses() -> dict[int | str, dict[str, Any]]:
    """Return what GET /report may answer, beside the model of its JSON."""
    return {
        200: {"description": "The report", "content": {"text/csv": {"schema": _TEXT}}},
        422: _problem(422, "invalid_parameter", "start must be before end.", parameter=(_TEXT, "start")),
        504: _problem(504, "report_timeout", "The report took longer than 5000 ms; take a shorter window."),
        **{int(status): each for status, each in _GUARD.items()},
    }
