"""Find what keeps a login from writing events into a database that it reaches."""

from adpulse.database.connections import Connection

# A policy on a table into which the login may write ends each statement, because row_security is off. Owners and
# superusers pass policies, unless they are forced.
_CLOSED = """
SELECT
  NOT has_table_privilege('public.events', 'INSERT')
  OR EXISTS (
    SELECT FROM pg_class
    WHERE
      relnamespace = 'public'::regnamespace AND relrowsecurity AND relkind IN ('r', 'p')
      AND has_table_privilege(oid, 'INSERT') AND row_security_active(oid)
  )
"""


async def are_missing(connection: Connection) -> bool:
    """Return True if the login may not write events: it lacks the right, or a row-level policy is in the way."""
    # In a transaction, because a pooler may change the server between two messages.
    async with connection.transaction(readonly=True):
        return bool(await connection.fetchval(_CLOSED))
