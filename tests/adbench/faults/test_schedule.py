"""The schedule of harm."""

from adbench.faults.harms import HARMS
from adbench.faults.schedule import plan


def test_the_same_seed_gives_the_same_schedule() -> None:
    """So that a cycle that found something can be run again; another seed or cycle gives another."""
    cycles = [plan(7, cycle) for cycle in range(40)]
    assert cycles == [plan(7, cycle) for cycle in range(40)]
    assert cycles != [plan(8, cycle) for cycle in range(40)]
    assert cycles[0] != cycles[len(HARMS)]


def test_every_harm_has_its_turn() -> None:
    """In as many cycles as there are harms each comes at least once; `names` leaves others out."""
    assert {step.harm for cycle in range(len(HARMS)) for step in plan(1, cycle)} == set(HARMS)
    assert {step.harm for cycle in range(9) for step in plan(1, cycle, ["kill-service"])} == {"kill-service"}
