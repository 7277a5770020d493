"""What the OpenAPI document promises of a reply, whoever made the request."""

import json
from typing import Any

from jsonschema import Draft202012Validator

from adbench.fuzz.wire import Reply, Request

# Of a path or a method that the document does not have, or of a head with a header twice.
_OTHER: dict[str, dict[str, Any]] = {"400": {}, "404": {}, "405": {}}


class Contract:
    """The document, ready to judge."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._operations = {
            (method.upper(), path): operation["responses"]
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        }
        problem = self._operations["POST", "/events"]["400"]["content"]
        self._undocumented = {status: {"content": problem} for status in _OTHER}
        self._validators: dict[tuple[str, str, str, str], Draft202012Validator] = {}

    def judge(self, request: Request, reply: Reply) -> tuple[Any, str | None]:
        """The reply's content where it is JSON, and what is wrong with the reply; None when nothing is."""
        if reply.status >= 500:
            return None, f"status {reply.status}"
        method = "GET" if request.method == "HEAD" else request.method  # every GET answers HEAD
        responses = self._operations.get((method, request.path), self._undocumented)
        response = responses.get(str(reply.status))
        if response is None:
            return None, f"status {reply.status} is not documented"
        kind = reply.headers.get("content-type", "").partition(";")[0]
        if kind not in response["content"]:
            return None, f"content type {kind!r} of a {reply.status} is not documented"
        if not kind.endswith("json") or request.method == "HEAD":
            return None, None
        key = (request.method, request.path, str(reply.status), kind)
        if key not in self._validators:
            self._validators[key] = Draft202012Validator(response["content"][kind].get("schema", {}))
        try:
            content = json.loads(reply.body, parse_constant=_refuse)
        except ValueError:
            return None, "the body is no JSON"
        error = next(self._validators[key].iter_errors(content), None)
        if error is not None:
            return None, f"{error.json_path}: {error.message[:200]}"
        if reply.status >= 400 and content["status"] != reply.status:
            return None, "the problem document has another status"
        return content, None


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
