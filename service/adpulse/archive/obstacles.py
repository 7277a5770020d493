"""Find the additions of the owner to a daily partition that its file would not hold, or that depend on the table."""

from adpulse.archive.manifest import ArchiveError
from adpulse.archive.parquet import NAMES
from adpulse.database.connections import Connection

# Columns with values of their own: generated ones come back by themselves. Then objects that depend on the table or its
# row type and are no part of it, such as a view: PostgreSQL does not drop a table under them.
_OBSTACLES = """
SELECT format('the column %I is not in an archive', attname)
FROM pg_attribute
WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attname <> ALL ($2::text[])
UNION ALL
SELECT DISTINCT pg_describe_object(classid, objid, 0) || ' depends on it'
FROM pg_depend AS others
WHERE
  deptype = 'n'
  AND (refclassid, refobjid) IN (
    SELECT 'pg_class'::regclass, $1::regclass::oid
    UNION ALL
    SELECT 'pg_type'::regclass, reltype FROM pg_class WHERE oid = $1::regclass
  )
  -- A policy or a trigger goes with its table, although its condition names columns.
  AND NOT EXISTS (
    SELECT FROM pg_depend AS own
    WHERE
      own.classid = others.classid AND own.objid = others.objid AND own.deptype IN ('a', 'i', 'P', 'S')
      AND own.refclassid = 'pg_class'::regclass AND own.refobjid = $1::regclass
  )
UNION ALL
SELECT format('the foreign key %I of %s refers to it', conname, conrelid::regclass)
FROM pg_constraint
WHERE contype = 'f' AND confrelid = $1::regclass AND conparentid <> 0
ORDER BY 1
"""

_SHOWN = 10


async def check(connection: Connection, table: str) -> None:
    """Raise ArchiveError, with a list, when the partition cannot go without a loss.

    Raise asyncpg.UndefinedTableError when it has gone.
    """
    found = [record[0] for record in await connection.fetch(_OBSTACLES, table, list(NAMES))]
    if found:
        raise ArchiveError(
            f"{table} stays in the database: {'; '.join(found[:_SHOWN])}; drop that first, or keep these days",
            refused=True,
        )
