"""Findings of an audit of roll-ups and reports."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

SUMS = ("impressions", "clicks", "conversions", "cost_micros", "revenue_micros")

# Keep only the first: a design that gets every row wrong has millions.
_KEPT = 1_000

# Sums by bucket (an instant as text) and group. None if the question has no buckets, or no groups.
Rows: TypeAlias = dict[tuple[str | None, str | None], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A row whose sums differ between report, or roll-up, and recount. None: that side has no such row."""

    question: str
    bucket: str | None
    group: str | None
    reported: tuple[int, ...] | None
    recounted: tuple[int, ...] | None

    def __str__(self) -> str:
        absent = (None,) * len(SUMS)
        sums = zip(SUMS, self.reported or absent, self.recounted or absent, strict=True)
        wrong = ", ".join(f"{name} {left} instead of {right}" for name, left, right in sums if left != right)
        bucket = f" bucket={self.bucket}" if self.bucket else ""
        return f"{self.question}:{bucket} group={self.group}: {wrong}"


@dataclass(frozen=True, slots=True)
class Audit:
    """The outcome. A cell is one sum of one row. `left_out` says, a line each, what could not be compared."""

    cells: int
    wrong: int
    mismatches: list[Mismatch]
    left_out: list[str] = field(default_factory=list)

    @property
    def exact(self) -> bool:
        """Return True if cells were compared, and every one was right."""
        return self.cells > 0 and self.wrong == 0

    @property
    def accuracy(self) -> float | None:
        """Return right cells ÷ cells; None when there was nothing to compare."""
        return 1 - self.wrong / self.cells if self.cells else None


@dataclass(slots=True)
class Findings:
    """Cells compared so far."""

    cells: int = 0
    wrong: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)

    def compare(self, question: str, reported: Rows, recounted: Rows) -> None:
        """Compare two sets of rows, both ways."""
        self.cells += len(SUMS) * len(reported.keys() | recounted.keys())
        for key in reported.keys() | recounted.keys():
            left, right = reported.get(key), recounted.get(key)
            # A row of zeros (all its events were deleted) says the same as no row.
            if left == right or not (any(left or ()) or any(right or ())):
                continue
            absent = (None,) * len(SUMS)
            wrong = sum(a != b for a, b in zip(left or absent, right or absent, strict=True))
            self.add(0, wrong, [Mismatch(question, *key, left, right)])

    def add(self, cells: int, wrong: int, mismatches: Sequence[Mismatch]) -> None:
        """Add what was compared elsewhere: cells, how many of them were wrong, and the first rows."""
        self.cells += cells
        self.wrong += wrong
        self.mismatches += mismatches[: _KEPT - len(self.mismatches)]
