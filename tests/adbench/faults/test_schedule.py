"""The schedule of harm."""

from collections import Counter

from adbench.faults.harms import HARMS
from adbench.faults.schedule import era, plan
from adbench.faults.system import hostile
from adbench.faults.world import FOLDERS


def test_the_same_seed_gives_the_same_schedule() -> None:
    """A seed repeats its schedule, so that a cycle can be run again; another seed or cycle gives another."""
    cycles = [plan(7, cycle) for cycle in range(40)]
    assert cycles == [plan(7, cycle) for cycle in range(40)]
    assert cycles != [plan(8, cycle) for cycle in range(40)]
    assert cycles[0] != cycles[len(HARMS)]


def test_every_harm_has_its_turn() -> None:
    """Each harm comes at least once in as many cycles as there are harms; `names` leaves others out."""
    assert {step.harm for cycle in range(len(HARMS)) for step in plan(1, cycle)} == {
        name for name, each in HARMS.items() if each.weight
    }
    assert {step.harm for cycle in range(9) for step in plan(1, cycle, ["kill-service"])} == {"kill-service"}


def test_every_design_has_its_turn_and_both_commands() -> None:
    """Databases follow one another through all designs, each with `serve` and with `up`."""
    eras = [era(3, number) for number in range(12)]
    assert Counter(each.folder for each in eras) == dict.fromkeys(FOLDERS, 3)
    assert {each.folder for each in eras if each.up} == set(FOLDERS)
    assert not any(era(3, number, ups=False).up for number in range(12))


def test_every_hostile_default_has_its_turn() -> None:
    """The same for the same seed; some cycles have none; the harness's own sessions state each of them."""
    drawn = [hostile.draw(1, cycle) for cycle in range(200)]
    assert drawn == [hostile.draw(1, cycle) for cycle in range(200)]
    assert {default.name for defaults in drawn for default in defaults} == set(hostile.DEFAULTS)
    assert [] in drawn
    assert max(map(len, drawn)) <= hostile.MOST
    assert not set(hostile.DEFAULTS) - set(hostile.OURS)
    assert hostile.draw(1, 0, []) == []
