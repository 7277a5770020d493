"""Rounds: in each, every side does every piece of work twice, in an order like A B C C B A.

What the machine does slowly (a processor that warms up, a neighbour that comes) weighs on the first half as on the
second, and so on all sides alike: the order is a palindrome. Which side begins is drawn anew for each piece of each
round, from a seed. This is duet benchmarking (Bulej et al., Duet Benchmarking: Improving Measurement Accuracy in the
Cloud, ICPE 2020) in turns instead of in parallel, because two services at once would compete for two cores.

A round gives one number for each side and metric, the mean of the two. Rounds are what is resampled afterwards, and
not requests: those of one round resemble one another (Kalibera & Jones, Rigorous Benchmarking in Reasonable Time,
ISMM 2013).
"""

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from adbench.gate.measure.clocks import NoClock

S = TypeVar("S")
Seconds = dict[str, float]
# metric → side → a number a round, at the same place for every side
Samples = dict[str, dict[str, list[float]]]
MOST_FAILURES = 3  # rounds that may fail one after another


def order(sides: Sequence[str], draw: random.Random) -> list[str]:
    """Return every side twice, as a palindrome that begins with a drawn one."""
    first = list(sides)
    draw.shuffle(first)
    return first + first[::-1]


def play(
    pieces: Iterable[tuple[str, Callable[[S], Seconds]]], sides: dict[str, S], draw: random.Random
) -> dict[str, dict[str, float]]:
    """Play one round; return metric → side → seconds. Raise clocks.NoClock, and then the whole round is void."""
    means: dict[str, dict[str, float]] = {}
    for _, work in pieces:
        turns: dict[str, list[Seconds]] = {name: [] for name in sides}
        for name in order(list(sides), draw):
            turns[name].append(work(sides[name]))
        for name, (one, other) in turns.items():
            for metric in one:
                means.setdefault(metric, {})[name] = (one[metric] + other[metric]) / 2
    return means


class Sampler(Generic[S]):
    """A player of rounds, which keeps their samples."""

    def __init__(self, pieces: dict[str, Callable[[S], Seconds]], sides: dict[str, S], seed: int) -> None:
        self.samples: Samples = {}
        self.rounds = 0
        self.void = 0
        self._pieces, self._sides, self._draw = pieces, sides, random.Random(seed)

    def warm_up(self) -> dict[str, str]:
        """Run a round that does not count, for caches, plans and connections. Return the piece of every metric."""
        return {metric: name for name in self._pieces for metric in self._attempt({name})}

    def round(self, pieces: Iterable[str]) -> None:
        """Run one round of these pieces. Raise clocks.NoClock when MOST_FAILURES rounds have been void in a row."""
        for metric, by_side in self._attempt(set(pieces)).items():
            kept = self.samples.setdefault(metric, {name: [] for name in by_side})
            for name, value in by_side.items():
                kept[name].append(value)
        self.rounds += 1

    def _attempt(self, pieces: set[str]) -> dict[str, dict[str, float]]:
        wanted = [item for item in self._pieces.items() if item[0] in pieces]
        for attempt in range(MOST_FAILURES):
            try:
                return play(wanted, self._sides, self._draw)
            except NoClock:
                self.void += 1
                if attempt == MOST_FAILURES - 1:
                    raise
        raise AssertionError("the last attempt returns or raises")
