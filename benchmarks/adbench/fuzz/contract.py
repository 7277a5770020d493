"""The promises of a reply: those of the OpenAPI document, of HTTP, and of the sum rule."""

import json
from typing import Any

from jsonschema import Draft202012Validator

from adbench.fuzz import rules
from adbench.fuzz.wire import HOST, Reply, Request

MOST_HEAD_BYTES = 65_536
MISSING = (404, 405)  # statuses for a path or a method that the document does not have
_FIELDS = ("Content-Type", "Content-Encoding", "Idempotency-Key")  # headers that may not come with two values


class Contract:
    """The document, ready to judge."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._operations = {
            (method.upper(), path): operation["responses"]
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        }
        self._components = document.get("components", {})
        self._problem: dict[str, Any] = self._operations["POST", "/events"]["400"]["content"]
        self._validators: dict[tuple[str, str, str, str], Draft202012Validator] = {}

    def judge(self, request: Request, reply: Reply) -> tuple[Any, str | None]:
        """Return the reply's content where it is JSON, and what is wrong with the reply; None when nothing is."""
        if reply.status >= 500:
            return None, f"status {reply.status}"
        if request.head_bytes > MOST_HEAD_BYTES and reply.status != 431:
            return None, f"status {reply.status} for a head of {request.head_bytes} bytes"
        allowed = self._allowed(request, reply.status)
        if allowed is None:
            return None, f"status {reply.status} is not documented"
        kind = reply.headers.get("content-type", "").partition(";")[0]
        if kind not in allowed:
            return None, f"content type {kind!r} of a {reply.status} is not documented"
        if request.method == "HEAD" and reply.body:
            return None, "an answer to HEAD has a body"
        if (fault := rules.of_headers(request, reply)) is not None:
            return None, fault
        if kind == "text/csv" and request.method != "HEAD":
            return None, rules.of_table(reply.body.decode())
        if kind == "image/gif":
            return None, rules.of_pixel(request, reply)
        if not kind.endswith("json") or request.method == "HEAD":
            return None, None
        key = (request.method, request.path, str(reply.status), kind)
        if key not in self._validators:
            self._validators[key] = Draft202012Validator(
                {"components": self._components, **allowed[kind].get("schema", {})}
            )
        try:
            content = json.loads(reply.body, parse_constant=_refuse)
        except ValueError:
            return None, "the body is no JSON"
        error = next(self._validators[key].iter_errors(content), None)
        if error is not None:
            return None, f"{error.json_path}: {error.message[:200]}"
        if kind == "application/problem+json" and content["status"] != reply.status:
            return None, "the problem document has another status"
        if (request.method, request.path, reply.status) == ("POST", "/events", 200):
            return content, rules.of_batch(request, content)
        if (request.method, request.path, reply.status) == ("GET", "/report", 200):
            return content, rules.of_report(reply)
        return content, None

    def _allowed(self, request: Request, status: int) -> dict[str, Any] | None:
        """Return the content that a reply with this status may have, by media type; None where it may not be."""
        # Statuses of any request, which the document does not list for each operation.
        if status == 421:
            return self._problem if request.host != HOST else None
        if status == 431:
            return self._problem if request.head_bytes > MOST_HEAD_BYTES else None
        if status == 400 and (request.host != HOST or _contradicts(request) or request.method == "OPTIONS"):
            # The last is what a page asks beforehand (preflight).
            return self._problem | self._content(request, status)
        method = "GET" if request.method == "HEAD" else request.method  # every GET answers HEAD
        responses = self._operations.get((method, request.path))
        if responses is None:
            return self._problem if status in MISSING else None
        return self._content(request, status) if str(status) in responses else None

    def _content(self, request: Request, status: int) -> dict[str, Any]:
        """Return the documented content of a reply with this status, by media type."""
        method = "GET" if request.method == "HEAD" else request.method
        responses = self._operations.get((method, request.path), {})
        content: dict[str, Any] = responses.get(str(status), {}).get("content", {})
        return content


def _contradicts(request: Request) -> bool:
    """Return True if a header that must be one has two values."""
    values: dict[str, set[bytes]] = {}
    for name, value in request.headers:
        values.setdefault(name.lower(), set()).add(value)
    return any(len(values.get(name.lower(), ())) > 1 for name in _FIELDS)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
