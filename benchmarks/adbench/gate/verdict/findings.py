"""Findings from the signals of two revisions side by side."""

from collections.abc import Iterator
from dataclasses import dataclass

from adbench.gate.measure import explain
from adbench.gate.measure.signals import ALLOWANCE, Signals
from adbench.gate.verdict.decision import Verdict

PAGES = 2  # more that any report may touch: a b-tree grows a level


@dataclass(frozen=True)
class Finding:
    """One signal. `base` and `head` are counts; none for plans and indexes."""

    name: str
    verdict: Verdict
    reason: str
    base: float | None = None
    head: float | None = None
    unit: str = ""


def compare(base: Signals, control: Signals, head: Signals) -> list[Finding]:
    """Compare every signal of base with head's. Where base and control differ, nothing can be told."""
    return [*_indexes(base, head), *_plans(base, control, head), *_counts(base, control, head)]


def _indexes(base: Signals, head: Signals) -> Iterator[Finding]:
    for index in base.indexes:
        if index not in head.indexes:
            yield Finding(f"index {index}", Verdict.REGRESSED, "is gone, or another one")
    if set(base.indexes) <= set(head.indexes):
        new = [index for index in head.indexes if index not in base.indexes]
        yield Finding("indexes", Verdict.SAME, f"new: {'; '.join(new)}" if new else f"{len(base.indexes)}, all there")


def _plans(base: Signals, control: Signals, head: Signals) -> Iterator[Finding]:
    for name, plan in base.plans.items():
        title = f"plan {name}"
        if name not in head.plans:
            yield Finding(title, Verdict.CANNOT_TELL, "not in head")
        elif plan.shape != control.plans[name].shape:
            yield Finding(title, Verdict.CANNOT_TELL, "base itself is planned in two ways")
        elif gone := explain.lost(plan, head.plans[name]):
            yield Finding(title, Verdict.REGRESSED, "; ".join(gone))
        else:
            alike = plan.shape == head.plans[name].shape
            yield Finding(title, Verdict.SAME, "" if alike else "another plan, but nothing that this one had is lost")


def _counts(base: Signals, control: Signals, head: Signals) -> Iterator[Finding]:
    for key, reason in {**base.missing, **head.missing}.items():
        yield Finding(" ".join(key), Verdict.CANNOT_TELL, reason)
    for key, before in base.counts.items():
        if key in head.missing:
            continue
        kind, name = " ".join(key).split(" ", 1)
        (allowed, unit), after = ALLOWANCE[kind], head.counts.get(key)
        slack = before * allowed + (PAGES if kind == "buffers" else 0)
        if after is None:
            verdict, reason = Verdict.CANNOT_TELL, "not in head"
        elif abs(control.counts[key] - before) > slack / 2:
            verdict, reason = Verdict.CANNOT_TELL, f"base itself has {before:g} and {control.counts[key]:g}"
        elif after > before + slack:
            verdict, reason = Verdict.REGRESSED, _grown(before, after)
        elif after < before - slack:
            verdict, reason = Verdict.IMPROVED, _grown(before, after)
        else:
            verdict, reason = Verdict.SAME, _grown(before, after) if after != before else ""
        yield Finding(f"{kind} {name}", verdict, reason, before, after, unit)


def _grown(before: float, after: float) -> str:
    return f"{after / before - 1:+.1%}" if before else f"{after:+g}"
