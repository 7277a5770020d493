"""Which harm is done when: drawn from a seed, the same for the same seed, whatever happened in between."""

from collections.abc import Collection
from dataclasses import dataclass
from random import Random

from adbench.faults.harms import HARMS

HARMS_A_CYCLE = (1, 3)
PAUSE_S = 0.6  # the longest time before and between harms


@dataclass(frozen=True)
class Step:
    """A harm, done `after_s` seconds after the one before it is over; `seed` decides what it leaves open."""

    harm: str
    after_s: float
    seed: int


def plan(seed: int, cycle: int, names: Collection[str] | None = None) -> list[Step]:
    """The harms of a cycle, of those names or of all."""
    chance = Random(f"schedule {seed} {cycle}")
    harms = [each for name, each in sorted(HARMS.items()) if names is None or name in names]
    drawn = chance.choices(harms, [each.weight for each in harms], k=chance.randint(*HARMS_A_CYCLE))
    # Chance alone would leave some harm out for a long time: each comes first in turn.
    drawn[0] = harms[cycle % len(harms)]
    return [Step(each.name, round(chance.uniform(0.05, PAUSE_S), 3), chance.randrange(2**32)) for each in drawn]
