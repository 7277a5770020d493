"""Three times as much as can be stored."""

from pathlib import Path

from conftest import BINARIES, VERSIONS

from faults.checks import check
from faults.journal import Journal
from faults.overload import overload
from faults.world import world

MEMORY_BYTES = 512 * 2**20


async def test_too_much_is_refused_and_nothing_is_lost(home: Path) -> None:
    """Every batch is stored and acknowledged, or refused with 503 and Retry-After; a process stays within its memory.

    Some are taken all the same, and afterwards as before.
    """
    async with world(home, binaries=BINARIES[VERSIONS[0]]) as it:
        journal = Journal()
        found = await overload(it, journal, seed=1, seconds=1.5)
        assert journal.violations == []
        assert (await check(it, journal)).violations == []
    assert min(phase.statuses[200] for phase in (found.before, found.during, found.after)) > 0
    assert found.memory_bytes is None or found.memory_bytes < MEMORY_BYTES
