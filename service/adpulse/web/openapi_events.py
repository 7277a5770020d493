"""The published contract of the ways to send events: POST /events, GET /pixel.gif and deliveries of Firehose."""

from typing import Any

from adpulse.event.contract import EVENT
from adpulse.ingest import pixel
from adpulse.ingest.batch import LISTED_REJECTIONS
from adpulse.ingest.formats.firehose import REQUEST_ID
from adpulse.ingest.formats.media_types import MEDIA_TYPES
from adpulse.settings import Settings
from adpulse.terminal import counted
from adpulse.web.openapi import COUNT, GUARD, KEY, TEXT, WRITE_KEY, problem_reply

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
_EXAMPLE_CLOUD_EVENT = {
    "specversion": "1.0",
    "id": "4711",
    "source": "/ads/server-1",
    "type": "com.example.click",
    "time": "2025-09-24T06:59:31Z",
    "data": {name: value for name, value in _EXAMPLE_EVENT.items() if name != "ts"},
}
_EXAMPLE_ANSWER = {
    "accepted": 0,
    "duplicates": 0,
    "rejected": [{"index": 0, "field": "ts", "code": "timezone", "message": "has no time zone; end it with Z"}],
    "rejected_count": 1,
}


def events_openapi(settings: Settings) -> dict[str, Any]:
    """Return the operation object of POST /events, with this server's limits."""
    return {
        "parameters": [_idempotency_key(settings)],
        "requestBody": {"required": True, "description": _bounds(settings), "content": _bodies(settings)},
        "responses": {
            "200": _TAKEN,
            **GUARD,
            **{str(status): problem_reply(status, code, detail) for status, code, detail in _REFUSED},
            "422": _all_rejected(),
        },
        "security": WRITE_KEY,
    }


def _idempotency_key(settings: Settings) -> dict[str, Any]:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "The batch takes effect once, however often it is sent in "
        f"{counted(settings.idempotency_hours, 'hour')}.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 128},
    }


def _bounds(settings: Settings) -> str:
    return (
        f"At most {counted(settings.max_events, 'event')} and {counted(settings.max_body_bytes, 'byte')}, "
        f"which must arrive within {settings.body_timeout_s:g} s. `Content-Encoding: gzip`, `deflate` and `zstd` "
        "are welcome: the limit holds for the content, and past a million bytes for "
        f"{settings.max_gzip_ratio} times what was sent."
    )


def _bodies(settings: Settings) -> dict[str, Any]:
    """Return the schema and example of a body, by media type."""
    event = _event_schema(settings)
    events = {"type": "array", "minItems": 1, "maxItems": settings.max_events, "items": event}
    batch = {
        "type": "object",
        "required": ["events"],
        "additionalProperties": settings.unknown_fields != "reject",
        "properties": {"events": events},
    }
    line = {"schema": event, "example": _EXAMPLE_EVENT}
    document = {"schema": {"anyOf": [batch, events]}, "example": {"events": [_EXAMPLE_EVENT]}}
    envelopes = {
        "application/cloudevents+json": {"schema": _cloud_event(event), "example": _EXAMPLE_CLOUD_EVENT},
        "application/cloudevents-batch+json": {
            "schema": events | {"items": _cloud_event(event)},
            "example": [_EXAMPLE_CLOUD_EVENT],
        },
    }
    return {name: envelopes.get(name, line if form.lines else document) for name, form in MEDIA_TYPES.items()}


def _all_rejected() -> dict[str, Any]:
    more = {name: (schema, _EXAMPLE_ANSWER[name]) for name, schema in _ANSWER["properties"].items()}
    return problem_reply(422, "all_rejected", "No event of the request was accepted.", **more)


def _cloud_event(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": TEXT,
            "source": TEXT,
            "type": TEXT,
            "time": {"type": "string", "format": "date-time", "description": "the `ts` of data without one"},
            "data": event | {"required": [name for name in event["required"] if name != "ts"]},
        },
    }


