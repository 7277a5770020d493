"""Event ids are claimed in three ways, by what came before and how they lie in their index."""

import asyncio
from unittest.mock import AsyncMock
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.database.connections import Connection
from adpulse.ingest import event_ids
from adpulse.ingest.event_ids import EventIds
from tests.adpulse.ingest.conftest import Start, batch
from tests.adpulse.ingest.ids import ANYWHERE, TOGETHER, batch_of, raw
from tests.patience import until
from tests.sessions import waiting

pytestmark = pytest.mark.usefixtures("small_groups")


# ── The places of repeats ────────────────────────────────────────────────────────────────────────────────────


class Remembers(EventIds):
    """Ids that are claimed in memory."""

    def __init__(self, known: set[bytes]) -> None:
        super().__init__()
        self.known = known

    async def _claim(self, connection: Connection, ordered: list[bytes], one_by_one: bool) -> set[bytes]:
        assert ordered == sorted(set(ordered))
        return self.known & set(ordered)


an_id = st.sampled_from([bytes([number]) * 16 for number in range(6)])
some_ids = st.lists(st.one_of(st.none(), an_id), max_size=6)


@given(st.lists(st.one_of(st.none(), some_ids), max_size=4), st.sets(an_id))
def test_the_first_of_an_id_wins(groups: list[list[bytes | None] | None], known: set[bytes]) -> None:
    """Within a batch, among batches and before them; rows without an id repeat nothing."""
    batches = [batch_of(ids) for ids in groups]
    connection = AsyncMock(spec=asyncpg.Connection)
    places = asyncio.run(Remembers(known).claim(connection, batches))
    seen = set(known)
    for ids, repeats in zip(groups, places, strict=True):
        expected = []
        for place, event_id in enumerate(ids or ()):
            if event_id in seen:
                expected.append(place)
            elif event_id is not None:
                seen.add(event_id)
        assert repeats == expected


# ── Claims ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_neighbours_are_told_from_strangers() -> None:
    """A few strangers among them do not matter."""
    together, anywhere = sorted(raw(TOGETHER)), sorted(raw(ANYWHERE))
    assert event_ids.lie_together(together)
    assert event_ids.lie_together(sorted(together + anywhere[:90]))
    assert not event_ids.lie_together(anywhere)
    day = [(n * 1_000 << 80 | 7 << 76 | n).to_bytes(16, "big") for n in range(1_760_000_000, 1_760_086_400, 60)]
    assert event_ids.lie_together(day)
    month_later = [(int.from_bytes(each, "big") + (30 * 86_400_000 << 80)).to_bytes(16, "big") for each in day]
    assert not event_ids.lie_together(day + month_later)


@pytest.mark.parametrize("ids", [TOGETHER, ANYWHERE], ids=["together", "anywhere"])
@pytest.mark.parametrize("one_by_one", [False, True])
async def test_a_claimed_id_is_new_once(connection: Connection, ids: list[str], one_by_one: bool) -> None:
    """All ways to claim ids agree, also one after the other. Only the first repeat ends a transaction."""
    await event_ids.prepare(connection)
    claims, raced = EventIds(), 0
    for first, last, new in ((0, 600, 600), (0, 600, 0), (500, 1_000, 400), (0, 1_000, 0)):
        batches = [batch_of(raw(ids[first:last]))]
        try:
            async with connection.transaction():
                (places,) = await claims.claim(connection, batches, one_by_one=one_by_one)
        except event_ids.Raced:
            raced += 1
            async with connection.transaction():
                (places,) = await claims.claim(connection, batches, one_by_one=True)
        assert places == list(range(last - first - new))
    assert raced == (0 if one_by_one else 1)


async def test_ids_are_written_unseen_again_after_a_while(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look before the write ends with so many groups without a repeat."""
    monkeypatch.setattr(event_ids, "WARY_GROUPS", 2)
    await event_ids.prepare(connection)
    claims = EventIds()
    assert await claims.claim(connection, [batch_of(raw(TOGETHER[:9]))]) == [[]]
    for _ in range(2):
        with pytest.raises(event_ids.Raced):
            await claims.claim(connection, [batch_of(raw(TOGETHER[:9]))])
        for group in range(2):
            ids = [uuid4().bytes for _ in range(9)]
            assert await claims.claim(connection, [batch_of(ids), batch_of(ids[group:])]) == [[], [*range(9 - group)]]


@pytest.mark.parametrize("ids", [TOGETHER, ANYWHERE], ids=["together", "anywhere"])
async def test_a_repeat_waits_for_the_first(
    start: Start, connection: Connection, other: Connection, ids: list[str]
) -> None:
    """While another transaction holds some of its ids; then they are duplicates, or not if that one is rolled back."""
    writer = await start()
    for end in ("ROLLBACK", "COMMIT"):
        await other.execute("BEGIN")
        await EventIds().claim(other, [batch_of(raw(ids[:3]))])
        task = asyncio.create_task(writer.submit(batch(*({"event_id": each} for each in ids[1:5]))))

        async def waits() -> bool:
            return await waiting(connection) > 0

        await until(waits)
        assert not task.done()
        await other.execute(end)
        answer = await task
        assert (answer.accepted, answer.duplicates) == ((4, 0) if end == "ROLLBACK" else (2, 2))
        await connection.execute("TRUNCATE events, event_ids")


async def test_looking_for_ids_never_reads_the_table(connection: Connection) -> None:
    """The table is not read while it is small either: a plan made then is kept while it grows."""
    await connection.execute("SELECT pg_stat_force_next_flush()")
    for _ in range(10):
        await connection.fetch("SELECT known_event_ids($1::uuid[])", TOGETHER)
    await connection.execute("SELECT pg_stat_force_next_flush()")
    scans = "SELECT seq_scan, idx_scan FROM pg_stat_user_tables WHERE relname = 'event_ids'"
    full, indexed = await connection.fetchrow(scans) or ()
    assert full == 0
    assert indexed >= 10
