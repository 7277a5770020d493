"""`adbench history`: when did a figure change, over the results that were kept?

Results of one machine, in order of time, make a series for each measurement. A series is split where the two parts
differ most, if they differ more than chance would have it, and then each part again. That is the e-divisive method: the
energy distance between the parts, judged by permutation (Matteson & James, A Nonparametric Approach for Multiple Change
Point Analysis of Multivariate Data, JASA 2014). `ruptures` searches. A level that comes back to where it was is harder
to find than one that stays, because the first split has to leave two unlike parts.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import ruptures
from numpy.typing import NDArray
from rich.table import Table

from adbench.records import model as results
from adbench.records.model import Result

SHORTEST = 3  # results on each side of a change
PERMUTATIONS = 499
P_VALUE = 0.01

Key = tuple[str, ...]  # machine, command, variant, measurement, unit, labels


@dataclass(frozen=True)
class Change:
    """A level that changed: between the result before `at` and the one at `at`. Levels are medians."""

    at: int
    before: float
    after: float
    p_value: float


@dataclass(frozen=True)
class Series:
    """The values of one measurement over time, with the file of each."""

    key: Key
    values: tuple[float, ...]
    files: tuple[str, ...]


def read(folder: Path) -> list[tuple[str, Result]]:
    """Every result below the folder, oldest first, with its path from there. Manifests are no results."""
    paths = [path for path in folder.rglob("*.json") if path.name != "manifest.json"]
    found = [(str(path.relative_to(folder)), results.read(path)) for path in paths]
    return sorted(found, key=lambda each: each[1].started_at)


def series(found: Iterable[tuple[str, Result]]) -> list[Series]:
    """Series of results that can be compared: of one machine, command, variant and measurement."""
    values: dict[Key, list[tuple[str, float]]] = defaultdict(list)
    for name, result in found:
        machine = f"{result.machine.cpu}, {result.machine.cores} cores"
        for each in result.measurements:
            labels = ",".join(f"{label}={value}" for label, value in sorted(each.labels.items()))
            key = (machine, result.what, result.variant or "", each.name, each.unit, labels)
            if each.value is not None:
                values[key].append((name, each.value))
    return [
        Series(key, tuple(value for _, value in kept), tuple(name for name, _ in kept)) for key, kept in values.items()
    ]


def changes(values: Sequence[float], seed: int = 0) -> list[Change]:
    """Where the level of a series changed, in order; in fewer than 2 · SHORTEST values no change can be told."""
    signal = np.asarray(values, dtype=np.float64)
    rng = np.random.default_rng(seed)
    found: list[tuple[int, float]] = []

    def divide(start: int, stop: int) -> None:
        at, gain = _split(signal[start:stop])
        if at is None:
            return
        others = [_split(rng.permutation(signal[start:stop]))[1] for _ in range(PERMUTATIONS)]
        p_value = (1 + sum(other >= gain for other in others)) / (1 + PERMUTATIONS)
        if p_value <= P_VALUE:
            found.append((start + at, p_value))
            divide(start, start + at)
            divide(start + at, stop)

    divide(0, len(signal))
    edges = [0, *sorted(at for at, _ in found), len(signal)]
    p_values = dict(found)
    return [
        Change(at, float(np.median(signal[before:at])), float(np.median(signal[at:after])), p_values[at])
        for before, at, after in zip(edges, edges[1:], edges[2:], strict=False)
    ]


class Energy(ruptures.base.BaseCost):  # type: ignore[misc]  # ruptures has no types
    """The mean distance within a part, times half its size: what a split takes off it is the energy statistic."""

    model = "energy"
    min_size = 1

    def fit(self, signal: NDArray[np.float64]) -> "Energy":
        """Sums of distances up to each pair of places, so that a part costs four look-ups. `signal`: (n, 1)."""
        self.signal = signal
        self._sums = np.pad(np.abs(signal - signal.T).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
        return self

    def error(self, start: int, end: int) -> float:
        """The cost of the part from `start` to before `end`."""
        sums = self._sums
        within = sums[end, end] - sums[start, end] - sums[end, start] + sums[start, start]
        return float(within) / (2 * (end - start))


def _split(signal: NDArray[np.float64]) -> tuple[int | None, float]:
    """The place at which the two parts differ most, and by how much; none in a series that is short or constant."""
    if len(signal) < 2 * SHORTEST or not np.ptp(signal):
        return None, 0.0
    search = ruptures.Binseg(custom_cost=Energy(), min_size=SHORTEST, jump=1).fit(signal.reshape(-1, 1))
    at, gain = search.single_bkp(0, len(signal))
    return (None, 0.0) if at is None else (int(at), float(gain))


def table(found: Sequence[Series]) -> Table:
    """For people: every change, the latest file first named by it, and how many series were long enough to look at."""
    long_enough = [each for each in found if len(each.values) >= 2 * SHORTEST]
    shown = Table(
        title=f"{len(found)} series, of which {len(long_enough)} have the {2 * SHORTEST} results that a change needs",
        title_style="",
    )
    for head in ("measured", "since", "before", "after", "change", "p"):
        shown.add_column(head, justify="left" if head in ("measured", "since") else "right")
    for each in long_enough:
        for change in changes(each.values):
            _, what, variant, name, unit, labels = each.key
            grown = f"{change.after / change.before - 1:+.1%}" if change.before else ""
            shown.add_row(
                f"{what} {name} {labels} ({variant})",
                each.files[change.at],
                f"{change.before:g}",
                f"{change.after:g} {unit}",
                grown,
                f"{change.p_value:.3f}",
            )
    return shown
