"""The daily partitions that a group of events of one UTC day may be copied into, past `events`.

PostgreSQL then routes no row, which saves a tenth of a COPY (docs/decisions/0033). A partition is found by its name. By
then the table of that name may have been detached: `copy_into` then stores nothing.
"""

import time
from datetime import date, timedelta

import asyncpg

from adpulse.database.connections import Connection
from adpulse.event.values import COLUMNS
from adpulse.ingest.copy_format import EPOCH

# With fewer events, asking the database costs as much as it saves.
FEWEST = 1_000
# How long a list of partitions is used before the database is asked again; a new partition may be used that late.
REFRESH_S = 10.0

# Errors that a partition can raise and `events` cannot.
NOT_THERE = (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError, asyncpg.WrongObjectTypeError)

# A partition of just its day that does all that `events` would do: the same statement triggers, the same defaults, and
# no policies of rows. Its bounds are read as they are written in UTC.
_USABLE = """
SELECT day
FROM pg_inherits
JOIN pg_class AS part ON part.oid = inhrelid
JOIN pg_class AS whole ON whole.oid = inhparent
CROSS JOIN LATERAL (
  SELECT
    to_date(right(part.relname, 8), 'YYYYMMDD') AS day,
    pg_get_expr(part.relpartbound, part.oid) AS bounds
) AS named
WHERE
  inhparent = to_regclass('public.events')
  AND NOT inhdetachpending
  AND part.relkind = 'r'
  AND part.relname ~ '^events_p[0-9]{8}$'
  AND part.relnamespace = whole.relnamespace
  AND bounds = format('FOR VALUES FROM (%L) TO (%L)', day || ' 00:00:00+00', day + 1 || ' 00:00:00+00')
  AND has_table_privilege(part.oid, 'INSERT')
  AND NOT whole.relrowsecurity
  AND NOT EXISTS (
    SELECT FROM pg_trigger AS given
    WHERE
      given.tgrelid = inhparent AND NOT tgisinternal AND tgtype & 5 = 4 -- INSERT, for each statement
      AND NOT EXISTS (
        SELECT FROM pg_trigger AS own
        WHERE own.tgrelid = inhrelid AND own.tgname = given.tgname AND own.tgenabled = given.tgenabled
      )
  )
  AND NOT EXISTS (
    SELECT FROM pg_attribute AS given
    JOIN pg_attribute AS own ON own.attrelid = inhrelid AND own.attname = given.attname
    LEFT JOIN pg_attrdef AS stated ON (stated.adrelid, stated.adnum) = (inhparent, given.attnum)
    LEFT JOIN pg_attrdef AS copied ON (copied.adrelid, copied.adnum) = (inhrelid, own.attnum)
    WHERE
      given.attrelid = inhparent AND given.attnum > 0 AND NOT given.attisdropped
      AND pg_get_expr(stated.adbin, inhparent) IS DISTINCT FROM pg_get_expr(copied.adbin, inhrelid)
  )
"""


class Partitions:
    """The usable daily partitions, as the database last listed them. One for all connections of a login."""

    def __init__(self) -> None:
        self._usable: set[date] = set()
        self._stale_at = 0.0  # time.monotonic

    async def day(self, connection: Connection, day: int | None, count: int) -> date | None:
        """Return the day whose partition `count` events of `day` may go into, or None to write into `events`.

        `day` counts from 2000-01-01 in UTC; None: they are of several days. The connection is in no transaction.
        """
        if day is None or count < FEWEST:
            return None
        if time.monotonic() >= self._stale_at:
            # Set it before the question, so that only one connection asks.
            self._stale_at = time.monotonic() + REFRESH_S
            async with connection.transaction():  # a pooler gives a session's settings to a transaction only
                self._usable = {record[0] for record in await connection.fetch(_USABLE)}
        found = EPOCH.date() + timedelta(days=day)
        return found if found in self._usable else None

    def forget(self) -> None:
        """Use no partition until the database has been asked again."""
        self._usable = set()


async def copy_into(connection: Connection, day: date, data: memoryview) -> bool:
    """Copy rows into the partition of a day; return False, with nothing stored, when it is no partition of `events`.

    Raise one of NOT_THERE when there is no such table, or it may not be written; what else COPY raises.
    """
    table = f"events_p{day:%Y%m%d}"
    status = await connection.copy_to_table(
        table,
        schema_name="public",
        source=data,  # type: ignore[arg-type]  # asyncpg takes any buffer, its stubs do not know
        columns=COLUMNS,
        format="binary",
        # PostgreSQL folds this into true or false when it plans the COPY, after it has locked the table. Until the
        # commit nobody can drop, detach or rename it, so the value stays true. It costs nothing for a row.
        where=f"pg_partition_root('public.{table}'::regclass) = to_regclass('public.events')",
    )
    return status != "COPY 0"
