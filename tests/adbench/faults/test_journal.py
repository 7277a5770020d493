"""The comparison of journal and database sees everything that must never be."""

from dataclasses import replace

import pytest

from adbench.faults.traffic.journal import Batch, Kind, Stored, compare

SUMS = (3, 1, 1, 500, 70)
GOOD = Stored(rows=5, places=5, last=4, sums=SUMS)


def batch(*, acknowledged: bool) -> Batch:
    return Batch(1, Kind.KEYED, 5, SUMS, acknowledged)


@pytest.mark.parametrize("acknowledged", [True, False])
def test_a_batch_that_is_stored_whole_and_once_is_right(acknowledged: bool) -> None:
    """A batch that is stored whole and once is right, also when nobody was told."""
    assert compare([batch(acknowledged=acknowledged)], {1: GOOD}) == []


def test_a_batch_without_acknowledgement_may_be_missing() -> None:
    """A batch without acknowledgement may be stored or not: its sender was told neither."""
    assert compare([batch(acknowledged=False)], {}) == []


def repeated(copies: int, *, acknowledged: int) -> Batch:
    """Return a batch that was sent as `copies` new ones."""
    return Batch(1, Kind.PLAIN, 5, SUMS, acknowledged, copies)


def stored_copies(count: int) -> Stored:
    """Return the stored rows of `count` copies."""
    return replace(GOOD, rows=5 * count, sums=tuple(count * each for each in SUMS))


@pytest.mark.parametrize("count", [2, 3, 4])
def test_as_many_copies_as_were_acknowledged_are_stored(count: int) -> None:
    """At least the copies that were acknowledged are stored, and at most those that were sent."""
    assert compare([repeated(4, acknowledged=2)], {1: stored_copies(count)}) == []


@pytest.mark.parametrize(
    ("stored", "word"),
    [
        (stored_copies(1), "lost"),
        (stored_copies(5), "doubled"),
        (replace(stored_copies(3), rows=14), "torn"),
        (replace(stored_copies(3), sums=SUMS), "changed"),
    ],
)
def test_copies_are_counted(stored: Stored, word: str) -> None:
    """One too few, one too many, a part of one, or other values."""
    (line,) = compare([repeated(4, acknowledged=2)], {1: stored})
    assert line.startswith(f"{word}: ")


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
def test_every_violation_is_named(acknowledged: bool, stored: dict[int, Stored], word: str) -> None:
    """Lost, torn, doubled, changed or invented: one line, which begins with the word."""
    (line,) = compare([batch(acknowledged=acknowledged)], stored)
    assert line.startswith(f"{word}: ")
