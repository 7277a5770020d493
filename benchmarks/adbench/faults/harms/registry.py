"""The table of harms, and how one gets into it."""

import importlib.util
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from random import Random

from adbench.faults.world import World

# Returns False when the moment that it waits for did not come.
Act = Callable[[World, Random], Awaitable[bool | None]]


@dataclass(frozen=True)
class Harm:
    """A way to do harm.

    `weight`: how often it is drawn, never with 0; `disk`: the small disk that it needs; `folders`: the designs
    that it is for, all without; `needs`: a package.
    """

    name: str
    act: Act
    weight: int
    disk: str | None = None
    folders: Collection[str] | None = None
    needs: str | None = None

    def possible(self, world: World) -> bool:
        """Return True if this world has what it needs."""
        return (
            (self.disk is None or bool(world.cluster.small_disks))
            and (self.folders is None or world.folder in self.folders)
            and (self.needs is None or importlib.util.find_spec(self.needs) is not None)
        )


HARMS: dict[str, Harm] = {}


def harm(
    name: str,
    weight: int = 2,
    disk: str | None = None,
    folders: Collection[str] | None = None,
    needs: str | None = None,
) -> Callable[[Act], Act]:
    """Register the decorated function as the harm of that name."""

    def enter(act: Act) -> Act:
        HARMS[name] = Harm(name, act, weight, disk, folders, needs)
        return act

    return enter
