"""Bring an installation of the earlier 08_rollup_dims to the form of today: sql/move/earlier_dimensions.sql.

One transaction, in which everybody waits while each event is written once more. Before, its trigger kept roll-ups by
dimension; now upkeep does, and an event says which transaction has written it.
"""

import logging

from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.database.locks import MOVE_LOCK, ROUND_LOCK
from adpulse.database.sql import SQL_DIR
from adpulse.variants import beside, state
from adpulse.variants.catalogue import Variant

log = logging.getLogger(__name__)

_SCRIPT = (SQL_DIR / "move" / "earlier_dimensions.sql").read_text()

_IS_EARLIER = "SELECT to_regprocedure('public.rollup_give_up(bigint)') IS NOT NULL"

_TRIGGERS = """
SELECT replace(pg_get_triggerdef(oid), 'adpulse_next.', 'public.')
FROM pg_trigger
WHERE tgrelid = 'adpulse_next.events'::regclass AND NOT tgisinternal
"""


async def bring_up(connection: Connection, variant: Variant) -> None:
    """Bring the variant in force to its form of today, where it has an earlier one. In the caller's transaction.

    Raises SchemaError while the database is being moved.
    """
    if not variant.has_dimensions or not await connection.fetchval(_IS_EARLIER):
        return
    if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", MOVE_LOCK):
        raise SchemaError("this database is being moved, or its days are archived; try again when that is over")
    log.warning("bringing rollup_dims to its new form: every event is written once more, and everybody waits")
    await connection.execute("SELECT pg_advisory_xact_lock($1)", ROUND_LOCK)
    await connection.execute("DROP SCHEMA IF EXISTS adpulse_next CASCADE")
    await beside.build(connection, variant, await state.declared(connection))
    await beside.drop_standins(connection)
    await connection.execute(_SCRIPT)
    triggers = [record[0] for record in await connection.fetch(_TRIGGERS)]
    await connection.execute("DROP TABLE adpulse_next.events")
    await connection.execute(await beside.into_place(connection))
    await connection.execute("SET search_path = public; DROP SCHEMA adpulse_next; DELETE FROM rollup_mark")
    for trigger in triggers:
        await connection.execute(trigger)
    await connection.execute("SELECT cover_partitions('events')")
    await connection.execute("SELECT rollup_dim_forget(ARRAY(SELECT place FROM rollup_dimension))")
