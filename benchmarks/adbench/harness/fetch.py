"""One question over HTTP, whose answer may be a refusal. Nothing of it stays open."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import responses

from adbench.harness.patience import PATIENCE_S


@dataclass(frozen=True)
class Answer:
    """The status and the body of an answer."""

    status: int
    body: bytes

    @property
    def said(self) -> str:
        """Return the status as people know it, such as `401 Unauthorized`."""
        return f"{self.status} {responses.get(self.status, '')}".rstrip()


def fetch(url: str, headers: Mapping[str, str] | None = None, timeout_s: float = PATIENCE_S) -> Answer:
    """Return the answer to a GET. Raise OSError, HTTPException or ValueError when there is none."""
    request = urllib.request.Request(url, headers=dict(headers or {}))  # noqa: S310 — our own address, or the user's
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as reply:  # noqa: S310 — the same
            return Answer(reply.status, reply.read())
    except urllib.error.HTTPError as refusal:
        with refusal:  # closes it, because it holds the connection
            return Answer(refusal.code, refusal.read())