def pixel_openapi(settings: Settings) -> dict[str, Any]:
    """Return the operation object of GET /pixel.gif."""
    event = _event_schema(settings)
    parameters = [
        {
            "name": name,
            "in": "query",
            "required": name in event["required"] and name != "ts",
            "schema": event["properties"][name] | ({"type": "string"} if name == "event_id" else {}),
        }
        for name in pixel.PARAMETERS
    ]
    return {
        "description": "One event, for pages without JavaScript and for mail. `ts` is now if there is none; every "
        "other parameter becomes metadata. A HEAD stores nothing.",
        "parameters": parameters,
        "responses": {
            "200": {"description": "A transparent pixel; the event is committed", "content": {"image/gif": {}}},
            **GUARD,
            "422": _all_rejected(),
        },
        "security": WRITE_KEY,
    }


def firehose_openapi() -> dict[str, Any]:
    """Return the operation object of deliveries of Amazon Data Firehose."""
    record = {"type": "object", "required": ["data"], "properties": {"data": {"type": "string", "format": "byte"}}}
    delivery = {
        "type": "object",
        "required": ["records"],
        "properties": {"requestId": TEXT, "timestamp": COUNT, "records": {"type": "array", "items": record}},
    }
    reply = {
        "type": "object",
        "required": ["requestId", "timestamp"],
        "properties": {"requestId": TEXT, "timestamp": COUNT, "errorMessage": TEXT},
    }
    content = {"application/json": {"schema": reply}}
    refused = {
        status: {**said, "content": {**said["content"], **content}}
        for status, said in {
            **GUARD,
            **{str(status): problem_reply(status, code, detail) for status, code, detail in _REFUSED if status != 413},
            "422": problem_reply(422, "envelope", "The body must be a delivery of Amazon Data Firehose."),
        }.items()
    }
    return {
        "description": "The destination to give to a Firehose stream. Each record holds one event as JSON, or several, "
        "one a line. A delivery with an event that is rejected gets a 400, and its good events are stored once.",
        "parameters": [
            {
                "name": REQUEST_ID.decode(),
                "in": "header",
                "required": True,
                "description": "the delivery takes effect once",
                "schema": {"type": "string", "minLength": 1, "maxLength": 128},
            }
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": delivery}}},
        "responses": {"200": {"description": "All events are committed", "content": content}, **refused},
        "security": KEY,
    }


_ANSWER: dict[str, Any] = {
    "type": "object",
    "required": ["accepted", "duplicates", "rejected", "rejected_count"],
    "properties": {
        "accepted": COUNT,
        "duplicates": COUNT | {"description": "taken before: by Idempotency-Key or event_id"},
        "rejected": {
            "type": "array",
            "maxItems": LISTED_REJECTIONS,
            "items": {
                "type": "object",
                "required": ["index", "field", "code", "message"],
                "properties": {
                    "index": COUNT | {"description": "place of the event in the request"},
                    "field": {"type": ["string", "null"]},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
        "rejected_count": COUNT | {"description": f"all of them; `rejected` lists the first {LISTED_REJECTIONS}"},
    },
}

_TAKEN: dict[str, Any] = {
    "description": "accepted + duplicates + rejected_count = events sent; the accepted ones are committed",
    "content": {
        "application/json": {
            "schema": _ANSWER,
            "example": {"accepted": 1, "duplicates": 0, "rejected": [], "rejected_count": 0},
        }
    },
}


def _event_schema(settings: Settings) -> dict[str, Any]:
    schema = EVENT.json_schema()
    if settings.unknown_fields != "reject":
        schema["additionalProperties"] = True
    fields = schema["properties"]
    for name in ("cost", "revenue"):
        fields[name]["maximum"] = settings.max_money
        fields[name].pop("multipleOf", None)  # validators divide doubles, so 0.0105 would not be a multiple of 0.000001
        fields[name]["description"] += "; at most 6 decimals"
    fields["metadata"]["description"] += (
        f"; at most {counted(settings.max_metadata_bytes, 'byte')} as compact JSON, and "
        f"{counted(settings.max_metadata_depth, 'level')} deep"
    )
    fields["ts"]["description"] += f"; at most {settings.future_hours:g} h from now"
    if settings.retention_days is not None:
        fields["ts"]["description"] += f", and at most {counted(settings.retention_days, 'day')} old"
    return schema
