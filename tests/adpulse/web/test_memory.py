"""Unsent answers of all connections have one limit; the oldest connection is cut first."""

from adpulse.web.memory import Memory


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
