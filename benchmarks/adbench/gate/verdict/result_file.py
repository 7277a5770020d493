"""An outcome as a result file, with every sample, so that the calls can be made again from it."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import JsonValue

from adbench.gate.verdict.decision import ALPHA, Call, Verdict
from adbench.gate.verdict.outcome import Outcome
from adbench.records import statistics, store
from adbench.records.model import Check, Measurement, Result

WALL_CONFIDENCE = 0.95  # of figures that are shown and not judged


def to_result(outcome: Outcome, began: datetime) -> Result:
    """Return the result of a run that began then; it passes unless something regressed that was not allowed to."""
    plan = outcome.plan
    return store.of_run(
        what="gate",
        started_at=began,
        postgres=outcome.postgres,
        data=plan.suite.data.described,
        variant=outcome.variant,
        parameters={
            "base": outcome.base,
            "head": outcome.head,
            "suite": plan.suite.name,
            "tolerance": plan.tolerance,
            "budget_seconds": plan.budget_s,
            "seconds": round(outcome.seconds, 1),
            "seed": plan.seed,
            "alpha": ALPHA,
            "allowed": list(plan.allowed),
            "verdict": outcome.verdict.value,
            "rounds": outcome.rounds,
            "void_rounds": outcome.void,
            "samples_seconds": _samples(outcome),
        },
        measurements=[*_ratios(outcome), *_walls(outcome), *_signals(outcome)],
        checks=list(_checks(outcome)),
    )


def _samples(outcome: Outcome) -> dict[str, JsonValue]:
    return {
        metric: {side: [round(value, 7) for value in values] for side, values in by_side.items()}
        for metric, by_side in outcome.samples.items()
    }


def _ratios(outcome: Outcome) -> Iterator[Measurement]:
    for call in outcome.calls:
        for side, interval in (("head", call.ratio), ("control", call.control)):
            if interval is not None:
                sure = f"{call.confidence:.5f}"
                yield Measurement.of("ratio", interval, "ratio", metric=call.metric, side=side, confidence=sure)


def _walls(outcome: Outcome) -> Iterator[Measurement]:
    called = {call.metric for call in outcome.calls}
    for metric, by_side in outcome.samples.items():
        if metric not in called:
            (ratio,) = statistics.ratios_of_medians(by_side["base"], by_side["head"], WALL_CONFIDENCE)
            yield Measurement.of("ratio", ratio, "ratio", metric=metric, side="head", confidence=f"{WALL_CONFIDENCE}")


def _signals(outcome: Outcome) -> Iterator[Measurement]:
    for finding in outcome.findings:
        for side, value in (("base", finding.base), ("head", finding.head)):
            if value is not None:
                yield Measurement.of("signal", value, finding.unit, signal=finding.name, side=side)


def _checks(outcome: Outcome) -> Iterator[Check]:
    said = [(call.metric, call.verdict, call.reason) for call in outcome.calls]
    said += [(finding.name, finding.verdict, finding.reason) for finding in outcome.findings]
    for name, verdict, reason in said:
        allowed = outcome.is_allowed(name) and verdict is Verdict.REGRESSED
        detail = f"{verdict}{' (allowed)' if allowed else ''}" + (f": {reason}" if reason else "")
        yield Check(name=name, passed=allowed or verdict is not Verdict.REGRESSED, detail=detail)


def calls(result: Result) -> list[Call]:
    """Return the calls that a result file holds, with their intervals."""
    ratios = {(m.labels["metric"], m.labels["side"]): m for m in result.select("ratio")}
    found = []
    for check in result.checks:
        if (ratio := ratios.get((check.name, "head"))) is None:
            continue
        control = ratios[check.name, "control"]
        verdict, _, reason = check.detail.partition(": ")
        found.append(
            Call(
                check.name,
                Verdict(verdict.removesuffix(" (allowed)")),
                reason,
                statistics.Interval(ratio.value, *ratio.ends),
                statistics.Interval(control.value, *control.ends),
                confidence=float(ratio.labels["confidence"]),
            )
        )
    return found
