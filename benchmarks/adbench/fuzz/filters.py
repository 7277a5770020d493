"""What a group shows, its filter finds: reports that are asked once more by the filter that each of their rows names."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import requests

KEYS = ("geo", "device", "placement", "a", "")
MOST = 40  # rows of a report that are asked for again
SUMS = ("impressions", "clicks", "conversions", "cost", "revenue")


@dataclass
class Asked:
    """How many rows had a filter, and what was wrong with the answer to it."""

    rows: int = 0
    wrong: list[str] = field(default_factory=list)


def ask(address: str, keys: Sequence[str] = KEYS) -> Asked:
    """Ask for groups of all that is stored, and for each by its filter. Nobody may write meanwhile."""
    asked = Asked()
    window = {"start": "1970-01-02T00:00:00Z"}
    with requests.Session() as session:
        for key in keys:
            reply = session.get(f"{address}/report", params=window | {"group_by": key, "limit": str(MOST)}, timeout=120)
            for row in reply.json().get("rows", []) if reply.status_code == 200 else []:
                if not row.get("filter"):
                    continue  # the rest of all groups
                asked.rows += 1
                pairs = [f"{name}:{value}" for name, value in row["filter"].items()]
                again = session.get(f"{address}/report", params=window | {"filter": pairs}, timeout=120)
                found = again.json().get("totals", {})
                if any(found.get(name) != row[name] for name in SUMS):
                    asked.wrong.append(f"group_by={key}: {row} and by its filter {again.status_code} {found}"[:1_000])
    return asked
