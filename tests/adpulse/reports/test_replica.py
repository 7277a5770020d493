"""A report is read from the replica while its data are fit; else from the primary, where that is allowed."""

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from adpulse import telemetry
from adpulse.database.identity import Server
from adpulse.reports import replica_watch
from adpulse.reports.replica import Reports, _Source
from adpulse.reports.replica_watch import ReplicaWatch, age_ms
from adpulse.reports.report import Report
from tests.patience import PATIENCE_S

QUERY: Any = object()
MOST_LAG_MS = 5_000
FRESH = "fresh"  # times of the heartbeat, relative to now
OLD = "old"


class Reporter:
    """Answers with its own name, or fails."""

    def __init__(self, name: str) -> None:
        self.answer = Report(QUERY, QUERY, None, None, 0, name)
        self.error: Exception | None = None

    async def report(self, query: object) -> Report:
        if self.error is not None:
            raise self.error
        return self.answer


@dataclass
class Watch:
    """The findings of a ReplicaWatch."""

    beat_at: float | None
    away: bool = False
    foreign: bool = False


@dataclass
class World:
    """The replica, and reports of it."""

    reporter: Reporter
    reports: Reports

    async def asked(self) -> str:
        """Return which place answers, or the name of the error."""
        try:
            return (await self.reports.report(QUERY)).variant
        except Exception as error:
            return type(error).__name__


def world(watch: Any, *, fallback: bool) -> World:
    reporter, no_readers = Reporter("replica"), Any
    primary: Any = _Source(no_readers, Reporter("primary")) if fallback else None  # type: ignore[arg-type]  # ours
    replica: Any = _Source(no_readers, reporter)  # type: ignore[arg-type]  # ours
    return World(reporter, Reports(primary, replica, watch, MOST_LAG_MS if fallback else None))


def fallbacks(reason: str) -> float:
    return float(telemetry.FALLBACKS.labels(reason)._value.get())


@pytest.mark.parametrize(
    ("away", "foreign", "beat", "reason", "without"),
    [
        (False, False, FRESH, None, "replica"),
        (False, False, OLD, "lag", "replica"),  # said in the answer
        (False, False, None, "unknown", "replica"),
        (True, False, FRESH, "away", "replica"),  # it is asked, since nobody else may be
        (False, True, FRESH, "foreign", "UnfitError"),
        (True, True, OLD, "away", "replica"),
    ],
)
async def test_an_unfit_replica_is_left_out(
    away: bool, foreign: bool, beat: str | None, reason: str | None, without: str
) -> None:
    """`reason` is counted where the primary answers instead; `without`: what answers where it may not."""
    beats = {FRESH: time.time() + 3_600, OLD: time.time() - 3_600, None: None}
    watch = Watch(beats[beat], away, foreign)
    both = world(watch, fallback=True)
    before = fallbacks(reason) if reason else 0.0
    assert await both.asked() == both.reports.source == ("primary" if reason else "replica")
    if reason:
        assert fallbacks(reason) == before + 1
    alone = world(watch, fallback=False)
    assert await alone.asked() == without
    assert alone.reports.source == ("nowhere" if away or foreign else "replica")


async def test_the_age_of_the_data_is_said() -> None:
    """That of the replica's, as far as it is known; none of the primary's."""
    for beat_at, least in ((time.time() - 3_600, 3_600_000), (None, None)):
        alone = world(Watch(beat_at), fallback=False)
        lag_ms = (await alone.reports.report(QUERY)).lag_ms
        assert lag_ms is None if least is None else lag_ms is not None and lag_ms >= least
        assert (await world(Watch(beat_at), fallback=True).reports.report(QUERY)).lag_ms == 0.0
    assert age_ms(time.time() + 3_600) == 0, "a clock that runs behind"


@pytest.mark.parametrize(
    ("error", "answers"),
    [
        (ConnectionRefusedError(), "primary"),
        (asyncpg.SerializationError(), "primary"),  # it had to catch up, and rows were gone
        (TimeoutError(), "TimeoutError"),  # too heavy a report is no lighter on the primary
        (asyncpg.UndefinedTableError(), "UndefinedTableError"),
    ],
    ids=lambda each: each if isinstance(each, str) else type(each).__name__,
)
async def test_the_primary_takes_over_what_the_replica_cannot_do(error: Exception, answers: str) -> None:
    """It does not take over what is wrong in both places; without it, the error comes out."""
    for fallback, expected in ((True, answers), (False, type(error).__name__)):
        some = world(Watch(time.time() + 3_600), fallback=fallback)
        some.reporter.error = error
        assert await some.asked() == expected


class Primary:
    """The part of the primary that a ReplicaWatch asks."""

    server: Server | None = Server("1", "00000001")


async def test_a_stranger_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """A standby of another cluster is no replica; it counts as away in /metrics until it is replaced."""
    primary: Any = Primary()
    watch = ReplicaWatch("postgresql://127.0.0.1:1/none", primary)
    for server, foreign in (
        (None, False),
        (Server("1", None), False),
        (Server("2", None), True),
        (Server("1", "00000002"), True),  # promoted
        (Server("1", None), False),
    ):
        watch.server = server
        for _ in range(2):
            watch._seen(away=False)
            assert watch.foreign == foreign
            assert telemetry.REPLICA_AWAY._value.get() == foreign
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    primary.server = None
    watch.server = Server("2", None)
    assert not watch.foreign, "nobody knows"


async def test_a_replica_that_fails_is_away_until_it_is_seen(caplog: pytest.LogCaptureFixture) -> None:
    """Told once an outage."""
    primary: Any = Primary()
    watch = ReplicaWatch("postgresql://127.0.0.1:1/none", primary)
    for _ in range(2):
        watch._seen(away=False)
        assert not watch.away
        for _ in range(3):
            watch.failed(ConnectionError("gone"))
            assert watch.away
    assert [record.message for record in caplog.records] == 2 * [
        "the replica for reports is away: ConnectionError: gone"
    ]


async def test_a_start_without_an_answer_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A replica that nobody reaches does not keep the service from starting."""
    monkeypatch.setattr(replica_watch, "PATIENCE_S", 0.05)
    primary: Any = Primary()
    watch = ReplicaWatch("postgresql://127.0.0.1:1/none", primary)
    try:
        async with asyncio.timeout(PATIENCE_S):
            await watch.start()
        assert watch.away
    finally:
        await watch.stop()
