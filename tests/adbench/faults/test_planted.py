"""The harness notices what it must: `adbench faults planted` tries all planted bugs, this one of them."""

import pytest

from adbench.faults import planted, record
from adbench.faults.harms import HARMS
from adbench.faults.trees import ROOT, patched
from tests.servers import BINARIES, VERSIONS

PLANTS = planted.read_all()


def test_there_are_enough() -> None:
    """There are at least fifteen planted bugs, each of its own kind."""
    assert len({plant.what for plant in PLANTS}) == len(PLANTS) >= 15


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_plant_fits_the_code_of_today(plant: planted.Plant) -> None:
    """Its patch applies and changes something; its harms and the words that give it away exist."""
    assert set(plant.harms) <= HARMS.keys()
    assert plant.found_as
    assert set(plant.found_as) <= record.PROMISES.keys()
    with patched(plant.path) as tree:
        changed = [
            path
            for path in tree.rglob("*")
            if path.is_file() and path.read_bytes() != (ROOT / path.relative_to(tree)).read_bytes()
        ]
    assert changed


async def test_events_that_are_acknowledged_too_soon_are_missed() -> None:
    """The harness is not blind: a service that answers before the commit is found out."""
    (plant,) = (each for each in PLANTS if each.name == "acknowledge-inside")
    outcomes = await planted.attempt(plant, binaries=BINARIES[VERSIONS[0]], rate=4_000)
    assert plant.found(outcomes[-1]), outcomes[-1]
