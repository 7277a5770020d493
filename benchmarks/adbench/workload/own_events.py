"""Events of a user's own files: into a database, or counted, through the reader of `adpulse import`.

A profile holds numbers only, no name and no value of an event: it may be shown where the events may not.
"""

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from adbench.harness.databases import connected
from adbench.workload.dataset import MIXES
from adbench.workload.profile import Events
from adpulse.importing import database, mapping
from adpulse.importing.chunk import RECORDS
from adpulse.importing.errors import ImportFailed
from adpulse.importing.rejects import Rejects
from adpulse.importing.run import Import, Outcome
from adpulse.importing.source import opened
from adpulse.maintenance.loop import run_round
from adpulse.settings import Settings
from adpulse.variants import migrate

LATE_S = 60  # behind the newest event before it
MOST_VALUES = 10_000  # of a key of metadata that are told apart
DAY_S = 86_400
_TS = slice(6, 14)  # of a row: microseconds, as copy_format.HEADS packs them


@dataclass(frozen=True)
class OwnEvents:
    """Files of events, with the preset or the file that says how to read them."""

    files: tuple[Path, ...]
    preset: str | None = None
    mapping: Path | None = None

    def imports(self, stack: ExitStack) -> Iterator[Import]:
        """Yield the import of each file; the stack closes it. Raise ImportFailed."""
        found = mapping.build(self.preset, self.mapping, {})
        for file in self.files:
            yield Import(stack.enter_context(opened(str(file))), found, Settings())


@dataclass(frozen=True)
class Profile:
    """The shape of a set of events. Shares are of all events."""

    events: int
    days: float  # from the first to the last
    campaigns: int
    largest: tuple[float, float, float]  # shares of the first 1, 10 and 100 campaigns
    events_of_a_user: float  # on average
    clicks: float  # shares
    conversions: float
    late: float  # share that comes LATE_S after a newer one
    values: tuple[int, ...]  # different ones of each key of metadata, most first; MOST_VALUES at most

    @property
    def events_per_day(self) -> int:
        """Return the average; of less than an hour, as if the hour went on so."""
        return math.ceil(self.events / max(self.days, 1 / 24))

    @property
    def described(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {**asdict(self), "events_per_day": self.events_per_day}


def profile(own: OwnEvents) -> Profile:
    """Count the events of some files that the service would accept. Raise ImportFailed when there are none."""
    campaigns: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    users: set[int] = set()
    values: dict[str, set[int]] = {}
    first, last, late = math.inf, -math.inf, 0
    with ExitStack() as stack:
        for each in own.imports(stack):
            for at, event in _accepted(each):
                late += at < last - LATE_S
                first, last = min(first, at), max(last, at)
                campaigns[event["campaign_id"]] += 1
                kinds[event["event_type"]] += 1
                users.add(hash(event["user_id"]))
                for key, value in event.get("metadata", {}).items():
                    known = values.setdefault(key, set())
                    if len(known) < MOST_VALUES:
                        known.add(hash(value if isinstance(value, str) else orjson.dumps(value)))
    total = campaigns.total()
    if not total:
        raise ImportFailed("there is no event that the service would accept; `adpulse import --dry-run` says why")
    return Profile(
        events=total,
        days=(last - first) / DAY_S,
        campaigns=len(campaigns),
        largest=_largest([count for _, count in campaigns.most_common()], total),
        events_of_a_user=total / len(users),
        clicks=kinds["click"] / total,
        conversions=kinds["conversion"] / total,
        late=late / total,
        values=tuple(sorted((len(found) for found in values.values()), reverse=True)),
    )


def generated(events: Events) -> Profile:
    """Return the same of a data set of the lab."""
    block, total = events.all, len(events.all)
    kinds = np.bincount(block.kind, minlength=3)
    counts = np.sort(np.bincount(block.campaign))[::-1]
    order = block.ts[np.argsort(block.arrival, kind="stable")]
    behind = np.maximum.accumulate(order) - order > LATE_S * 1_000_000
    values = [len({mix[key] for mix in MIXES}) for key in MIXES[0]]
    return Profile(
        events=total,
        days=float(np.ptp(block.ts)) / 1e6 / DAY_S,
        campaigns=int((counts > 0).sum()),
        largest=_largest(counts.tolist(), total),
        events_of_a_user=total / len(np.unique(block.user)),
        clicks=float(kinds[1] / total),
        conversions=float(kinds[2] / total),
        late=float(behind.mean()),
        values=tuple(sorted(values, reverse=True)),
    )


async def seed(url: str, own: OwnEvents, variant: str | None) -> list[Outcome]:
    """Migrate a database (to `variant`; none keeps the one in force), import the files, and let it settle.

    A file counts once, as with `adpulse import`. Rejected events are counted and not kept. Raise ImportFailed.
    """
    async with connected(url) as connection:
        active = await migrate.migrate(connection, variant)
        with ExitStack() as stack:
            async with database.opened(url) as target:
                outcomes = [
                    await each.run(target, Rejects(None), name="", on_progress=lambda outcome: None)
                    for each in own.imports(stack)
                ]
        await run_round(connection, active)
        await connection.execute("VACUUM (ANALYZE)")
    return outcomes


def _accepted(work: Import) -> Iterator[tuple[float, dict[str, Any]]]:
    """Yield each event that the contract accepts, with its time in seconds."""
    while chunk := work.read(RECORDS):
        judged = work.judge(chunk)
        wrong = {each["index"] for each in judged.batch.rejected}
        accepted = [text for place, text in enumerate(judged.events.body) if place not in wrong]
        for text, row in zip(accepted, judged.batch.rows, strict=True):
            yield int.from_bytes(row[_TS], "big", signed=True) / 1e6, orjson.loads(text)


def _largest(counts: list[int], total: int) -> tuple[float, float, float]:
    return (counts[0] / total, sum(counts[:10]) / total, sum(counts[:100]) / total)
