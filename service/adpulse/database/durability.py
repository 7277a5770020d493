"""Find settings and tables that let a crash lose acknowledged events."""

import logging
from functools import cache

from adpulse.database.connections import Connection

log = logging.getLogger(__name__)

# One statement on catalogues. UNLOGGED tables are ours if the owner of `events` owns them.
_RISKS = """
SELECT name || ' is off' FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'
UNION ALL
SELECT 'the table ' || oid::regclass || ' is UNLOGGED'
FROM pg_class
WHERE
  relpersistence = 'u' AND relkind IN ('r', 'p', 'm') AND relnamespace = 'public'::regnamespace
  AND relowner = (SELECT relowner FROM pg_class WHERE oid = to_regclass('public.events'))
ORDER BY 1
LIMIT 20
"""


async def risks(connection: Connection) -> list[str]:
    """Return a phrase for each risk to acknowledged events, at most 20; none where all is well."""
    # Use a transaction, because a pooler may change the server between two messages.
    async with connection.transaction(readonly=True):
        return [record[0] for record in await connection.fetch(_RISKS)]


@cache
def warn(risk: str) -> None:
    """Say it in the log of this process, once."""
    log.warning("a crash of the server may take away what was acknowledged: %s", risk)
