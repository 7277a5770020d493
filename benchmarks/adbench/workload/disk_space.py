"""Room for what a run is about to store. A full disk ends PostgreSQL, and with it a run of hours."""

import functools
import shutil

from adbench.errors import LabError
from adbench.records import store
from adpulse.database import disk
from adpulse.database.connections import Connection

LEAST = "heap"  # a design that nobody has measured stores at least what the control does

# A server that is reached through a socket is on this machine. A role that may not see its folder gets no row.
FOLDER = "SELECT setting FROM pg_settings WHERE name = 'data_directory' AND inet_server_addr() IS NULL"
MOST_LOG = "SELECT pg_size_bytes(current_setting('max_wal_size'))"


class SpaceError(LabError):
    """There is less free disk than a run needs; the text names both, and what needs less."""


def stored_bytes(variant: str, events: int) -> float:
    """Return the bytes that `events` take in a design, by the committed results of `adbench matrix`.

    The events are those of a data set (90 days); `posted_bytes` is for events that come as they happen. Of the sizes
    that were measured it is the largest that is not above `events`, or else the smallest: an event takes less the more
    there are.
    """
    measured = _measured()
    sizes = measured.get(variant) or measured[LEAST]
    nearest = max((size for size in sizes if size <= events), default=min(sizes))
    return sizes[nearest] * events


def posted_bytes(variant: str, events: int) -> float:
    """Return the bytes that `events` take in a design when they come as they happen, by the committed soaks.

    Such events are of a few minutes, so they hardly add to the roll-ups, as those of a data set of 90 days do. A design
    without a soak counts as loaded. Of several soaks it is the one with the most bytes an event.
    """
    grown = _grown().get(variant)
    return stored_bytes(variant, events) if grown is None else grown * events


async def ensure(connection: Connection, wanted: float, smaller: str, held: float = 0) -> None:
    """Raise SpaceError unless the server's disk has room for `wanted` bytes and the log of them.

    `smaller` says what would need less. `held` bytes count as free: what is there already, to be used or dropped.
    A server elsewhere, or one that does not tell its folder, is not looked at.
    """
    folder = await connection.fetchval(FOLDER)
    if folder is None:
        return
    try:
        free = shutil.disk_usage(folder).free + held
    except OSError:  # a server in a container: the folder is there, not here
        return
    needed = wanted + min(await connection.fetchval(MOST_LOG), wanted)
    if free < needed:
        raise SpaceError(
            f"this needs about {needed / 1e9:,.1f} GB of disk, and {free / 1e9:,.1f} GB are free under {folder}: "
            f"{smaller}, or {disk.ADVICE}"
        )


@functools.cache
def _measured() -> dict[str, dict[int, float]]:
    """Return bytes an event by design and by events stored; of two measurements of one size, the newer."""
    found: dict[str, dict[int, float]] = {}
    for result in store.load(store.COMMITTED.glob("*/*Z-matrix*.json")).values():
        for each in result.measurements:
            if result.what == "matrix" and each.name == "size.total":
                found.setdefault(each.labels["variant"], {})[int(each.labels["events"])] = each.value
    return found


@functools.cache
def _grown() -> dict[str, float]:
    """Return the bytes an event by which the tables of a design grew, the most of all committed soaks that tell."""
    most: dict[str, float] = {}
    for result in store.load(store.COMMITTED.glob("*/*Z-load-soak*.json")).values():
        sizes: dict[int, float] = {}
        for each in result.select("table.size"):
            at_s = int(each.labels["at_s"])
            sizes[at_s] = sizes.get(at_s, 0) + each.value
        if len(sizes) < 2:  # a service elsewhere, whose tables were not measured
            continue
        first, last = min(sizes), max(sizes)
        came = result.value("ingest.rate") * (last - first)
        most[result.variant] = max(most.get(result.variant, 0), (sizes[last] - sizes[first]) / came)
    return most
