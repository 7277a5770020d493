"""Three times as much as can be stored."""

from collections import Counter
from pathlib import Path

from adbench.faults import record
from adbench.faults.checks import check
from adbench.faults.overload import Overload, Phase, overload
from adbench.faults.traffic.journal import Journal
from adbench.faults.traffic.sender import Sent
from adbench.faults.world import world
from adbench.figures import fault_tables
from adbench.records import model
from tests.servers import BINARIES, VERSIONS

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
    assert min(phase.sent.statuses[200] for phase in (found.before, found.during, found.after)) > 0
    assert found.memory_bytes is None or found.memory_bytes < MEMORY_BYTES


def test_the_page_says_what_the_result_holds() -> None:
    """Goodput is what was stored meanwhile ÷ the mean of before and after; what is missed is called missed."""
    before, after = (Phase(10, Sent(statuses=Counter({200: n})), client_s=2, services_s=9) for n in (900, 1_100))
    answers = Sent(offered=9_000, statuses=Counter({200: 2_100, 503: 6_900}), latencies=[0.5] * 99 + [7])
    during = Phase(30, answers, client_s=12, services_s=2, postgres_s=4.3)
    found = Overload(before, during, after, 100 * 2**20)
    began, parameters = record.Begun(), {"seconds": 30}
    server = model.Postgres(version="18", settings={})
    said = fault_tables.overload(record.of_overload(found, [], began, server, parameters), "[file](x)")
    assert "The services stored 90,000 events/s before and 110,000 after; 300,000" in said
    assert "- **missed**: goodput is 90% of the capacity (70.0%)" in said
    assert "- kept: a process stays within 512 MB (100 MB)" in said
    assert "| during | 0.40 | 0.07 | 0.14 | 3.00 µs |" in said
