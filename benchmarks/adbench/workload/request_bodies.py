"""Events as they are sent: a moment of dense traffic, in the bodies of requests."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from adbench.workload.dataset import BLOCK, Dataset

# A day of traffic at this rate, of which the last moments are sent: what a COPY then holds is what it holds live.
RATE = 150_000
BUSY_RATE = 10_000  # that of a busy hour: a batch of a slow day would spread over more roll-up rows than a live one
BODIES = {1: 64, 10: 64, 100: 32, 1_000: 16, 5_000: 8}  # different ones of a size
COLUMNS = ("ts", "campaign_id", "user_id", "event_type", "cost_micros", "revenue_micros", "metadata", "event_id")
HOLE = "@" * 12  # see k6/closed.js
MOMENT = "~" * 18  # the same, for the first half of a UUID of version 7: milliseconds, version, client
REPEATED = 0.01  # share of events whose event_id has come before


# Kinds of ids, each from twenty random digits. Those of version 7 are neighbours in the index, the others lie anywhere.
IDS: dict[str, Callable[[str], str]] = {
    "ids": lambda raw: f"{raw[:8]}-{raw[8:12]}-4{raw[12:15]}-8{raw[15:18]}-{HOLE}",
    "ids-v7": lambda raw: f"{MOMENT}-8{raw[:3]}-{raw[3:15]}",
    "ids-text": lambda raw: f"order-{raw[:10]}-{HOLE}",
}


@dataclass(frozen=True)
class Cell:
    """One way to send events."""

    batch: int
    kind: str = "plain"  # plain, gzip, keyed (Idempotency-Key) or one of IDS (event_id, some of them repeated)

    @property
    def labels(self) -> dict[str, str]:
        return {"batch": str(self.batch), "kind": self.kind}


def live(end: datetime, seed: int, campaigns: int = 1_000) -> Dataset:
    """Return a day of dense traffic that ends then."""
    return Dataset(RATE * 86_400, end.replace(microsecond=0), days=1, campaigns=campaigns, seed=seed)


def events(data: Dataset, count: int) -> Iterator[dict[str, Any]]:
    """Return the last `count` events of a data set, or a few more blocks back."""
    blocks = -(-count // BLOCK) + 1
    for number in range(data.blocks - 1 - blocks, data.blocks - 1):
        for event in data.deliveries(data.block(number)):
            event.pop("event_id", None)
            yield event


def body(batch: list[dict[str, Any]]) -> bytes:
    """Return the body of a request."""
    return json.dumps({"events": batch}, separators=(",", ":")).encode()


def write_bodies(data: Dataset, cell: Cell, folder: Path) -> list[Path]:
    """Return the bodies of a cell, as files."""
    count = BODIES[cell.batch]
    source = events(data, count * cell.batch)
    rng = np.random.default_rng(data.seed)
    paths = []
    for number in range(count):
        batch = list(islice(source, cell.batch))
        if cell.kind in IDS:
            batch = list(_with_ids(batch, cell.kind, rng))
        text = body(batch)
        path = folder / f"{cell.kind}-{cell.batch}-{number}"
        path.write_bytes(gzip.compress(text, 6) if cell.kind == "gzip" else text)
        paths.append(path)
    return paths


def _with_ids(batch: list[dict[str, Any]], kind: str, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    # The fixed part is random; the gap is filled in for each request.
    written: list[str] = []
    for event in batch:
        if written and rng.random() < REPEATED:
            event_id = written[int(rng.integers(len(written)))]
        else:
            event_id = IDS[kind](rng.bytes(10).hex())
            written.append(event_id)
        yield event | {"event_id": event_id}


def busy_events(end: datetime, count: int) -> list[dict[str, Any]]:
    """Return `count` events as POST /events takes them, without ids, of the last full block before `end`."""
    data = Dataset(BUSY_RATE * 86_400, end, days=1)
    found = islice(data.deliveries(data.block(data.blocks - 2)), count)
    return [{key: value for key, value in event.items() if key != "event_id"} for event in found]


def records(found: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Return one tuple an event, in the order of COLUMNS."""
    return [
        (
            datetime.fromisoformat(event["ts"]),
            event["campaign_id"],
            event["user_id"],
            event["event_type"],
            round(event["cost"] * 1e6),
            round(event["revenue"] * 1e6),
            json.dumps(event["metadata"]),
            UUID(event["event_id"]) if "event_id" in event else None,
        )
        for event in found
    ]
