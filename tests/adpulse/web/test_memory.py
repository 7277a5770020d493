"""Unsent answers of all connections have one limit; the oldest connection is cut first."""

from adpulse.web.memory import TRIM_BYTES, Memory


class Kept:
    """A connection as Memory sees one."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def cut(self, reason: str) -> None:
        self.reasons.append(reason)


def test_the_oldest_is_cut_first() -> None:
    """All together stay within the bound; a connection that gives back in time is not cut."""
    all_kept = Memory(100)
    old, gone, new = Kept(), Kept(), Kept()
    for connection, size in ((old, 40), (gone, 50), (gone, 0), (new, 50), (old, 45)):
        all_kept.keep(connection, size)
    assert (all_kept.total, old.reasons, new.reasons) == (95, [], [])
    all_kept.keep(new, 60)
    assert (all_kept.total, old.reasons, gone.reasons, new.reasons) == (60, ["memory"], [], [])
    all_kept.keep(old, 0)  # it has gone
    all_kept.keep(new, 101)
    assert (all_kept.total, new.reasons) == (0, ["memory"])


def test_pages_go_back_each_time_that_half_is_given_back() -> None:
    """Memory is given back also during a flood that never ends completely; a small amount is not worth it."""
    trims: list[int] = []
    all_kept = Memory(100 * TRIM_BYTES, trim=lambda: trims.append(all_kept.total // TRIM_BYTES))
    one, other = Kept(), Kept()
    all_kept.keep(other, TRIM_BYTES)
    all_kept.keep(other, 0)
    all_kept.keep(other, TRIM_BYTES)
    for size in (31, 29, 40, 20, 19, 9, 3, 0):
        all_kept.keep(one, size * TRIM_BYTES)
    assert trims == [20, 10, 4, 1]
