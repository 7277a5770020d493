"""Sides take turns fairly, in an order that a seed repeats."""

import random

import pytest

from adbench.gate.measure.clocks import NoClock
from adbench.gate.measure.rounds import MOST_FAILURES, Sampler, order

SIDES = {"base": "base", "head": "head", "control": "control"}


def test_an_order_is_a_palindrome_of_all_sides() -> None:
    """A linear drift weighs on all sides alike; each side is first somewhere."""
    draw = random.Random(1)
    orders = [order(list(SIDES), draw) for _ in range(40)]
    assert all(each == each[::-1] and sorted(each[:3]) == sorted(SIDES) for each in orders)
    assert {each[0] for each in orders} == set(SIDES)


def test_a_linear_drift_cancels() -> None:
    """A machine that gets slower from turn to turn gives every side the same mean."""
    turn = 0.0

    def work(side: str) -> dict[str, float]:
        nonlocal turn
        turn += 1
        return {"m.cpu": turn}

    sampler = Sampler({"piece": work}, SIDES, seed=2)
    for _ in range(5):
        sampler.round(["piece"])
    samples = sampler.samples["m.cpu"]
    assert samples["base"] == samples["head"] == samples["control"]
    assert len(samples["base"]) == sampler.rounds == 5


def test_a_seed_repeats_the_order() -> None:
    """Two runs with one seed take the same turns; another seed takes others."""

    def turns(seed: int) -> list[str]:
        taken: list[str] = []

        def work(side: str) -> dict[str, float]:
            taken.append(side)
            return {"m.cpu": 1.0}

        sampler = Sampler({"piece": work}, SIDES, seed)
        for _ in range(6):
            sampler.round(["piece"])
        return taken

    assert turns(1) == turns(1) != turns(2)


def test_only_what_is_undecided_is_played() -> None:
    """A piece that is left out gets no samples; the warm-up gets none at all, and says which metrics a piece has."""
    sampler = Sampler({"a": lambda side: {"a.cpu": 1.0}, "b": lambda side: {"b.cpu": 2.0}}, SIDES, seed=1)
    assert sampler.warm_up() == {"a.cpu": "a", "b.cpu": "b"}
    assert not sampler.samples
    sampler.round({"b"})
    assert list(sampler.samples) == ["b.cpu"]


def test_a_void_round_is_played_again_and_not_for_ever() -> None:
    """A session that ended in the middle voids the round, all of it; when it goes on so, the run breaks off."""
    failures = iter([False, True, False, False, False, False, False, False])

    def work(side: str) -> dict[str, float]:
        if next(failures, True):
            raise NoClock("gone")
        return {"m.cpu": 1.0}

    sampler = Sampler({"piece": work}, SIDES, seed=1)
    sampler.round(["piece"])
    assert (sampler.rounds, sampler.void) == (1, 1)
    assert {len(values) for values in sampler.samples["m.cpu"].values()} == {1}
    with pytest.raises(NoClock):
        sampler.round(["piece"])
    assert sampler.void == 1 + MOST_FAILURES
