"""Build a design beside the one in force, in the schema `adpulse_next`, and bring it into the place of that one."""

from collections.abc import Sequence

from adpulse.database.connections import Connection
from adpulse.database.sql import SQL_DIR
from adpulse.variants.catalogue import Variant

_STANDINS = (SQL_DIR / "move" / "standins.sql").read_text()
_DROP_STANDINS = (SQL_DIR / "move" / "drop_standins.sql").read_text()


async def build(connection: Connection, new: Variant, dimensions: Sequence[str]) -> None:
    """Build a design in the schema `adpulse_next`, which comes first in the session's search path from then on."""
    async with connection.transaction():
        await connection.execute("CREATE SCHEMA adpulse_next")
        await connection.execute("SET search_path = adpulse_next, public")
        await connection.execute(_STANDINS)
        await connection.execute(
            "INSERT INTO declared_dimension (key, place) SELECT * FROM unnest($1::text[]) WITH ORDINALITY",
            list(dimensions),
        )
        await connection.execute(new.script("up"))
        for routine in await _routines(connection, pinned=True):
            await connection.execute(f"ALTER FUNCTION {routine} SET search_path = adpulse_next, public, pg_temp")


async def _routines(connection: Connection, *, pinned: bool = False) -> list[str]:
    """Return the functions of the new design; `pinned`: those that look for names in fixed schemas."""
    records = await connection.fetch(
        "SELECT format('%I.%I(%s)', 'adpulse_next', proname, pg_get_function_identity_arguments(oid)) FROM pg_proc "
        "WHERE pronamespace = 'adpulse_next'::regnamespace "
        "AND ($1 IS FALSE OR proconfig::text LIKE '%search_path%')",
        pinned,
    )
    return [record[0] for record in records]


async def relations(connection: Connection) -> list[tuple[str, str]]:
    """Return kind and name of the tables and views of the new design."""
    records = await connection.fetch(
        "SELECT CASE relkind WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, "
        "format('%I.%I', 'adpulse_next', relname) FROM pg_class "
        "WHERE relnamespace = 'adpulse_next'::regnamespace AND relkind IN ('r', 'p', 'm', 'v')"
    )
    return [(record[0], record[1]) for record in records]


async def into_place(connection: Connection) -> str:
    """Return the statements that bring the new design into the schema `public`."""
    return "; ".join(
        [
            *(f"ALTER {kind} {name} SET SCHEMA public" for kind, name in await relations(connection)),
            *(
                f"ALTER FUNCTION {name} SET search_path = public, pg_temp"
                for name in await _routines(connection, pinned=True)
            ),
            *(f"ALTER FUNCTION {name} SET SCHEMA public" for name in await _routines(connection)),
        ]
    )


async def drop_standins(connection: Connection) -> None:
    """Drop what stood in the way of its namesakes in `public`."""
    await connection.execute(_DROP_STANDINS)
