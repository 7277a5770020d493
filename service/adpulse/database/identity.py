"""The identity of a server: reports come from a copy of the primary, not of one that is gone."""

import logging
from functools import cache
from typing import NamedTuple

import asyncpg

from adpulse.database.connections import Connection

log = logging.getLogger(__name__)


class Server(NamedTuple):
    """A server of PostgreSQL. `system` is drawn when its cluster is made; `timeline` is None on a standby."""

    system: str
    timeline: str | None

    def may_answer_for(self, primary: "Server") -> bool:
        """Return True for a standby of that primary, that server itself, and the server of a subscriber.

        A standby of another cluster is left over from a primary that is gone. A server that was promoted, or a primary
        that was replaced, has another timeline.
        """
        if self.timeline is None:
            return self.system == primary.system
        return self.system != primary.system or self.timeline == primary.timeline


_SERVER = """
SELECT
  system_identifier::text,
  CASE WHEN NOT pg_is_in_recovery() THEN left(pg_walfile_name(pg_current_wal_lsn()), 8) END
FROM pg_control_system()
"""


async def server(connection: Connection) -> Server | None:
    """Return the server of that connection; None where the login may not ask, or the server is not quite PostgreSQL."""
    try:
        # Use a transaction, because a pooler may change the server between two messages.
        async with connection.transaction(readonly=True):
            row = await connection.fetchrow(_SERVER)
    except (
        asyncpg.InsufficientPrivilegeError,
        asyncpg.UndefinedFunctionError,
        asyncpg.FeatureNotSupportedError,
    ) as error:
        _say_once(f"cannot tell which server this is, so a replica is taken for one of this primary: {error}")
        return None
    assert row is not None
    return Server(*row)


@cache
def _say_once(message: str) -> None:
    log.warning(message)
