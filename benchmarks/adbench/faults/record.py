"""The result file (adbench.records.model) of all cycles of a run, with the bounds that the counts give."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from adbench.faults.cycle import Outcome
from adbench.faults.harms import HARMS
from adbench.faults.overload import BATCH, Overload
from adbench.faults.planted import Plant
from adbench.faults.world import VARIANT
from adbench.records import environment, store
from adbench.records.model import Check, Gap, Measurement, Postgres, Result, Source
from adbench.records.statistics import share
from adpulse.terminal import counted

RECOVERED_S = 1.0  # the promise
GOODPUT = 0.9  # share of the capacity; an aim
QUANTILES = (0.5, 0.9, 0.95, 0.99, 1.0)

# The words that begin the line of a violation, and their meaning.
PROMISES = {
    "lost": "every acknowledged event is stored",
    "doubled": "nothing is stored twice",
    "torn": "a batch is stored wholly or not at all",
    "changed": "what is stored is what was sent",
    "invented": "nothing is stored that was not sent",
    "report": "every report is what a recount says",
    "roll-ups": "roll-ups and raw events agree, both ways",
    "answer": "an answer counts every event",
    "status": "a good batch gets 200, or 429 or 503 with Retry-After",
    "unanswered": "when all is well again, everything is answered",
    "slots": "every connection for reports is free afterwards",
    "writers": "every transaction has an end",
    "audit": "adpulse verify finds a sum that is wrong",
    "memory": "a process stays within 512 MB for all requests",
    "schema": "nothing is made in a schema that is named like the login",
    "deadlock": "no transactions wait for one another in a circle",
    "broken": "everything runs again after every harm",
}


@dataclass(frozen=True)
class Begun:
    """The moment at which a run began, and the code as it was then: it may be edited while a long run goes on."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    source: Source = field(default_factory=environment.source)

    def result(self, what: str, parameters: dict[str, Any], variant: str = "", **found: Any) -> Result:
        """Return the result of the run, with `found` as store.of_run takes it."""
        variant = variant or VARIANT.partition("_")[2]
        return store.of_run(
            what=what, started_at=self.at, source=self.source, variant=variant, parameters=parameters, **found
        )


def to_result(
    outcomes: Sequence[Outcome], began: Begun, postgres: Postgres | None, parameters: dict[str, Any]
) -> Result:
    """Return the result of cycles."""
    return began.result(
        "faults",
        parameters,
        variant=",".join(sorted({each.variant for each in outcomes})),
        postgres=postgres,
        measurements=_measurements(outcomes),
        checks=_checks(outcomes),
        gaps=_gaps(outcomes),
    )


def of_overload(
    overload: Overload, wrong: Sequence[str], began: Begun, postgres: Postgres, parameters: dict[str, Any]
) -> Result:
    """Return the result of an overload."""
    measurements, checks = _of_phases(overload), _of_load(overload, wrong)
    return began.result("faults-overload", parameters, postgres=postgres, measurements=measurements, checks=checks)


def _of_phases(overload: Overload) -> Iterator[Measurement]:
    sent, phases = overload.during.sent, {"before": overload.before, "during": overload.during, "after": overload.after}
    for when in ("before", "after"):
        yield Measurement.of("capacity", phases[when].rate, "events/s", when=when)
    for when, phase in phases.items():
        spent = {"client": phase.client_s, "services": phase.services_s, "postgres": phase.postgres_s}
        for of, seconds in spent.items():
            yield Measurement.of("processors", seconds / phase.seconds, "1", of=of, when=when)
    for when, phase in phases.items():
        if phase.rate:
            yield Measurement.of("cost", round(phase.cost_s * 1e6, 3), "µs/event", when=when)
    yield Measurement.of("offered", sent.offered * BATCH / overload.during.seconds, "events/s")
    yield Measurement.of("unsent", sent.unsent, "batches")
    for status in (200, 503, 429):
        yield Measurement.of("replies", sent.statuses[status], "batches", status=str(status))
    yield Measurement.of("goodput", overload.goodput, "ratio")
    for quantile in (0.5, 0.95, 0.99):
        yield Measurement.of("admitted", overload.latency(quantile), "s", quantile=str(quantile))
    yield Measurement.of("memory.peak", overload.memory_bytes or 0, "bytes")


def _of_load(overload: Overload, wrong: Sequence[str]) -> Iterator[Check]:
    said = "; ".join(wrong[:5]) or "0 violations"
    yield Check(name="nothing is lost, doubled or wrong", passed=not wrong, detail=said)
    memory = (overload.memory_bytes or 0) / 2**20
    yield Check(name="a process stays within 512 MB", passed=memory < 512, detail=f"{memory:.0f} MB")
    # Both are aims: how busy the machine is decides them too.
    goodput, name = overload.goodput, f"goodput is {GOODPUT:.0%} of the capacity"
    yield Check(name=name, passed=goodput >= GOODPUT, detail=f"{goodput:.1%}", aim=True)
    waited, name = (
        overload.latency(0.99),
        "99 % of admitted batches wait no longer than a full queue and a write may take",
    )
    detail = f"{waited:.2f} s of at most {overload.bound_s:.2f} s"
    yield Check(name=name, passed=waited <= overload.bound_s, detail=detail, aim=True)


