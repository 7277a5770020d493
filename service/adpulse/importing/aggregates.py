"""Refuse aggregated files: a row that stands for many events cannot become events."""

import re
from typing import Any

from adpulse.importing.errors import ImportFailed
from adpulse.terminal import counted

# Columns of daily exports, as the large platforms call them.
_COUNTS = re.compile(
    r"(?:total[ _])?(?:impr\.?|impressions?|views|clicks|conversions|installs|purchases|all[ _]conv\.?)"
    r"(?:[ _](?:all|total|unique))?",
    re.IGNORECASE,
)


def refuse(header: list[str], rows: list[list[Any]], used: set[str], name: str) -> None:
    """Raise ImportFailed when a column counts events and has a number above one. `used`: columns of the mapping."""
    for place, column in enumerate(header):
        if column in used or not _COUNTS.fullmatch(column.strip()):
            continue
        counts = (_number(row[place]) for row in rows if len(row) > place)
        if (most := max(counts, default=0)) > 1:
            raise ImportFailed(
                f"{name} is an aggregated export: a row stands for up to {counted(most, 'event')} (column {column!r}). "
                "adpulse stores single events, with their times and users, and adds them up itself: export the events "
                "(raw data, log-level data). If the column is something else, name it: "
                f"--metadata {column!r}",
                usage=True,
            )


def _number(value: Any) -> int:
    if isinstance(value, int):
        return value
    text = str(value).replace(",", "").replace(".", "").replace(" ", "")
    return int(text) if text.isdecimal() and text.isascii() else 0
