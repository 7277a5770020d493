"""Progress beside the work; where there is no terminal, a line at the end."""

import io

from rich.console import Console

from adbench.harness import progress


def quiet() -> Console:
    return Console(file=io.StringIO(), width=100)


def test_rounds_of_the_warm_up_are_below_zero() -> None:
    """The rounds that count begin at 0."""
    assert list(progress.rounds(quiet(), "asking", 3, warmup=2)) == [-2, -1, 0, 1, 2]


def test_rounds_end_when_their_time_is_over_but_a_few_are_always_played() -> None:
    """With no time at all, the warm-up and `least` rounds remain."""
    assert list(progress.rounds(quiet(), "asking", 9, least=2, longest_s=0)) == [-1, 0, 1]


def test_a_finished_step_leaves_a_line() -> None:
    """A bar and a step each end with what they were for and how long it took."""
    console = quiet()
    with progress.bar(console, "loading", 10, "events") as advance_to:
        advance_to(10)
    with progress.step(console, "tidying"):
        pass
    assert isinstance(console.file, io.StringIO)
    loading, tidying = console.file.getvalue().splitlines()
    assert loading.startswith("loading")
    assert loading.endswith("events/s")
    assert tidying.startswith("tidying")
