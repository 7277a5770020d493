"""An answered query: what was fetched, put together."""

from dataclasses import dataclass

from adpulse.reports import rows
from adpulse.reports.fetch import Fetched
from adpulse.reports.metrics import Sums
from adpulse.reports.query import Query
from adpulse.reports.rows import Row


@dataclass(frozen=True, slots=True)
class Report:
    """An answered query: totals, and rows by (bucket, group) when the query asks for rows.

    `before` are the totals of the window compared with; `groups` counts all groups, also those without a row.
    `lag_ms`: how old the data of a replica may be; None when they are the primary's, or nobody knows. `hints` say what
    a client should know of the answer. `raw`: raw events were read for want of roll-ups by dimension.
    """

    query: Query
    totals: Sums
    before: Sums | None
    rows: list[Row] | None
    groups: int
    variant: str
    took_ms: float = 0.0
    lag_ms: float | None = None
    hints: tuple[str, ...] = ()
    raw: bool = False


def assemble(query: Query, variant: str, fetched: Fetched, most_rows: int) -> Report:
    """Return the report. Raises QueryError when it has more than `most_rows`."""
    totals = [rows.total(cells) for cells in fetched.cells]
    answers = [rows.fold(cells, fetched.kept) for cells in fetched.cells]
    for number, reach in enumerate(fetched.reach):
        totals[number] = totals[number]._replace(unique_users=reach.everybody)
        answers[number] = rows.with_users(answers[number], reach.cells)
    return Report(
        query,
        totals[0],
        totals[1] if query.before else None,
        rows.rows(query, answers, fetched.kept, most_rows) if query.has_rows else None,
        len(fetched.groups),
        variant,
        hints=fetched.hints,
        raw=fetched.raw,
    )
