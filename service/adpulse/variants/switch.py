"""The moment of a move in which everybody waits: the last arrivals, and the new design in the place of the old one."""

import logging
import re
import time
from collections.abc import Sequence, Set
from dataclasses import dataclass

from adpulse.database.connections import Connection
from adpulse.database.locks import ROUND_LOCK, give_way
from adpulse.variants import beside, capture, state
from adpulse.variants.catalogue import Variant

log = logging.getLogger(__name__)

# For locks where only maintenance and autovacuum wait behind us; autovacuum gives way after a second.
_CALM_MS = 10_000


@dataclass(slots=True)
class Switch:
    """The last step of a move: run it when the new design holds what the snapshot did, and most of what came since."""

    connection: Connection
    old: Variant
    new: Variant
    dimensions: Sequence[str]  # to be declared
    parts: Set[int]  # the tables of `events` that were copied, by oid
    since: str  # the first transaction whose arrivals may not be taken over yet

    async def run(self) -> None:
        """Switch in one transaction, tried again until it gets its locks. Raises SchemaError, asyncpg.PostgresError."""
        ours = [name for kind, name in await beside.relations(self.connection) if kind == "TABLE"]
        into_place = await beside.into_place(self.connection)
        theirs = await _tables(self.connection, self.old)

        async def work(wait_ms: int) -> None:
            last = await self._stop_upkeep(ours, theirs)
            await self.connection.execute(f"SET LOCAL lock_timeout = {wait_ms}")
            started = time.perf_counter()
            await self._stop_everybody(last, theirs)
            await self._exchange(into_place)
            log.info("the switch took %.0f ms", (time.perf_counter() - started) * 1_000)

        await give_way(self.connection, work, before=self._catch_up)

    async def _catch_up(self) -> None:
        self.since = await capture.catch_up(self.connection, self.since)

    async def _stop_upkeep(self, ours: Sequence[str], theirs: Sequence[str]) -> str:
        """Take the locks for which nobody waits but upkeep, then what arrived meanwhile. Return the next `since`.

        A round of maintenance is let end, and none begins: its statements belong to the old design, and must not meet
        the new tables. Autovacuum gives way, and stays away.
        """
        await self.connection.execute(f"SET LOCAL lock_timeout = {_CALM_MS}")
        await self.connection.execute("SELECT pg_advisory_xact_lock($1)", ROUND_LOCK)
        await self.connection.execute(f"LOCK TABLE {', '.join(ours)} IN ACCESS EXCLUSIVE MODE")
        await self.connection.execute(
            f"LOCK TABLE {', '.join(theirs)}, adpulse_move.arrived IN SHARE UPDATE EXCLUSIVE MODE"
        )
        _, last = await capture.take_over(self.connection, self.since)
        return last

    async def _stop_everybody(self, last: str, theirs: Sequence[str]) -> None:
        """Stop writers, take their last events, then stop reports."""
        # Each partition too, because others may write straight into it.
        await self.connection.execute("LOCK TABLE public.events IN EXCLUSIVE MODE")
        await capture.check(self.connection, self.parts)
        await capture.take_over(self.connection, last)
        # In the order in which a report takes its locks, or both would wait for the other. In one message: a report of
        # several statements locks `events` first, and one that comes between two of these locks would make us wait for
        # it, and it for us.
        await self.connection.execute("; ".join(f"LOCK TABLE ONLY {name} IN ACCESS EXCLUSIVE MODE" for name in theirs))

    async def _exchange(self, into_place: str) -> None:
        """Take the old design away, and put the new one in its place."""
        await state.check_in_force(self.connection, self.old)
        await self.connection.execute(f"SET LOCAL search_path = public; {self.old.script('down')}")
        await self.connection.execute(into_place)
        # The mark says up to which transaction deltas were moved. It is not true of the new deltas: it has advanced
        # since they were written.
        await self.connection.execute("DELETE FROM rollup_mark")
        await state.declare(self.connection, self.dimensions)
        await state.settle(self.connection, self.new, moved=True)
        # The second without CASCADE: nothing must be left in it.
        await self.connection.execute("DROP SCHEMA adpulse_move CASCADE; DROP SCHEMA adpulse_next")


async def _tables(connection: Connection, old: Variant) -> list[str]:
    """Return the tables of the old design in the order in which its report locks them.

    Those that it names come first, then `events`, then what it reads inside a function.
    """
    named = [table for table in old.tables if re.search(rf"\b{table}\b", old.report)]
    records = await connection.fetch(
        "SELECT format('%I.%I', 'public', relname) FROM unnest($1::text[]) WITH ORDINALITY AS listed (relname, place) "
        "JOIN pg_class USING (relname) WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
        "ORDER BY place",
        [*named, "events", *(table for table in old.tables if table not in named)],
    )
    return [record[0] for record in records]
