"""A comparison of two revisions: what was asked, and what came of it, until it is written down."""

from dataclasses import dataclass
from fnmatch import fnmatch

from adbench.gate.measure.rounds import Samples
from adbench.gate.measure.tasks import Suite
from adbench.gate.verdict.decision import Call, Verdict, overall
from adbench.gate.verdict.findings import Finding
from adbench.records import model


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


@dataclass(frozen=True)
class Outcome:
    """The outcome. `base` and `head` are commits, or `worktree`; `samples` hold more metrics than were judged."""

    plan: GatePlan
    base: str
    head: str
    calls: list[Call]
    findings: list[Finding]
    samples: Samples
    rounds: int
    void: int
    seconds: float
    postgres: model.Postgres
    variant: str

    @property
    def verdict(self) -> Verdict:
        """Return the gate's verdict: without what was allowed to regress."""
        return overall(
            verdict
            for name, verdict in [
                *((call.metric, call.verdict) for call in self.calls),
                *((finding.name, finding.verdict) for finding in self.findings),
            ]
            if not (verdict is Verdict.REGRESSED and self.is_allowed(name))
        )

    def is_allowed(self, name: str) -> bool:
        """Return True if a regression of this metric was allowed."""
        return any(fnmatch(name, pattern) for pattern in self.plan.allowed)
