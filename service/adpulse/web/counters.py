"""GET /page.json: the counters of the page at /, read from the metrics of all workers."""

import asyncio
import hashlib
import os
import secrets
import time
from collections import defaultdict
from itertools import pairwise
from typing import Any

import asyncpg
import orjson
from starlette.requests import Request
from starlette.responses import Response

from adpulse import telemetry
from adpulse.auth.keyring import Holder
from adpulse.database.errors import UNAVAILABLE, SchemaError
from adpulse.web.state import State

# Metrics and dimensions are read once in each period, for any number of viewers.
COUNTERS_S = 1.0
DIMENSIONS_S = 30.0
_PATIENCE_S = 2.0

_OUTCOMES = ("accepted", "duplicate", "rejected")
_NO_STORE = {"Cache-Control": "no-store"}


class Counters:
    """The endpoint, and what it has read last."""

    def __init__(self) -> None:
        self._multiprocess_dir = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        # Behind a balancer each answer may come from another server, which has other counters.
        own = self._multiprocess_dir or secrets.token_hex()
        self._instance = hashlib.sha256(own.encode()).hexdigest()[:12]
        self._counted: dict[str, Any] = {}
        self._counted_at = float("-inf")
        self._dimensions: list[str] | None = None
        self._looked_at = float("-inf")

    async def get(self, request: Request) -> Response:
        """Return the counters since the start of the server, and the dimensions of the variant in force.

        A key for some campaigns gets no counters, which are of all. Without a database there are no dimensions.
        """
        holder: Holder | None = request.scope["holder"]
        own = holder is not None and holder.key.campaigns is not None
        content = {
            "instance": self._instance,
            "counters": None if own else self._counters(),
            "dimensions": await self._known_dimensions(request.app.state),
        }
        return Response(orjson.dumps(content), 200, _NO_STORE, "application/json")

    def _counters(self) -> dict[str, Any]:
        now = time.monotonic()
        if now - self._counted_at >= COUNTERS_S:
            self._counted, self._counted_at = read(self._multiprocess_dir), now
        return self._counted

    async def _known_dimensions(self, state: State) -> list[str] | None:
        now = time.monotonic()
        if now - self._looked_at >= (DIMENSIONS_S if self._dimensions is not None else COUNTERS_S):
            self._looked_at = now
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    self._dimensions = await state.reporter.dimensions()
            except (*UNAVAILABLE, asyncpg.PostgresError, SchemaError):
                self._dimensions = None
        return self._dimensions


def read(multiprocess_dir: str | None) -> dict[str, Any]:
    """Return the counters of events, of reasons to reject or refuse, and of reports by their time.

    `reports` has the bounds of a histogram in seconds, and how many reports lie below each and above the one before;
    the last count is of those beyond all bounds.
    """
    events = dict.fromkeys(_OUTCOMES, 0)
    rejected: dict[str, int] = {}
    unreadable: dict[str, int] = {}
    below: dict[float, int] = defaultdict(int)
    for sample in telemetry.samples(multiprocess_dir):
        name, labels, count = sample.name, sample.labels, sample.value
        if name == "adpulse_events_total" and labels["outcome"] in events:
            events[labels["outcome"]] = int(count)
        elif name == "adpulse_events_rejected_total":
            rejected[labels["code"]] = int(count)
        elif name == "adpulse_ingest_unreadable_total":
            unreadable[labels["code"]] = int(count)
        elif name == "adpulse_http_request_duration_seconds_bucket" and labels["route"] == "/report":
            below[float(labels["le"])] += int(count)  # adds up all methods
    bounds = sorted(below)
    counts = [more - fewer for fewer, more in pairwise([0, *(below[bound] for bound in bounds)])]
    return {
        "events": events,
        "rejected": rejected,
        "unreadable": unreadable,
        "reports": {"bounds_s": [bound for bound in bounds if bound != float("inf")], "counts": counts},
    }
