"""Make the rows of a report from the rows of the statements: ranked, folded, filled and paired."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Literal

from adpulse.reports.metrics import METRICS, ZERO, Sums, add
from adpulse.reports.query import BY_NAME, Query, QueryError
from adpulse.terminal import counted


class Rest(Enum):
    """The row of all groups past the limit, and of values that share one. Not a text: a campaign may be "(other)"."""

    OTHER = "(other)"


SHARED = "other"  # the note of a row of values that share it

Bucket = datetime | None
# None stands for the events without the key of `group_by`.
Group = str | None | Literal[Rest.OTHER]
Cells = dict[Group, dict[Bucket, Sums]]


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `before` is the bucket and the sums to compare with; None if the window before has no such bucket.

    Where the window before has more buckets than this one, each of those gets a row with the bucket None and zeros, so
    that rows sum to the totals of both windows.
    """

    bucket: Bucket
    group: Group
    sums: Sums
    before: tuple[Bucket, Sums] | None = None


def collect(records: Iterable[Iterable[Any]]) -> Cells:
    """Collect the records of report.sql, each (bucket, group, five sums); some with the note that values share them."""
    cells: Cells = {}
    for bucket, group, impressions, clicks, conversions, cost, revenue, *note in records:
        shared: Group = Rest.OTHER if note == [SHARED] else group
        cells.setdefault(shared, {})[bucket] = Sums(impressions, clicks, conversions, cost, revenue)
    return cells


def total(cells: Cells) -> Sums:
    """Return the sums over all rows."""
    return add(sums for row in cells.values() for sums in row.values())


def rank(query: Query, tables: Sequence[Cells], users: dict[Group, int] | None = None) -> list[Group]:
    """Return all groups of the tables but Rest.OTHER in the order of the query, judged by the first table.

    `users` gives the reach of each group, where that is the order. Equal groups are ordered by impressions and the
    other sums, then by name, so that equal questions get equal answers. A ratio that is
    undefined comes last either way.
    """
    if query.group_by is None:
        return [None]
    users = users or {}
    sums: dict[Group, Sums] = {
        group: add(tables[0].get(group, {}).values())._replace(unique_users=users.get(group, 0))
        for group in dict.fromkeys(group for cells in tables for group in cells)
        if group is not Rest.OTHER
    }
    groups: list[Group] = sorted(sums, key=lambda group: (group is None, str(group)))
    if query.order_by == BY_NAME:
        return groups[::-1] if query.descending else groups
    groups.sort(key=lambda group: sums[group][:5], reverse=True)
    value = METRICS[query.order_by].value
    known = [(found, group) for group in groups if (found := value(sums[group])) is not None]
    known.sort(key=lambda pair: pair[0], reverse=query.descending)
    return [group for _, group in known] + [group for group in groups if value(sums[group]) is None]


def fold(cells: Cells, kept: Sequence[Group]) -> Cells:
    """Return the table with the kept groups only; Rest.OTHER, if kept, is the sum of all others."""
    folded: Cells = {group: cells[group] for group in kept if group in cells and group is not Rest.OTHER}
    if Rest.OTHER in kept:
        rest = [row for group, row in cells.items() if group not in folded]
        buckets = dict.fromkeys(bucket for row in rest for bucket in row)
        folded[Rest.OTHER] = {bucket: add(row[bucket] for row in rest if bucket in row) for bucket in buckets}
    return folded


def with_users(cells: Cells, users: dict[tuple[Group, Bucket], int]) -> Cells:
    """Return the table with the numbers of different users."""
    return {
        group: {bucket: sums._replace(unique_users=users.get((group, bucket))) for bucket, sums in row.items()}
        for group, row in cells.items()
    }


def rows(query: Query, tables: Sequence[Cells], groups: Sequence[Group], most: int) -> list[Row]:
    """Return a row for every bucket and group. With a second table, the n-th bucket is compared with its n-th.

    Raises QueryError when there are more than `most`, the row of the rest not counted.
    """
    starts = query.span.buckets
    earlier = query.before.buckets if query.before else ()
    if max(len(starts), len(earlier)) * (len(groups) - (Rest.OTHER in groups)) > most:
        field, advice = ("limit", "take a smaller limit or ") if query.group_by else ("granularity", "take ")
        raise QueryError(field, f"gives more than {counted(most, 'row')}; {advice}a coarser granularity")
    zero = ZERO._replace(unique_users=0 if query.reach else None)

    def cell(number: int, bucket: Bucket, group: Group) -> Sums:
        return tables[number].get(group, {}).get(bucket, zero)

    both = min(len(starts), len(earlier))
    return [
        *(
            Row(bucket, group, cell(0, bucket, group), (before, cell(1, before, group)))
            for bucket, before in zip(starts[:both], earlier[:both], strict=True)
            for group in groups
        ),
        *(Row(bucket, group, cell(0, bucket, group)) for bucket in starts[both:] for group in groups),
        *(Row(None, group, zero, (before, cell(1, before, group))) for before in earlier[both:] for group in groups),
    ]
