"""The schedule of harms, drawn from a seed: the same for the same seed and any course of events."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from random import Random

from adbench.faults.harms import HARMS
from adbench.faults.world import FOLDERS

HARMS_A_CYCLE = (1, 3)
UP_EVERY = 3
PAUSE_S = 0.6  # the longest time before and between harms


@dataclass(frozen=True)
class Step:
    """A harm, done `after_s` seconds after the one before it is over; `seed` decides what it leaves open."""

    harm: str
    after_s: float
    seed: int


@dataclass(frozen=True)
class Era:
    """The design of a database, and that the first service is `adpulse up`, which has its own server."""

    folder: str
    up: bool


def era(seed: int, number: int, folders: Sequence[str] = FOLDERS, *, ups: bool = True) -> Era:
    """Return what a database is made for: each design in turn, the seed decides the first; every third with `up`."""
    return Era(folders[(seed + number) % len(folders)], ups and (seed + number) % UP_EVERY == UP_EVERY - 1)


def plan(seed: int, cycle: int, names: Collection[str] | None = None) -> list[Step]:
    """Return the harms of a cycle, of those names or of all that are drawn (weight above 0)."""
    chance = Random(f"schedule {seed} {cycle}")
    harms = [each for name, each in sorted(HARMS.items()) if (each.weight if names is None else name in names)]
    drawn = chance.choices(harms, [each.weight or 1 for each in harms], k=chance.randint(*HARMS_A_CYCLE))
    # Chance alone would leave some harm out for a long time: each comes first in turn.
    drawn[0] = harms[cycle % len(harms)]
    return [Step(each.name, round(chance.uniform(0.05, PAUSE_S), 3), chance.randrange(2**32)) for each in drawn]
