"""The comparison of journal and database sees everything that must never be."""

from dataclasses import replace

import pytest

from adbench.faults.journal import Batch, Kind, Stored, compare

SUMS = (3, 1, 1, 500, 70)
GOOD = Stored(rows=5, places=5, last=4, sums=SUMS)


def batch(*, acknowledged: bool) -> Batch:
    return Batch(1, Kind.KEYED, 5, SUMS, acknowledged)


@pytest.mark.parametrize("acknowledged", [True, False])
def test_a_batch_that_is_stored_whole_and_once_is_right(acknowledged: bool) -> None:
    """Also one that nobody was told of."""
    assert compare([batch(acknowledged=acknowledged)], {1: GOOD}) == []


def test_a_batch_without_acknowledgement_may_be_missing() -> None:
    """Its sender knows that it does not know."""
    assert compare([batch(acknowledged=False)], {}) == []


@pytest.mark.parametrize(
    ("acknowledged", "stored", "word"),
    [
        (True, {}, "lost"),
        (True, {1: replace(GOOD, rows=4, places=4)}, "lost"),
        (False, {1: replace(GOOD, rows=4, places=4, last=3)}, "torn"),
        (True, {1: replace(GOOD, rows=10)}, "doubled"),
        (False, {1: replace(GOOD, rows=6)}, "doubled"),
        (True, {1: replace(GOOD, sums=(3, 1, 1, 501, 70))}, "changed"),
        (True, {1: replace(GOOD, last=5)}, "changed"),
        (True, {1: GOOD, 2: GOOD}, "invented"),
    ],
)
def test_what_must_not_be_is_named(acknowledged: bool, stored: dict[int, Stored], word: str) -> None:
    """Lost, torn, doubled, changed or invented: one line, which begins with the word."""
    (line,) = compare([batch(acknowledged=acknowledged)], stored)
    assert line.startswith(f"{word}: ")
