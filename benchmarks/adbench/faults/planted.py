"""Negative controls: bugs that somebody could write, each a patch that the harness has to notice.

A patch begins with lines that git does not read. `what:` it is; `harms:` that bring it to light, done in each cycle,
or `none`; `found as:` how violations begin (adbench.faults.record.PROMISES) of which one must be among those found.
Where it needs them: the `variant:`, hostile `defaults:` (`name = value; …`), `command: up`, and the `patience:` (s)
with a server that is away, where the bug is that it stays away.
"""

from dataclasses import dataclass
from pathlib import Path

from adbench.faults import cycle as cycles
from adbench.faults.cycle import Outcome
from adbench.faults.schedule import Step
from adbench.faults.system.hostile import Default, parse
from adbench.faults.traffic.journal import Journal
from adbench.faults.trees import patched
from adbench.faults.world import VARIANT, world
from adbench.harness.patience import PATIENCE_S
from adbench.harness.process import server_folder

FOLDER = Path(__file__).parent / "planted"
# The most until it must have been found. Some need chance: `batch-in-two` needs a commit that is dropped between the
# halves of a group without keys and ids, which one cycle in six brings about.
CYCLES = 32
RATE = 20_000


@dataclass(frozen=True)
class Plant:
    """A patch and what is expected of it."""

    path: Path
    what: str
    harms: tuple[str, ...]
    found_as: tuple[str, ...]
    folder: str = VARIANT
    defaults: tuple[Default, ...] = ()
    up: bool = False
    patience_s: float = PATIENCE_S

    @property
    def name(self) -> str:
        """Return the name of the patch's file, without its suffix."""
        return self.path.stem

    def found(self, outcome: Outcome) -> list[str]:
        """Return the violations that show the planted fault."""
        return [line for line in outcome.violations if line.startswith(tuple(f"{word}:" for word in self.found_as))]


def read(path: Path) -> Plant:
    """Read a patch and its head. Raise KeyError when a line is missing, ValueError for a default that is none."""
    head, _, _ = path.read_text().partition("diff --git")
    lines = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    harms = () if lines["harms"] == "none" else tuple(lines["harms"].split(", "))
    defaults = tuple(parse(text) for text in lines["defaults"].split("; ")) if "defaults" in lines else ()
    return Plant(
        path,
        lines["what"],
        harms,
        tuple(lines["found as"].split(", ")),
        folder=lines.get("variant", VARIANT),
        defaults=defaults,
        up=lines.get("command") == "up",
        patience_s=float(lines.get("patience", PATIENCE_S)),
    )


def read_all() -> list[Plant]:
    """Return all plants, in the order of their names."""
    return [read(path) for path in sorted(FOLDER.glob("*.patch"))]


async def attempt(plant: Plant, seed: int = 1, binaries: Path | None = None, rate: float = RATE) -> list[Outcome]:
    """Run cycles on a copy with the bug, until it is found or CYCLES are over; return their outcomes."""
    outcomes: list[Outcome] = []
    with patched(plant.path) as tree, server_folder("adpulse-faults-") as home:
        async with world(home, tree, binaries, plant.folder) as it:
            if plant.up:
                await it.new_database(plant.folder, up=True)
            it.cluster.patience_s = plant.patience_s
            journal = Journal()
            for number in range(CYCLES):
                steps = [Step(harm, 0.2, seed + number) for harm in plant.harms]
                try:
                    outcomes.append(await cycles.run(it, journal, seed, number, steps, rate, plant.defaults))
                except Exception as error:
                    outcomes.append(cycles.broken(number, steps, 0, error))
                if outcomes[-1].violations:
                    break
    return outcomes
