"""After a load: is everything there that was acknowledged, does every report say so, and how long did answers take."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from adbench.checks import http_recount
from adbench.harness.databases import connected
from adbench.harness.k6 import Load
from adbench.harness.patience import PATIENCE_S
from adbench.records.model import Check, Measurement
from adbench.workload.dataset import Dataset
from adpulse.database.connections import Connection
from adpulse.terminal import counted
from adpulse.variants import catalogue, verify

SAMPLED_REPORTS = 24
# Events that a recount reads for one question. Of more, it takes windows of about as many, and asks the rest to add up.
FITS = 10_000_000
CALM, CALM_S = 5, 0.1  # a queue that is not empty leaves a writer idle for less
QUANTILES = {"0.5": "p(50)", "0.95": "p(95)", "0.99": "p(99)"}
_DURATION = "http_req_duration{"


@dataclass(frozen=True)
class Answers:
    """The findings of an audit."""

    stored: int  # events in the database
    reported: int  # events in the totals of a report over everything
    recount: http_recount.Recount  # over HTTP, and inside the database where that is `whole`
    whole: bool  # all events fit into a recount


async def stored_once(url: str, expected: int, where: str = "") -> list[Check]:
    """Return the checks that exactly `expected` events are stored, and that the roll-ups are exact."""
    async with connected(url) as connection:
        stored = await connection.fetchval("SELECT count(*) FROM events")
        audited = await verify.verify(connection, await catalogue.active(connection))
    exact = f"{audited.wrong} of {counted(audited.cells, 'cell')} wrong"
    return [
        Check(name=f"every event is stored once{where}", passed=stored == expected, detail=f"{stored} of {expected}"),
        Check(name=f"roll-ups are exact{where}", passed=audited.exact, detail=exact),
    ]


def recounted(recount: Callable[[], list[Check]]) -> list[Check]:
    """Return the checks of a recount. If it breaks off, return one failed check that says why: no result is lost."""
    try:
        return recount()
    except KeyboardInterrupt:
        why = "interrupted"
    except Exception as error:  # noqa: BLE001  # said in the result; what was measured stays true
        why = str(error) or type(error).__name__
    return [Check(name="recount", passed=False, detail=f"it broke off, so nothing is known of the answers: {why}")]


Audited = tuple[list[Check], list[Measurement]]  # the additions of an audit to a result


def audit(data: Dataset, url: str, address: str, loaded: Load, cut_off: int = 0) -> Audited:
    """Return `complete` and `accuracy` of a service that has been loaded, and how many cells were recounted."""
    measurements: list[Measurement] = []

    def recount() -> list[Check]:
        answers = asyncio.run(ask(data, url, address))
        measurements.append(Measurement.of("audit.cells", answers.recount.cells, "cells"))
        measurements.append(Measurement.of("audit.wrong", answers.recount.wrong, "cells"))
        return [complete(data, loaded, answers, cut_off), accuracy(answers)]

    return recounted(recount), measurements


async def ask(data: Dataset, url: str, address: str) -> Answers:
    """Recount all that is in the database, inside it and over HTTP.

    Only the service may still write what it has taken: k6 may have broken off in the middle of requests.
    """
    async with connected(url) as connection:
        await _written(connection)
        now = datetime.now(UTC)
        # A day to spare on both sides: late events of the load, and clocks.
        everything = http_recount.Question(
            (data.start - timedelta(days=1)).astimezone(UTC).replace(second=0, microsecond=0),
            (now + timedelta(days=1)).replace(second=0, microsecond=0),
        )
        totals = http_recount.total(address, everything)
        stored = await connection.fetchval("SELECT count(*) FROM events")
        active = await catalogue.active(connection)
        fits = stored <= FITS
        longest = None if fits else await _longest(connection)
        questions = http_recount.sample(data, now, SAMPLED_REPORTS, longest)
        recount = await http_recount.compare(connection, address, questions)
        for record in await connection.fetch("SELECT key FROM declared_dimension") if active.has_dimensions else []:
            recount += http_recount.add_up(address, replace(everything, group_by=record["key"]), totals)
        if fits:
            inside = await verify.verify(connection, active)
            recount += http_recount.Recount(inside.cells, inside.wrong, None)
        return Answers(stored, sum(totals[:3]), recount, fits)


async def _longest(connection: Connection) -> int:
    """Return the length (min) of a window whose events fit into a recount; at least 1."""
    minutes = await connection.fetchval(
        "SELECT $1 / greatest(count(*), 1) FROM events WHERE ts >= now() - interval '2 minutes' AND ts < now()", FITS
    )
    return max(int(minutes) * 2, 1)


async def _written(connection: Connection) -> None:
    """Return when no writer of the service was at work several times in a row; raises TimeoutError after a minute."""
    calm = 0
    async with asyncio.timeout(PATIENCE_S):
        while calm < CALM:
            busy = await connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND application_name = 'adpulse writer' AND state <> 'idle'"
            )
            calm = 0 if busy else calm + 1
            await asyncio.sleep(CALM_S)


def replies(loaded: Load) -> Check:
    """Return the check that every reply was as k6 expects it."""
    failing = [f"{check.name}: {check.fails} not" for check in loaded.checks if check.fails]
    detail = "; ".join(failing) or f"{sum(check.passes for check in loaded.checks):,} looked at"
    return Check(name="every reply as it should be", passed=bool(loaded.checks) and not failing, detail=detail)


def complete(data: Dataset, loaded: Load, answers: Answers, cut_off: int = 0) -> Check:
    """Return the check that nothing acknowledged is missing or there twice, and that reports add up to it.

    `cut_off` is how many events were on their way when k6 broke off: they may be stored without having been
    acknowledged.
    """
    acknowledged = data.events + int(loaded.value("events_accepted", "count"))
    unanswered = answers.stored - acknowledged
    *equal, last = dict.fromkeys((acknowledged, answers.stored, answers.reported))
    sums = " = ".join([*(f"{count:,}" for count in equal), counted(last, "event")])
    cut = f", of which {unanswered:,} were on their way when the run broke off" if 0 < unanswered <= cut_off else ""
    passed = answers.stored == answers.reported and 0 <= unanswered <= cut_off
    return Check(name="acknowledged = stored = reported", passed=passed, detail=f"{sums}{cut}")


def accuracy(answers: Answers) -> Check:
    """Return the check that every cell of every recounted report is right."""
    cells, wrong = answers.recount.cells, answers.recount.wrong
    share = 100 * (1 - wrong / cells) if cells else 0.0
    # Never rounded up to 100 while a cell is wrong.
    share = min(share, 99.9999) if wrong else share
    of = "" if answers.whole else ", of windows that fit into a recount"
    first = f"; first: /report?{answers.recount.first_wrong}" if answers.recount.first_wrong else ""
    detail = f"{share:.4f} % ({counted(cells, 'cell')} recounted{of}){first}"
    return Check(name="accuracy", passed=cells > 0 and not wrong, detail=detail)


def ingest_rate(loaded: Load) -> Measurement:
    """Return events accepted after the warm-up, by the time until the last of them was answered."""
    elapsed_s = loaded.value("ingest_elapsed{phase:load}", "max") / 1_000
    accepted = loaded.value("events_accepted{phase:load}", "count")
    return Measurement.of("ingest.rate", accepted / elapsed_s if elapsed_s else 0, "events/s")


def latencies(loaded: Load) -> Iterator[Measurement]:
    """Yield the quantiles of every duration that the script kept apart, by request and shape or part of the load."""
    for metric in loaded.metrics:
        if not metric.startswith(_DURATION) or not loaded.value(metric, "count"):
            continue
        tags = dict(tag.split(":", 1) for tag in metric[len(_DURATION) : -1].split(","))
        if not tags.keys() & {"name", "shape"}:
            continue  # k6 adds one of its own: {expected_response:true}
        name = f"{tags.get('name', 'report')}.latency"
        labels: dict[str, str] = {tag: tags[tag] for tag in ("shape", "part") if tag in tags}
        for quantile, statistic in QUANTILES.items():
            yield Measurement.of(name, loaded.value(metric, statistic), "ms", labels, quantile=quantile)
