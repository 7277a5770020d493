"""A few seeded cycles of harm, each harm at least once: nothing is lost, doubled, torn or reported wrongly."""

import tempfile
from pathlib import Path

import pytest

from adbench.faults import cycle
from adbench.faults.harms import HARMS
from adbench.faults.schedule import Step
from adbench.faults.traffic.journal import Journal
from adbench.faults.world import ROLLUPS, world
from tests.servers import BINARIES, VERSIONS

SEED = 2026
RATE = 4_000  # events a second: enough to be under way when harm comes, and little to recount
ROUNDS = 3
NAMES = sorted(name for name, each in HARMS.items() if each.weight)


@pytest.mark.parametrize("part", [0, 1])
async def test_nothing_is_lost_or_doubled(home: Path, part: int) -> None:
    """All that traffic/journal.py and checks.py of the harness state, after every cycle. Each half of the harms has a
    world of its own; harms that need a small file system are left out where none can be mounted.
    """
    names = NAMES[part::2]
    async with world(home, binaries=BINARIES[VERSIONS[part % len(VERSIONS)]], folder=ROLLUPS[part]) as it:
        journal = Journal()
        skipped = set()
        for number in range(ROUNDS):
            steps = [Step(name, 0.1, SEED + number) for name in names[number::ROUNDS]]
            outcome = await cycle.run(it, journal, SEED, number, steps, RATE)
            assert outcome.violations == [], outcome
            assert outcome.events_acknowledged > 0, outcome
            skipped |= set(outcome.skipped)
    if skipped:
        pytest.skip(f"passed without {', '.join(sorted(skipped))}: no small file system, or another design by then")


def test_a_record_names_no_path_of_this_machine() -> None:
    """A harness that breaks on a file of its own says so, and `adbench keep` takes the record."""
    path = Path(tempfile.gettempdir()) / "adpulse-faults-x" / "server" / "log"
    said = cycle.describe(ExceptionGroup("", [FileNotFoundError(2, "No such file or directory", str(path))]))
    assert said == "FileNotFoundError: [Errno 2] No such file or directory: 'a temporary file'"
