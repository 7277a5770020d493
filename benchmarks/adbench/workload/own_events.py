"""Events of a user's own files: into a database, or counted, through the reader of `adpulse import`."""

import math
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from adbench.harness.databases import connected
from adbench.workload.comparison import DAY_US, LATE_S, MOST_VALUES, Profile, shares_of_largest
from adbench.workload.copy_loader import POSTGRES_EPOCH_US
from adbench.workload.profile import HOUR_US
from adpulse.importing import database, mapping
from adpulse.importing.chunk import RECORDS
from adpulse.importing.errors import ImportFailed
from adpulse.importing.outcome import Outcome
from adpulse.importing.rejects import Rejects
from adpulse.importing.run import Import
from adpulse.importing.source import opened
from adpulse.maintenance.loop import run_rounds
from adpulse.settings import Settings
from adpulse.variants import migrate

TS = slice(6, 14)  # place of ts in a row: microseconds, as copy_format.HEADS packs them


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


@dataclass
class Key:
    """The values of one key of metadata; of more than MOST_VALUES, the first."""

    events: int = 0  # events that have it
    only_texts: bool = True
    values: Counter[str | bytes] = field(default_factory=Counter)

    def add(self, value: object) -> None:
        """Count the value of one more event."""
        self.events += 1
        text = value if isinstance(value, str) else orjson.dumps(value)
        self.only_texts &= isinstance(value, str)
        if len(self.values) < MOST_VALUES or text in self.values:
            self.values[text] += 1


@dataclass
class Survey:
    """The counts of a user's events, by their names: to be asked about, and never to be shown."""

    campaigns: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    hours: Counter[int] = field(default_factory=Counter)  # since 1970
    users: set[int] = field(default_factory=set)
    keys: dict[str, Key] = field(default_factory=dict)
    first_us: float = math.inf
    last_us: float = -math.inf
    newest_us: float = -math.inf  # newest time in the current file
    late: int = 0
    latest: deque["Accepted"] = field(default_factory=deque)

    def add(self, accepted: "Accepted") -> None:
        """Count one more event."""
        at, event = accepted.ts_us, accepted.event
        self.late += at < self.newest_us - LATE_S * 1_000_000
        self.newest_us = max(self.newest_us, at)
        self.first_us, self.last_us = min(self.first_us, at), max(self.last_us, at)
        self.hours[at // HOUR_US] += 1
        self.campaigns[event["campaign_id"]] += 1
        self.kinds[event["event_type"]] += 1
        self.users.add(hash(event["user_id"]))
        for key, value in event.get("metadata", {}).items():
            self.keys.setdefault(key, Key()).add(value)
        self.latest.append(accepted)

    @property
    def events(self) -> int:
        return self.campaigns.total()

    @property
    def days(self) -> Counter[int]:
        """Return how many events each day has, by its number since 1970, of UTC."""
        found: Counter[int] = Counter()
        for hour, count in self.hours.items():
            found[hour * HOUR_US // DAY_US] += count
        return found

    @property
    def profile(self) -> Profile:
        """Return the numbers that may be shown."""
        total = self.events
        return Profile(
            events=total,
            days=(self.last_us - self.first_us) / DAY_US,
            campaigns=len(self.campaigns),
            largest=shares_of_largest([count for _, count in self.campaigns.most_common()]),
            events_of_a_user=total / len(self.users),
            clicks=self.kinds["click"] / total,
            conversions=self.kinds["conversion"] / total,
            late=self.late / total,
            busiest_hour=max(self.hours.values()),
            values=tuple(sorted((len(key.values) for key in self.keys.values()), reverse=True)),
        )


class Accepted(NamedTuple):
    """An event that the service would accept; `row` is what it would write, in the order of event.values.COLUMNS."""

    ts_us: int  # since 1970
    event: dict[str, Any]
    row: bytes


def accepted(own: OwnEvents) -> Iterator[Accepted]:
    """Yield the events of the files that the service would accept, in their order. Raise ImportFailed."""
    with ExitStack() as stack:
        for work in own.imports(stack):
            while chunk := work.read(RECORDS):
                judged = work.judge(chunk)
                wrong = {each["index"] for each in judged.batch.rejected}
                texts = [text for place, text in enumerate(judged.events.body) if place not in wrong]
                for text, row in zip(texts, judged.batch.rows, strict=True):
                    since = int.from_bytes(row[TS], "big", signed=True)
                    yield Accepted(since + POSTGRES_EPOCH_US, orjson.loads(text), row)


def survey(own: OwnEvents, latest: int = 0) -> Survey:
    """Count the events of the files that the service would accept, and keep the last `latest`.

    Raise ImportFailed when there are none.
    """
    found = Survey(latest=deque(maxlen=latest))
    for file in own.files:
        found.newest_us = -math.inf  # files may overlap, or come in any order: that makes no event late
        for each in accepted(replace(own, files=(file,))):
            found.add(each)
    if not found.events:
        raise ImportFailed("there is no event that the service would accept; `adpulse import --dry-run` says why")
    return found


def profile(own: OwnEvents) -> Profile:
    """Return the numbers of some files. Raise ImportFailed when there are none."""
    return survey(own).profile


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
        await run_rounds(connection, active)
        await connection.execute("VACUUM (ANALYZE)")
    return outcomes
