"""Find additions of the owner to the tables of a design: a move drops these tables with them."""

import logging
import re

from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.database.sql import SQL_DIR
from adpulse.variants import beside, state
from adpulse.variants.catalogue import Variant

log = logging.getLogger(__name__)

_OBJECTS = (SQL_DIR / "move" / "objects.sql").read_text()
_DAY = re.compile(r"\bevents_p\d{8}")

# These depend on the tables, and PostgreSQL does not drop a table under them.
_STANDING = ("view", "foreign key")

_SHOWN = 20


class _Undone(Exception):
    """Raised to roll back what was built only to be looked at."""


async def check(connection: Connection, variant: Variant, *, drop: bool = False) -> None:
    """Raise SchemaError, with a list, if the tables of the variant in force have additions of the owner.

    `drop`: let them go, with a line in the log for each; views and foreign keys are refused all the same. Designs on
    extensions are not checked: they cannot be built a second time to compare with. The caller holds MOVE_LOCK alone.
    """
    if not variant.moves_online:
        return
    objects = await added(connection, variant)
    if kept := [each for each in objects if not drop or each[1] in _STANDING]:
        more = f" and {len(kept) - _SHOWN} more" if len(kept) > _SHOWN else ""
        listed = "; ".join(f"{relation}: {kind} {text}" for relation, kind, text in kept[:_SHOWN])
        way = (
            "drop them first"
            if drop
            else "drop them first, to make them again on the new tables, or add --drop-foreign"
        )
        raise SchemaError(f"a move would drop what was added to the tables: {listed}{more}; nothing was changed: {way}")
    for relation, kind, text in objects:
        log.warning("dropping with its table: %s: %s %s", relation, kind, text)


async def added(connection: Connection, variant: Variant) -> list[tuple[str, str, str]]:
    """Return table, kind and definition of each object on the variant's tables that is not from its up.sql."""
    there = await _objects(connection, "public", variant)
    own: list[tuple[str, str, str]] = []
    try:
        async with connection.transaction():
            # A killed move left it: no other move runs now.
            await connection.execute("DROP SCHEMA IF EXISTS adpulse_next CASCADE")
            await beside.build(connection, variant, await state.declared(connection))
            own = await _objects(connection, "adpulse_next", variant)
            raise _Undone
    except _Undone:
        pass
    known = {_dayless(each) for each in own}
    return [each for each in there if _dayless(each) not in known]


async def _objects(connection: Connection, schema: str, variant: Variant) -> list[tuple[str, str, str]]:
    records = await connection.fetch(_OBJECTS, schema, list(variant.tables))
    return [(record[0], record[1], record[2]) for record in records]


def _dayless(each: tuple[str, str, str]) -> tuple[str, ...]:
    return tuple(_DAY.sub("events_p", part) for part in each)
