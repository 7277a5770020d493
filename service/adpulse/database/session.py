"""The settings that every connection of the service states: server, database or login may have other defaults.

A connection states it once, when it is opened. Through a pooler in transaction mode, where a session belongs to nobody,
each transaction does (docs/decisions/0060).
"""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import asyncpg
import asyncpg.transaction

from adpulse.database.errors import UnfitError

if TYPE_CHECKING:
    from asyncpg.transaction import _IsolationLevels

    from adpulse.database.connections import Connection

    Base = asyncpg.Connection[asyncpg.Record]
else:
    Base = asyncpg.Connection

SETTINGS = {
    "statement_timeout": "0",  # first, because it bounds the statements that set the others
    "transaction_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "idle_session_timeout": "0",
    "quote_all_identifiers": "off",  # before PostgreSQL is asked to write a name
    # Names without a schema are looked up there and in pg_catalog, never in a schema that has the login's name.
    "search_path": "public",
    # A writer that keeps an old snapshot would not see that a move of variants has begun.
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "default_transaction_deferrable": "off",
    # How values look as text, in casts and in what the server prints.
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    # How statements are understood.
    "standard_conforming_strings": "on",
    "transform_null_equals": "off",
    "exit_on_error": "off",  # a lock that is not free is an error after which we try again
    "gin_fuzzy_search_limit": "0",  # more would leave rows out of a report
    "row_security": "off",  # a policy that hides rows is an error, and neither a wrong report nor a wrong sum
    # Plans that seem to cost much are compiled, for longer than our statements run: 31 s of a `verify` of 0.25 s.
    "jit": "off",
    # Maintenance counts the warnings of its statements.
    "client_min_messages": "notice",
}
_SINCE = {"transaction_timeout": 17}

# Stated with the start of a session: a timeout of a millisecond could end it before its first statement. Only settings
# that every supported server knows: a server refuses the session for an unknown name.
AT_START = {name: "0" for name in SETTINGS if name.endswith("_timeout") and name not in _SINCE}

# No partitioned table can be made where this names the database's own tablespace. Another one is the operator's choice.
_FOR_TABLES = """
SELECT set_config('default_tablespace', '', false)
  FROM pg_database JOIN pg_tablespace ON pg_tablespace.oid = dattablespace
 WHERE datname = current_database() AND spcname = current_setting('default_tablespace')"""

# Both are set only where they are wrong: a stronger synchronous_commit is the operator's choice, and a login that may
# not set session_replication_role need not do so where the value is right.
_FOR_WRITING = """
SELECT set_config('synchronous_commit', 'on', {local})
 WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply');
SELECT set_config('session_replication_role', 'origin', {local})
 WHERE current_setting('session_replication_role') <> 'origin'"""

_NO_TRIGGERS = (
    "session_replication_role is not 'origin' for this login, which may not change it: no trigger fires, and reports "
    "would miss what is written. Run as a superuser: ALTER ROLE … RESET session_replication_role (or ALTER DATABASE …)"
)


def statement(settings: Mapping[str, str], version: int, *, local: bool, writing: bool = True) -> str:
    """Return the SQL that states `settings` to a server of this major version; `local`: for one transaction."""
    word = "SET LOCAL" if local else "SET"
    parts = [
        f"{word} {name} = '{value}'"
        for name, value in settings.items()
        if version >= _SINCE.get(name, 0)
        # A transaction has its own already: BEGIN says it.
        and not (local and name.startswith("default_transaction_"))
    ]
    if writing:
        parts.append(_FOR_WRITING.format(local=str(local).lower()))
    return "; ".join(parts)


async def state(connection: "Connection", settings: Mapping[str, str], timeout_s: float) -> None:
    """Set the settings of a session; `settings` take precedence. Raise UnfitError if the server refuses one."""
    sql = statement({**SETTINGS, **settings}, connection.get_server_version().major, local=False) + ";" + _FOR_TABLES
    try:
        await connection.execute(sql, timeout=timeout_s)
    except asyncpg.InsufficientPrivilegeError as error:
        raise UnfitError(_NO_TRIGGERS) from error


@cache
def _for_a_transaction(version: int, writing: bool) -> str:
    return statement(SETTINGS, version, local=True, writing=writing)


class PooledConnection(Base):
    """A connection through a pooler in transaction mode: every transaction begins by stating what it needs.

    Statements outside of a transaction must not depend on it.
    """

    def transaction(
        self, *, isolation: "_IsolationLevels | None" = None, readonly: bool = False, deferrable: bool = False
    ) -> asyncpg.transaction.Transaction:
        """Return a transaction, `read committed` where nothing else is asked for; inside another one, a savepoint."""
        if isolation is None and not self.is_in_transaction():
            isolation = "read_committed"
        return super().transaction(isolation=isolation, readonly=readonly, deferrable=deferrable)

    async def execute(self, query: str, *args: object, timeout: float | None = None) -> str:  # noqa: ASYNC109 — asyncpg's
        """Run a statement. The BEGIN of asyncpg takes our settings along, in the same round trip."""
        if not query.startswith("BEGIN"):
            return await super().execute(query, *args, timeout=timeout)
        writing = "READ ONLY" not in query
        begin = query.removesuffix(";") + (" READ WRITE; " if writing else "; ")
        try:
            return await super().execute(begin + _for_a_transaction(self.get_server_version().major, writing))
        except asyncpg.PostgresError as error:
            self.terminate()  # it is in a transaction that asyncpg takes for not begun
            if isinstance(error, asyncpg.InsufficientPrivilegeError):
                raise UnfitError(_NO_TRIGGERS) from error
            if isinstance(error, asyncpg.FeatureNotSupportedError):  # READ WRITE, on a standby
                raise asyncpg.ReadOnlySQLTransactionError(str(error)) from error
            raise

    async def copy_to_table(self, *args: Any, **options: Any) -> str:
        """Copy, in a new transaction unless one is open."""
        if self.is_in_transaction():
            return await super().copy_to_table(*args, **options)
        async with self.transaction():
            return await super().copy_to_table(*args, **options)
