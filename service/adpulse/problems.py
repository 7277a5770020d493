"""Errors as RFC 9457 problem documents. They never repeat what was sent."""

from typing import Any

import orjson
from starlette.responses import Response

RETRY_AFTER_S = "1"


def document(status: int, code: str, detail: str) -> dict[str, Any]:
    """What every problem document says: `code` is a stable word, `detail` a sentence of ours."""
    return {"type": f"urn:adpulse:{code}", "title": code.replace("_", " "), "status": status, "detail": detail}


def problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> Response:
    """A problem document as a reply; `more` members stand beside its own."""
    content = orjson.dumps(document(status, code, detail) | more)
    return Response(content, status, headers, media_type="application/problem+json")


def unavailable(detail: str) -> Response:
    """503: sending the same again, in a second, is the right thing to do."""
    return problem(503, "unavailable", detail, {"Retry-After": RETRY_AFTER_S})
