"""Bring a database up to date, and another design into force: beside the old one, or in one transaction."""

from collections.abc import Sequence

from adpulse.database import migrations
from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.database.locks import MOVE_LOCK, ROUND_LOCK
from adpulse.event.values import COLUMNS
from adpulse.variants import catalogue, earlier, foreign, online, state
from adpulse.variants.catalogue import Variant


async def migrate(
    connection: Connection,
    name: str | None = None,
    *,
    default: str = "rollup_dims",
    dimensions: Sequence[str] | None = None,
    drop_foreign: bool = False,
) -> Variant:
    """Bring the schema up to date and the named variant into force, without losing an event.

    With no name: keeps the active variant, or builds `default` in a new database. `dimensions` are the metadata keys
    that rollup_dims keeps roll-ups of; none: as they were declared before. A move drops the tables of the old design:
    what the owner has added to them is refused, unless `drop_foreign`. Raises SchemaError.
    """
    if name is not None:
        catalogue.find(name)  # a wrong name changes nothing
    await migrations.migrate(connection)
    async with connection.transaction():
        await connection.execute("LOCK TABLE active_variant IN EXCLUSIVE MODE")
        current = await connection.fetchval("SELECT name FROM active_variant")
        old = None if current is None else catalogue.find(current)
        new = catalogue.find(name or current or default)
        if old is not None:
            await earlier.bring_up(connection, old)
        declared = await state.declared(connection)
        keys = declared if dimensions is None else list(dimensions)
        moves = old is None or new.name != old.name
        if moves:
            await _check_buildable(connection, new)
        replaced_online = old if moves and old is not None and new.moves_online and old.moves_online else None
        if replaced_online is None:
            await state.declare(connection, keys)
            if moves:
                await _build(connection, old, new, drop_foreign)
            await state.settle(connection, new, moved=moves)
    if replaced_online is not None:
        await _move_online(connection, replaced_online, new, keys, drop_foreign)
    return new


async def _check_buildable(connection: Connection, new: Variant) -> None:
    """Raise SchemaError if this code or this database cannot build the variant."""
    await migrations.check_known(connection)
    if reason := await catalogue.unavailable(connection, new):
        raise SchemaError(f"variant {new.name} {reason}")


async def _move_online(
    connection: Connection, old: Variant, new: Variant, dimensions: Sequence[str], drop_foreign: bool
) -> None:
    async with online.alone(connection):
        # Another process may have done the same meanwhile.
        if (await catalogue.active(connection)).name != new.name:
            await state.check_in_force(connection, old)
            await foreign.check(connection, old, drop=drop_foreign)
            await online.move(connection, old, new, dimensions)


async def _build(connection: Connection, old: Variant | None, new: Variant, drop_foreign: bool) -> None:
    """Build the variant in the place of the current one, if any. Raises SchemaError."""
    if old is None:
        await connection.execute(new.script("up"))
    else:
        await _rebuild(connection, old, new, drop_foreign)


async def _rebuild(connection: Connection, old: Variant, new: Variant, drop_foreign: bool) -> None:
    """Rebuild `events` in another design, inside the caller's transaction: everybody waits, nothing is lost.

    For designs on extensions, which do more than tables and functions in a schema.
    """
    if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", MOVE_LOCK):
        raise SchemaError("this database is being moved, or its days are archived; try again when that is over")
    await state.check_complete(connection)
    await foreign.check(connection, old, drop=drop_foreign)
    columns = ", ".join(COLUMNS)
    # A round of maintenance runs statements of the old design, which must not meet the new tables.
    await connection.execute("SELECT pg_advisory_xact_lock($1)", ROUND_LOCK)
    await connection.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
    await connection.execute(f"CREATE UNLOGGED TABLE moving AS SELECT {columns} FROM events")
    await connection.execute(old.script("down"))
    await connection.execute(new.script("up"))
    await online.partition(connection, "moving")
    await connection.execute(f"INSERT INTO events ({columns}) SELECT {columns} FROM moving")
    await connection.execute("DROP TABLE moving")
