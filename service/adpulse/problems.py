"""Errors as RFC 9457 problem documents. They never repeat the input."""

from typing import Any

import orjson
from starlette.responses import Response

RETRY_AFTER_S = "1"


def document(status: int, code: str, detail: str) -> dict[str, Any]:
    """Return the members that every problem document has: `code` is a stable word, `detail` our own sentence."""
    return {"type": f"urn:adpulse:{code}", "title": code.replace("_", " "), "status": status, "detail": detail}


def problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> Response:
    """Return a reply with a problem document (RFC 9457), which has the members `more` beside its own."""
    content = orjson.dumps(document(status, code, detail) | more)
    return Response(content, status, headers, media_type="application/problem+json")


def unavailable(detail: str) -> Response:
    """Return a 503 with `Retry-After: 1`: the sender should send the same request again."""
    return problem(503, "unavailable", detail, {"Retry-After": RETRY_AFTER_S})
