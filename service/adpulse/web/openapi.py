"""The published contract: keys, and the errors of every operation, generated from what the code uses.

What brings events: adpulse.web.openapi_events. The parameters and the answer of GET /report are models:
adpulse.reports.parameters and adpulse.reports.answer.
"""

from typing import Any

from adpulse.problems import document

TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": 0}


def problem_reply(status: int, code: str, detail: str, **more: tuple[dict[str, Any], Any]) -> dict[str, Any]:
    """Return an error reply with an example.

    `more` are members beside the four of every problem document, each as its schema and its example.
    """
    members = {
        "type": {"type": "string", "pattern": "^urn:adpulse:[a-z_]+$"},
        "title": TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": TEXT,
    }
    properties = members | {name: schema for name, (schema, _) in more.items()}
    schema = {"type": "object", "required": list(members), "properties": properties}
    example = document(status, code, detail) | {name: value for name, (_, value) in more.items()}
    return {
        "description": f"RFC 9457 problem document, such as: {detail}",
        "content": {"application/problem+json": {"schema": schema, "example": example}},
    }


# The ways to send a key. {} means none: the server may have no keys.
SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "a key as `adpulse keys new` makes it"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "the same key"},
    "address": {"type": "apiKey", "in": "query", "name": "key", "description": "a public key, to write"},
}
KEY: list[dict[str, list[str]]] = [{"bearer": []}, {"header": []}, {}]
WRITE_KEY: list[dict[str, list[str]]] = [{"address": []}, *KEY]
_LATER = {"headers": {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds"}}}
_LIMITED = {
    "headers": {
        **_LATER["headers"],
        "RateLimit-Policy": {"schema": TEXT, "description": "the rates of this key: quota q in each w seconds"},
        "RateLimit": {"schema": TEXT, "description": "what is left, r, and the seconds t until there is more"},
    }
}
_UNAVAILABLE = problem_reply(503, "unavailable", "The database cannot be reached.") | _LATER
# Replies that may come before the endpoint is called.
GUARD = {
    "400": problem_reply(400, "header", "The request has more than one content-type."),
    "401": problem_reply(401, "key_missing", "Send a key: Authorization: Bearer …, or X-API-Key: …")
    | {"headers": {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "how to send a key"}}},
    "403": problem_reply(403, "scope", "This key is not one for scope read."),
    "421": problem_reply(
        421, "host_not_allowed", "As long as there are no keys, the service answers to localhost only."
    ),
    "429": problem_reply(429, "rate_limited", "This key has used up its rate; try again in 2 s.") | _LIMITED,
    "503": _UNAVAILABLE,
}
METRICS_OPENAPI = {"security": KEY, "responses": GUARD}
READY_OPENAPI = {"responses": {"503": _UNAVAILABLE}}


def report_responses() -> dict[int | str, dict[str, Any]]:
    """Return what GET /report may answer, beside the model of its JSON."""
    return {
        200: {"description": "The report", "content": {"text/csv": {"schema": TEXT}}},
        422: problem_reply(422, "invalid_parameter", "start must be before end.", parameter=(TEXT, "start")),
        504: problem_reply(504, "report_timeout", "The report took longer than 5000 ms; take a shorter window."),
        **{int(status): each for status, each in GUARD.items()},
    }
