"""A comparison as a result file, with every sample, so that the calls can be made again from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

from adbench.gate.measure.rounds import Samples
from adbench.gate.measure.tasks import Suite
from adbench.gate.verdict.decision import ALPHA, Call, Verdict, overall
from adbench.gate.verdict.findings import Finding
from adbench.records import statistics, store
from adbench.records.model import Check, Measurement, Result

WALL_CONFIDENCE = 0.95  # confidence of figures that are shown and not judged


@dataclass(frozen=True)
class GatePlan:
    """The revisions to compare, and the time that it may take."""

    base: str
    head: str
    suite: Suite
    tolerance: float
    budget_s: float
    seed: int
    allowed: tuple[str, ...] = ()  # patterns of names that may regress

    def excuses(self, said: Call | Finding) -> bool:
        """Return True for a regression that was allowed."""
        return said.verdict is Verdict.REGRESSED and any(fnmatch(said.name, pattern) for pattern in self.allowed)


def to_result(
    plan: GatePlan,
    calls: Sequence[Call],
    findings: Sequence[Finding],
    samples: Samples,
    parameters: dict[str, Any],
    **run: Any,
) -> Result:
    """Return the result of a run, with `run` as store.of_run takes it.

    `samples` hold more metrics than were judged. It passes unless something regressed that was not allowed to.
    """
    said: list[Call | Finding] = [*calls, *findings]
    return store.of_run(
        what="gate",
        data=plan.suite.data.described,
        parameters={
            "suite": plan.suite.name,
            "tolerance": plan.tolerance,
            "budget_seconds": plan.budget_s,
            "seed": plan.seed,
            "alpha": ALPHA,
            "allowed": list(plan.allowed),
            "verdict": overall(each.verdict for each in said if not plan.excuses(each)).value,
            "samples_seconds": {
                metric: {side: [round(value, 7) for value in values] for side, values in by_side.items()}
                for metric, by_side in samples.items()
            },
            **parameters,
        },
        measurements=[*_ratios(calls), *_walls(calls, samples), *_signals(findings)],
        checks=[_check(each, allowed=plan.excuses(each)) for each in said],
        **run,
    )


def _ratios(calls: Sequence[Call]) -> Iterator[Measurement]:
    for call in calls:
        for side, interval in (("head", call.ratio), ("control", call.control)):
            if interval is not None:
                sure = f"{call.confidence:.5f}"
                yield Measurement.of("ratio", interval, "ratio", metric=call.name, side=side, confidence=sure)


def _walls(calls: Sequence[Call], samples: Samples) -> Iterator[Measurement]:
    called = {call.name for call in calls}
    for metric, by_side in samples.items():
        if metric not in called:
            (ratio,) = statistics.ratios_of_medians(by_side["base"], by_side["head"], WALL_CONFIDENCE)
            yield Measurement.of("ratio", ratio, "ratio", metric=metric, side="head", confidence=f"{WALL_CONFIDENCE}")


def _signals(findings: Sequence[Finding]) -> Iterator[Measurement]:
    for finding in findings:
        for side, value in (("base", finding.base), ("head", finding.head)):
            if value is not None:
                yield Measurement.of("signal", value, finding.unit, signal=finding.name, side=side)


def _check(said: Call | Finding, *, allowed: bool) -> Check:
    detail = f"{said.verdict}{' (allowed)' if allowed else ''}" + (f": {said.reason}" if said.reason else "")
    return Check(name=said.name, passed=allowed or said.verdict is not Verdict.REGRESSED, detail=detail)


def calls(result: Result) -> list[Call]:
    """Return the calls that a result file holds, with their intervals."""
    ratios = {(m.labels["metric"], m.labels["side"]): m for m in result.select("ratio")}
    found = []
    for check in result.checks:
        if (ratio := ratios.get((check.name, "head"))) is None:
            continue
        control = ratios[check.name, "control"]
        found.append(
            Call(
                check.name,
                verdict(check),
                check.detail.partition(": ")[2],
                statistics.Interval(ratio.value, *ratio.ends),
                statistics.Interval(control.value, *control.ends),
                confidence=float(ratio.labels["confidence"]),
            )
        )
    return found


def verdict(check: Check) -> Verdict:
    """Return the verdict that a check of a result file holds."""
    return Verdict(check.detail.partition(":")[0].removesuffix(" (allowed)"))
