"""The ledger finds the longest group that was taken, and takes each group once."""

import pytest

from adpulse.database.connections import Connection
from adpulse.importing import ledger
from adpulse.importing.chunk import Chunk
from adpulse.importing.ledger import AlreadyImported, Group
from adpulse.ingest.batch import Answer

pytestmark = pytest.mark.anyio

BEFORE = b"\x01" * 32


def chunk(*texts: str) -> Chunk:
    return Chunk(list(texts), list(texts), list(range(1, len(texts) + 1)))


async def note(connection: Connection, taken: Chunk, accepted: int = 1, before: bytes = BEFORE) -> None:
    group = Group("a.csv", 1, len(taken), before, taken.digest(before))
    await ledger.note(connection, group, Answer(accepted, 0, [], 0))


async def test_of_several_groups_the_longest_is_found(connection: Connection) -> None:
    """The same records in the same place are known; others, fewer, and those of another place are not."""
    for taken in (chunk("a"), chunk("a", "b"), chunk("a", "x", "c")):
        await note(connection, taken)
    known = await ledger.find(connection, BEFORE, chunk("a", "b", "c"))
    assert known is not None
    assert (known.records, known.after, known.effective) == (2, chunk("a", "b").digest(BEFORE), True)
    assert await ledger.find(connection, BEFORE, chunk("b", "a")) is None
    assert await ledger.find(connection, BEFORE, chunk()) is None
    assert await ledger.find(connection, b"\x02" * 32, chunk("a", "b")) is None


async def test_a_group_is_taken_once(connection: Connection) -> None:
    """A second note of a group that stored something is refused; one that stored nothing may be taken again."""
    await note(connection, chunk("a"), accepted=0)
    known = await ledger.find(connection, BEFORE, chunk("a"))
    assert known is not None
    assert not known.effective
    await note(connection, chunk("a"), accepted=1)
    with pytest.raises(AlreadyImported):
        await note(connection, chunk("a"), accepted=1)
    assert await connection.fetchval("SELECT sum(accepted) FROM imported") == 1
