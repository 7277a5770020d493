"""The databases of a matrix: one for each variant and size, which is copied for everything that writes."""

from dataclasses import dataclass

from adbench.experiments.matrix.explain import PARTITION
from adbench.experiments.matrix.sources import Source
from adbench.harness.databases import connected, recreate, sibling
from adpulse.database.connections import Connection
from adpulse.variants import migrate
from adpulse.variants.catalogue import Variant

SIZES = """
SELECT relname, relkind IN ('i', 'I') AS is_index, pg_table_size(pg_class.oid) AS bytes
FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'm', 'i')
"""


@dataclass(frozen=True, eq=False)  # a key of dictionaries, by itself
class Database:
    """One variant at one size, on the server of that URL."""

    server: str
    variant: Variant
    events: int

    @property
    def name(self) -> str:
        return f"adpulse_matrix_{self.variant.name}_{self.events}"

    @property
    def url(self) -> str:
        return sibling(self.server, self.name)

    async def build(self, source: Source) -> None:
        """Make it anew: the design, and partitions for every day that has events. Raise ScratchError."""
        async with connected(await recreate(self.server, self.name)) as connection:
            await migrate.migrate(connection, self.variant.name, dimensions=source.dimensions)
            days = source.days(self.events)
            await connection.execute("SELECT prepare_days(day, day) FROM unnest($1::date[]) AS day", days)

    async def sign(self, run: str) -> None:
        """Note that it is whole, and whose it is."""
        await self._execute(f"COMMENT ON DATABASE {self.name} IS '{run}'")

    async def signed(self, run: str) -> bool:
        """Return True if it is there, whole, from this run."""
        async with connected(self.server) as connection:
            found = await connection.fetchval(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1", self.name
            )
        return bool(found == run)

    async def copy(self) -> str:
        """Return the URL of a copy, file by file, as it was when it had settled. It ends with a checkpoint."""
        await self.drop_copy()
        await self._execute(f"CREATE DATABASE {self.name}_copy TEMPLATE {self.name} STRATEGY file_copy")
        return sibling(self.server, f"{self.name}_copy")

    async def drop_copy(self) -> None:
        """Drop the copy, if it is there."""
        await self._execute(f"DROP DATABASE IF EXISTS {self.name}_copy WITH (FORCE)")

    async def drop(self) -> None:
        """Drop it and its copy, if they are there."""
        await self.drop_copy()
        await self._execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    async def _execute(self, statement: str) -> None:
        async with connected(self.server) as connection:
            await connection.execute(statement)


async def sizes(connection: Connection) -> dict[tuple[str, str], int]:
    """Return bytes of every table and index that holds some, by ("table" or "index", name); partitions count as one."""
    found: dict[tuple[str, str], int] = {}
    for name, is_index, size in await connection.fetch(SIZES):
        key = ("index" if is_index else "table", PARTITION.sub("", name).replace("events_default", "events"))
        if size:
            found[key] = found.get(key, 0) + size
    return found


async def wal(connection: Connection) -> int:
    """Return bytes of write-ahead log that the server has written since it was made."""
    written: int = await connection.fetchval("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint")
    return written
