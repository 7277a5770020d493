"""Everything that a report needs of the database: the statements that it asks, one after another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import asyncpg

from adpulse.database.connections import Connection
from adpulse.database.sql import SQL_DIR
from adpulse.reports import hints, rows
from adpulse.reports.metrics import REACH
from adpulse.reports.query import Query, QueryError, Span
from adpulse.reports.rows import Bucket, Cells, Group, Rest
from adpulse.variants.catalogue import Variant

_RAW = "raw"  # the note of a row that only says that raw events were read, because there are no roll-ups


@dataclass(frozen=True, slots=True)
class Reach:
    """The numbers of different users of a span: of its cells, and of the whole window."""

    cells: dict[tuple[Group, Bucket], int]
    everybody: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """The answers of the database: `cells`, and `reach` where it was asked for, of each span of the query.

    `groups` are all groups in the order of the query, `kept` those that get a row. `raw`: raw events were read for want
    of roll-ups.
    """

    cells: list[Cells]
    reach: list[Reach]
    groups: list[Group]
    kept: list[Group]
    hints: tuple[str, ...]
    raw: bool


async def fetch(connection: Connection, variant: Variant, query: Query, *, exact: bool, most_cells: int) -> Fetched:
    """Ask the variant's statement, and the one for different users where the query needs it.

    `exact`: with sums that may pass 2^63. Raises QueryError when there are more than `most_cells` groups and buckets.
    """
    records = [await _records(connection, variant, query, span, exact, most_cells) for span in query.spans]
    raw = any(record[7:] == (_RAW,) for each in records for record in each)
    cells = [rows.collect(record for record in each if record[7:] != (_RAW,)) for each in records]
    users = await _users_by_group(connection, query) if query.order_by == REACH else None
    groups = rows.rank(query, cells, users)
    kept = groups[: query.limit]
    if len(kept) < len(groups) or any(Rest.OTHER in each for each in cells):
        kept.append(Rest.OTHER)
    reach = [await _reach(connection, query, span, kept) for span in query.spans] if query.reach else []
    return Fetched(cells, reach, groups, kept, await hints.find(connection, query, cells), raw)


async def _records(
    connection: Connection, variant: Variant, query: Query, span: Span, exact: bool, most: int
) -> list[tuple[Any, ...]]:
    statement = variant.statement(
        by_time=query.granularity is not None, breakdown=query.breakdown, by_metadata=query.by_metadata, exact=exact
    )
    text = statement.text
    if query.group_by is not None:
        # A dimension may have as many values as there are events. Their rows are cut off in the database: they must
        # not fill this process's memory. MATERIALIZED: the statement is planned as if there were no LIMIT.
        report = text.strip().removesuffix(";")
        text = f"WITH answer AS MATERIALIZED (\n{report}\n) SELECT * FROM answer LIMIT {most + 1}"
    records = await connection.fetch(text, *query.arguments(span.window)[: statement.parameters])
    if query.group_by is not None and len(records) > most:
        advice = "take a coarser granularity, a shorter window, or a dimension with fewer values"
        raise QueryError("group_by", f"gives more groups and buckets than {most:,}; {advice}")
    return list(_with_integers(records)) if exact else [tuple(record) for record in records]


def _with_integers(records: Sequence[asyncpg.Record]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows with sums as int: a numeric arrives as Decimal."""
    for record in map(tuple, records):
        yield *record[:2], *map(int, record[2:7]), *record[7:]


# ── Different users ──────────────────────────────────────────────────────────────────────────────────────────


@cache
def _reach_statement() -> str:
    return (SQL_DIR / "reach.sql").read_text()


async def _users_by_group(connection: Connection, query: Query) -> dict[Group, int]:
    records = await connection.fetch(_reach_statement(), *query.arguments(query.span.window), None)
    return {record["grp"]: record["unique_users"] for record in records if record["level"] == 2}


async def _reach(connection: Connection, query: Query, span: Span, kept: Sequence[Group]) -> Reach:
    named = [group for group in kept if group is not Rest.OTHER] if Rest.OTHER in kept else None
    arguments: tuple[Any, ...] = (*query.arguments(span.window), named)
    cells: dict[tuple[Group, Bucket], int] = {}
    everybody = 0
    for level, bucket, grp, other, users in await connection.fetch(_reach_statement(), *arguments):
        if level == 3:
            everybody = users
        elif level == 0:
            cells[Rest.OTHER if other else grp, bucket] = users
    return Reach(cells, everybody)
