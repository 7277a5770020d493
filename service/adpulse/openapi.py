"""The published contract: what /docs says of POST /events and GET /report, generated from what the code uses."""

from typing import Any

from adpulse.events import EVENT
from adpulse.reports import PARAMETERS, REPEATABLE
from adpulse.settings import Settings

_PROBLEM = {"description": "RFC 9457 problem document", "content": {"application/problem+json": {}}}


def events_openapi(settings: Settings) -> dict[str, Any]:
    """The operation object of POST /events, with this server's limits."""
    event = EVENT.json_schema()
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
    return {
        "parameters": [key],
        "requestBody": {
            "required": True,
            "description": f"At most {settings.max_events} events, {settings.max_body_bytes} bytes; gzip is welcome.",
            "content": {"application/json": {"schema": batch}, "application/x-ndjson": {"schema": event}},
        },
        "responses": {
            "200": {"description": "accepted + duplicates + rejected_count = events sent"},
            **{str(status): _PROBLEM for status in (400, 408, 409, 413, 415, 422, 503)},
        },
    }


def report_openapi() -> dict[str, Any]:
    """The operation object of GET /report."""
    parameters = []
    for name, (description, example) in PARAMETERS.items():
        text = {"type": "string"}
        schema = {"type": "array", "items": text} if name in REPEATABLE else text
        parameters.append(
            {
                "name": name,
                "in": "query",
                "required": name == "start",
                "description": description,
                "schema": schema,
                "example": example,
            }
        )
    return {
        "parameters": parameters,
        "responses": {
            "200": {"description": "The report", "content": {"application/json": {}, "text/csv": {}}},
            **{str(status): _PROBLEM for status in (422, 503, 504)},
        },
    }
