"""The state of a database: its active variant, its declared dimensions, and if its raw events are all here."""

import logging
from collections.abc import Sequence

from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.variants import catalogue
from adpulse.variants.catalogue import Variant

log = logging.getLogger(__name__)


async def declared(connection: Connection) -> list[str]:
    """Return the declared dimensions, in their order."""
    return await connection.fetchval("SELECT array_agg(key ORDER BY place) FROM declared_dimension") or []


async def dimensions(connection: Connection) -> list[str]:
    """Return the metadata keys of which the variant in force has roll-ups, in their order.

    Raises SchemaError before the first migration.
    """
    if not (await catalogue.active(connection)).has_dimensions:
        return []
    return (
        await connection.fetchval("SELECT array_agg(key ORDER BY place) FROM rollup_dimension WHERE NOT dropped") or []
    )


async def declare(connection: Connection, keys: Sequence[str]) -> None:
    """Store the declared dimensions if they differ from the stored ones."""
    if list(keys) == await declared(connection):
        return
    await connection.execute("DELETE FROM declared_dimension")
    await connection.execute(
        "INSERT INTO declared_dimension (key, place) SELECT * FROM unnest($1::text[]) WITH ORDINALITY", list(keys)
    )


async def settle(connection: Connection, variant: Variant, *, moved: bool) -> None:
    """Record the variant in force and grant it to the roles, in the transaction of the switch."""
    if moved:
        await connection.execute(
            "INSERT INTO active_variant (name) VALUES ($1) "
            "ON CONFLICT (only_row) DO UPDATE SET name = excluded.name, since_at = now()",
            variant.name,
        )
        log.info("variant %s is being put into force", variant.name)
    if missing := await connection.fetchval("SELECT grant_roles()"):
        log.warning(
            "roles are missing, which this login must not make: %s; docs/how-to/roles.md says what to do",
            ", ".join(missing),
        )


async def check_complete(connection: Connection) -> None:
    """Raise SchemaError when there are roll-ups of events that are not here, which a move could not build again."""
    if horizon := await connection.fetchval("SELECT kept_from FROM raw_horizon"):
        raise SchemaError(
            f"raw events before {horizon:%Y-%m-%d} have been dropped (ADPULSE_RETENTION_DAYS), and roll-ups of those "
            "days cannot be built again. To go on from the events that are left, and give up what is known of the days "
            "before, run this first: DELETE FROM raw_horizon"
        )
    if await connection.fetchval("SELECT EXISTS (SELECT FROM archived_days)"):
        raise SchemaError(
            "raw events of some days are archived, and roll-ups of those days cannot be built again without them; "
            "first bring them back: adpulse restore"
        )


async def check_in_force(connection: Connection, old: Variant) -> None:
    """Raise SchemaError when raw events are not all here, or `old` is not in force any more."""
    await check_complete(connection)
    if (await catalogue.active(connection)).name != old.name:
        raise SchemaError("somebody else has just moved this database; look again: adpulse variants")