def of_planted(tried: Sequence[tuple[Plant, Sequence[Outcome]]], began: Begun, parameters: dict[str, Any]) -> Result:
    """Return the result of the negative controls: a check for each, and after how many cycles it was found."""
    return began.result(
        "faults-planted",
        parameters,
        measurements=[Measurement.of("cycles", len(outcomes), "cycles", plant=plant.name) for plant, outcomes in tried],
        checks=[
            Check(name=plant.name, passed=bool(lines := plant.found(outcomes[-1])), detail=(lines or ["not found"])[0])
            for plant, outcomes in tried
        ],
    )


def _measurements(outcomes: Sequence[Outcome]) -> Iterator[Measurement]:
    yield Measurement.of("cycles", len(outcomes), "cycles")
    yield Measurement.of("seconds", sum(each.seconds for each in outcomes), "s")
    for name in ("events_sent", "events_acknowledged", "events_stored", "deliveries", "cells"):
        total = sum(getattr(each, name) for each in outcomes)
        yield Measurement.of(name.replace("_", "."), total, name.partition("_")[0])
    yield from _counted("harms", "harms", "harm", Counter(harm for each in outcomes for harm in each.harms))
    yield from _counted("cycles", "cycles", "variant", Counter(each.variant for each in outcomes))
    yield Measurement.of("cycles", sum(each.up for each in outcomes), "cycles", command="up")
    yield from _counted("defaults", "cycles", "default", Counter(line for each in outcomes for line in each.defaults))
    statuses = sum((Counter(each.statuses) for each in outcomes), Counter[str]())
    yield from _counted("replies", "deliveries", "outcome", statuses)
    if peaks := [each.memory_bytes for each in outcomes if each.memory_bytes]:
        yield Measurement.of("memory.peak", max(peaks), "bytes")
    recovery = [seconds for each in outcomes for seconds in each.recovery_s]
    yield Measurement.of("recoveries", len(recovery), "outages")
    for quantile in QUANTILES if recovery else ():
        value = round(float(np.quantile(recovery, quantile)), 4)
        yield Measurement.of("recovery", value, "s", quantile=str(quantile))
    if harness := [seconds for each in outcomes for seconds in each.harness_s]:
        yield Measurement.of("recovery.harness", max(harness), "s")
    # The upper bound of the rate: with none seen in n, less than 3.7 ÷ n with 95 % confidence.
    acknowledged = sum(each.events_acknowledged for each in outcomes)
    lost = sum(each.events_lost for each in outcomes)
    bad = sum(bool(each.violations) for each in outcomes)
    for unit, hits, total in (("cycle", bad, len(outcomes)), ("event", lost, acknowledged)):
        yield Measurement.of("violations", share(hits, total), f"of each {unit}", of=unit)


def _counted(name: str, unit: str, label: str, counts: Counter[str]) -> Iterator[Measurement]:
    for value, count in sorted(counts.items()):
        yield Measurement.of(name, count, unit, {label: value})


def _checks(outcomes: Sequence[Outcome]) -> Iterator[Check]:
    by_word = Counter(line.partition(":")[0] for each in outcomes for line in each.violations)
    for word, promise in PROMISES.items():
        cycles = [str(each.cycle) for each in outcomes if any(line.startswith(f"{word}:") for line in each.violations)]
        where = f", in cycles {', '.join(cycles[:10])}" if cycles else f" in {counted(len(outcomes), 'cycle')}"
        yield Check(
            name=promise, passed=not by_word[word], detail=f"{counted(by_word.pop(word, 0), 'violation')}{where}"
        )
    assert not by_word, f"lines that no promise is named for: {by_word}"
    recovery = [seconds for each in outcomes for seconds in each.recovery_s]
    late = sum(seconds > RECOVERED_S for seconds in recovery)
    # An aim: how busy the machine is decides it too.
    name = f"events are acknowledged {RECOVERED_S:g} s after the server accepts"
    detail = f"{late} of {len(recovery)} took longer, the longest {max(recovery, default=0):.2f} s"
    yield Check(name=name, passed=not late, detail=detail, aim=True)


def _gaps(outcomes: Sequence[Outcome]) -> Iterator[Gap]:
    done = {harm for each in outcomes for harm in each.harms}
    skipped = {harm for each in outcomes for harm in each.skipped}
    for name in sorted(HARMS.keys() - done):
        reason = "this machine or design has not what it needs" if name in skipped else "its turn did not come"
        yield Gap(labels={"harm": name}, reason=reason, void=False)
