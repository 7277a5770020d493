"""The rule that a filter finds its group: reports are asked once more by the filter that each of their rows names."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product

import requests

from adbench.fuzz.rules import SUMS
from adbench.fuzz.values import METADATA
from adbench.harness.patience import PATIENCE_S

KEYS = ("campaign_id", "event_type", *METADATA)
DAYS = 1_000  # most days of a report; one may have 1,100
MOST = 40  # rows of a report that are asked for again


@dataclass
class Asked:
    """The number of rows with a filter, and the faults of the answers to it."""

    rows: int = 0
    wrong: list[str] = field(default_factory=list)


def ask(address: str, keys: Sequence[str] = KEYS) -> Asked:
    """Ask for groups of all that is stored, and for each by its filter. Nobody may write meanwhile."""
    asked = Asked()
    with requests.Session() as session:
        for window, key in product(_windows(), keys):
            reply = session.get(
                f"{address}/report", params=window | {"group_by": key, "limit": str(MOST)}, timeout=PATIENCE_S
            )
            if reply.status_code != 200:
                asked.wrong.append(f"group_by={key}: {reply.text}"[:1_000])
                continue
            for row in reply.json()["rows"]:
                if row["filter"] is None:
                    continue  # one that has no filter, because it would be too long
                asked.rows += 1
                named = {"filter": json.dumps(row["filter"])}
                again = session.get(f"{address}/report", params=window | named, timeout=PATIENCE_S)
                found = again.json().get("totals", {})
                if any(found.get(name) != row[name] for name in SUMS):
                    asked.wrong.append(f"group_by={key}: {row} and by its filter {again.status_code} {found}"[:1_000])
    return asked


def _windows() -> Iterator[dict[str, str]]:
    """Yield windows that together hold all that can be stored and lies in the past."""
    start, end = datetime(1970, 1, 1, tzinfo=UTC), datetime.now(UTC) + timedelta(days=2)
    while start < end:
        stop = min(start + timedelta(days=DAYS), end)
        yield {"start": start.isoformat(), "end": stop.isoformat()}
        start = stop
