"""The result file (adbench.records.model) of all cycles of a run, with the bounds that the counts give."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from adbench.faults.cycle import Outcome
from adbench.faults.harms import HARMS
from adbench.faults.overload import BATCH, Overload
from adbench.faults.planted import Plant
from adbench.faults.world import VARIANT
from adbench.gate.proof.run import bounds
from adbench.records import store
from adbench.records.model import Check, Gap, Measurement, Postgres, Result, Source

RECOVERED_S = 1.0  # what is promised
GOODPUT = 0.9  # of the capacity; an aim
QUANTILES = (0.5, 0.9, 0.95, 0.99, 1.0)

# What begins the line of a violation, and what it would mean.
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


def to_result(
    outcomes: Sequence[Outcome],
    seed: int,
    began: datetime,
    source: Source,
    postgres: Postgres | None,
    parameters: dict[str, Any],
) -> Result:
    """Return the result of a run; `source` is the source as it was when the run began."""
    return store.of_run(
        what="faults",
        started_at=began,
        postgres=postgres,
        data=None,
        variant=",".join(sorted({each.variant for each in outcomes})) or VARIANT.partition("_")[2],
        parameters={"seed": seed, **parameters},
        measurements=list(_measurements(outcomes)),
        checks=list(_checks(outcomes)),
        gaps=list(_gaps(outcomes)),
    ).model_copy(update={"source": source})


def of_overload(
    found: Overload,
    wrong: Sequence[str],
    began: datetime,
    source: Source,
    postgres: Postgres,
    parameters: dict[str, Any],
) -> Result:
    """Return the result of an overload."""
    during = found.during
    sent = during.sent
    answers = {str(status): sent.statuses[status] for status in (200, 503, 429)}
    phases = {"before": found.before, "during": during, "after": found.after}
    measurements = [
        Measurement(name="capacity", value=phases[when].rate, unit="events/s", labels={"when": when})
        for when in ("before", "after")
    ]
    measurements += [
        Measurement(name="processors", value=spent / phase.seconds, unit="1", labels={"of": of, "when": when})
        for when, phase in phases.items()
        for of, spent in (
            ("client", phase.client_s),
            ("services", phase.services_s),
            ("postgres", phase.postgres_s),
        )
    ]
    measurements += [
        Measurement(name="cost", value=round(phase.cost_s * 1e6, 3), unit="µs/event", labels={"when": when})
        for when, phase in phases.items()
        if phase.rate
    ]
    measurements += [
        Measurement(name="offered", value=sent.offered * BATCH / during.seconds, unit="events/s"),
        Measurement(name="unsent", value=sent.unsent, unit="batches"),
        *(Measurement(name="replies", value=n, unit="batches", labels={"status": each}) for each, n in answers.items()),
        Measurement(name="goodput", value=found.goodput, unit="ratio"),
        *(
            Measurement(name="admitted", value=found.latency(quantile), unit="s", labels={"quantile": str(quantile)})
            for quantile in (0.5, 0.95, 0.99)
        ),
        Measurement(name="memory.peak", value=found.memory_bytes or 0, unit="bytes"),
    ]
    memory = (found.memory_bytes or 0) / 2**20
    checks = [
        Check(
            name="nothing is lost, doubled or wrong", passed=not wrong, detail="; ".join(wrong[:5]) or "0 violations"
        ),
        Check(name="a process stays within 512 MB", passed=memory < 512, detail=f"{memory:.0f} MB"),
        Check(
            name=f"goodput is {GOODPUT:.0%} of the capacity",
            passed=found.goodput >= GOODPUT,
            detail=f"{found.goodput:.1%}",
            aim=True,
        ),
        # Both are aims: how busy the machine is decides them too.
        Check(
            name="99 % of admitted batches wait no longer than a full queue and a write may take",
            passed=found.latency(0.99) <= found.bound_s,
            detail=f"{found.latency(0.99):.2f} s of at most {found.bound_s:.2f} s",
            aim=True,
        ),
    ]
    return store.of_run(
        what="faults-overload",
        started_at=began,
        postgres=postgres,
        data=None,
        variant=VARIANT.partition("_")[2],
        parameters=parameters,
        measurements=measurements,
        checks=checks,
    ).model_copy(update={"source": source})


def of_planted(
    found: Sequence[tuple[Plant, Sequence[Outcome]]],
    began: datetime,
    source: Source,
    parameters: dict[str, Any],
) -> Result:
    """Return the result of the negative controls: a check for each, and after how many cycles it was found."""
    return store.of_run(
        what="faults-planted",
        started_at=began,
        postgres=None,
        data=None,
        variant=VARIANT.partition("_")[2],
        parameters=parameters,
        measurements=[
            Measurement(name="cycles", value=len(outcomes), unit="cycles", labels={"plant": plant.name})
            for plant, outcomes in found
        ],
        checks=[
            Check(name=plant.name, passed=bool(lines := plant.found(outcomes[-1])), detail=(lines or ["not found"])[0])
            for plant, outcomes in found
        ],
    ).model_copy(update={"source": source})


def _measurements(outcomes: Sequence[Outcome]) -> Iterator[Measurement]:
    yield Measurement(name="cycles", value=len(outcomes), unit="cycles")
    yield Measurement(name="seconds", value=sum(each.seconds for each in outcomes), unit="s")
    for name in ("events_sent", "events_acknowledged", "events_stored", "deliveries", "cells"):
        unit = name.partition("_")[0]
        total = sum(getattr(each, name) for each in outcomes)
        yield Measurement(name=name.replace("_", "."), value=total, unit=unit)
    harms = Counter(harm for each in outcomes for harm in each.harms)
    for name, count in sorted(harms.items()):
        yield Measurement(name="harms", value=count, unit="harms", labels={"harm": name})
    for name, count in sorted(Counter(each.variant for each in outcomes).items()):
        yield Measurement(name="cycles", value=count, unit="cycles", labels={"variant": name})
    yield Measurement(name="cycles", value=sum(each.up for each in outcomes), unit="cycles", labels={"command": "up"})
    for name, count in sorted(Counter(line for each in outcomes for line in each.defaults).items()):
        yield Measurement(name="defaults", value=count, unit="cycles", labels={"default": name})
    statuses = sum((Counter(each.statuses) for each in outcomes), Counter[str]())
    for name, count in sorted(statuses.items()):
        yield Measurement(name="replies", value=count, unit="deliveries", labels={"outcome": name})
    peaks = [each.memory_bytes for each in outcomes if each.memory_bytes]
    if peaks:
        yield Measurement(name="memory.peak", value=max(peaks), unit="bytes")
    recovery = [seconds for each in outcomes for seconds in each.recovery_s]
    yield Measurement(name="recoveries", value=len(recovery), unit="outages")
    for quantile in QUANTILES if recovery else ():
        value = float(np.quantile(recovery, quantile))
        yield Measurement(name="recovery", value=round(value, 4), unit="s", labels={"quantile": str(quantile)})
    if harness := [seconds for each in outcomes for seconds in each.harness_s]:
        yield Measurement(name="recovery.harness", value=max(harness), unit="s")
    # How often at most, if it happens at all: with none seen in n, 95 % sure of less than 3.7 ÷ n.
    acknowledged = sum(each.events_acknowledged for each in outcomes)
    lost = sum(each.events_lost for each in outcomes)
    bad = sum(bool(each.violations) for each in outcomes)
    for unit, hits, total in (("cycle", bad, len(outcomes)), ("event", lost, acknowledged)):
        low, high = bounds(hits, total)
        share = hits / total if total else 0.0
        yield Measurement(
            name="violations", value=share, low=low, high=high, unit=f"of each {unit}", labels={"of": unit}
        )


def _checks(outcomes: Sequence[Outcome]) -> Iterator[Check]:
    found = Counter(line.partition(":")[0] for each in outcomes for line in each.violations)
    for word, promise in PROMISES.items():
        cycles = [str(each.cycle) for each in outcomes if any(line.startswith(f"{word}:") for line in each.violations)]
        where = f", in cycles {', '.join(cycles[:10])}" if cycles else f" in {len(outcomes)} cycles"
        yield Check(name=promise, passed=not found[word], detail=f"{found.pop(word, 0)} violations{where}")
    assert not found, f"lines that no promise is named for: {found}"
    recovery = [seconds for each in outcomes for seconds in each.recovery_s]
    late = sum(seconds > RECOVERED_S for seconds in recovery)
    # An aim: how busy the machine is decides it too.
    detail = f"{late} of {len(recovery)} took longer, the longest {max(recovery, default=0):.2f} s"
    yield Check(
        name=f"events are acknowledged {RECOVERED_S:g} s after the server accepts",
        passed=not late,
        detail=detail,
        aim=True,
    )


def _gaps(outcomes: Sequence[Outcome]) -> Iterator[Gap]:
    done = {harm for each in outcomes for harm in each.harms}
    skipped = {harm for each in outcomes for harm in each.skipped}
    for name in sorted(HARMS.keys() - done):
        reason = "this machine or design has not what it needs" if name in skipped else "its turn did not come"
        yield Gap(labels={"harm": name}, reason=reason, void=False)
