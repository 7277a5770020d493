"""Hints for a question that found nothing: a misspelt key must not look like an answer."""

from collections.abc import Sequence

import asyncpg

from adpulse.database.connections import Connection
from adpulse.reports.filters import FIELDS
from adpulse.reports.query import Query
from adpulse.reports.rows import Cells, Rest

# The keys of the first 1,000 events of the window: as fast as a report that reads raw events.
_KEYS = """
SELECT DISTINCT key
FROM (
  SELECT metadata FROM events
  WHERE ts >= $1 AND ts < $2 AND ($3::text[] IS NULL OR campaign_id = ANY($3))
  LIMIT 1000
) AS first, jsonb_object_keys(metadata) AS key
ORDER BY key
LIMIT 100
"""
_PATIENCE_MS = 200
_NAMED = 20


async def find(connection: Connection, query: Query, answers: Sequence[Cells]) -> tuple[str, ...]:
    """Return hints for an answer without events, or without an event that has the key of `group_by`.

    Only such an answer makes it search for keys that occur, for at most _PATIENCE_MS. Call it last in a transaction.
    """
    groups = {group for cells in answers for group in cells}
    asked: dict[str, str] = {}
    if not groups:
        asked = {key: "filter" for key in query.filters if key not in FIELDS}
    elif query.group_by not in (None, *FIELDS) and groups == {None}:
        asked = {str(query.group_by): "group_by"}
    hints = []
    if Rest.OTHER in groups:
        hints.append(
            f'values of {query.group_by} past the most with rows of their own, and long ones, share the row "(other)"'
        )
    if not groups and any("," in campaign for campaign in query.campaigns):
        hints.append("campaign_id has a comma; for several campaigns repeat it: campaign_id=A&campaign_id=B")
    if asked:
        keys = await _keys(connection, query)
        missing = [] if keys is None else [name for key, name in asked.items() if key not in keys]
        for name in dict.fromkeys(missing):
            found = ", ".join(keys[:_NAMED]) + (", …" if len(keys) > _NAMED else "") if keys else "none"
            hints.append(f"{name} names a key that the metadata of no event looked at has; keys that occur: {found}")
    return tuple(hints)


async def _keys(connection: Connection, query: Query) -> list[str] | None:
    window = query.span.window
    try:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL statement_timeout = {_PATIENCE_MS}")
            records = await connection.fetch(_KEYS, window.start, window.stop, list(query.campaigns) or None)
    except asyncpg.QueryCanceledError:
        return None
    return [record["key"] for record in records]
