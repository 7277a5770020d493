"""A report on a terminal: a table as wide as its numbers, and series as sparklines."""

from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from adpulse.cli.console import Terminal
from adpulse.money import decimal
from adpulse.reports.metrics import METRICS, Metric, Sums, Value, add, change
from adpulse.reports.query import Query
from adpulse.reports.report import Report
from adpulse.reports.rows import Row
from adpulse.terminal import one_line

_BARS = "▁▂▃▄▅▆▇█"
_WIDEST = 60  # characters of a sparkline; longer series have neighbouring buckets added up
_MOST_LINES = 20


def show(report: Report, console: Console) -> None:
    """Print the table, and with a granularity the course of every metric, or of every group."""
    parts = [_table(report)]
    if report.query.granularity is not None and report.rows:
        parts.append(_series(report))
    for part in parts:
        whole(part, console)
    for hint in report.hints:
        console.print(one_line(hint), soft_wrap=True)


def whole(table: Table, console: Console) -> None:
    """Print a table as wide as its cells are: in a narrow terminal, or a file, lines wrap, but nothing is cut off."""
    width = console.measure(table, options=console.options.update(max_width=1_000)).maximum
    title = max(map(len, str(table.title or "").splitlines()), default=0)
    Terminal(file=console.file, width=max(width, title)).print(table)


def _table(report: Report) -> Table:
    query = report.query
    window = query.span.window
    title = f"{window.start:%F %R} to {window.stop:%F %R} UTC · variant {report.variant}"
    if query.before is not None:
        title += f"\nchange since {query.before.window.start:%F %R} to {query.before.window.stop:%F %R} UTC"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 0, 0, 1))
    labels = _labels(query)
    for label in labels:
        table.add_column(label)
    for name in query.metrics:
        table.add_column(name, justify="right")
    for row in report.rows or []:
        before = row.before[1] if row.before else None
        table.add_row(*(_label(row, label, query) for label in labels), *_cells(row.sums, before, query))
    table.add_section()
    table.add_row(*(["total", ""][: len(labels)]), *_cells(report.totals, report.before, query))
    return table


def _labels(query: Query) -> list[str]:
    return [name for name, used in (("bucket", query.granularity), ("group", query.group_by)) if used]


def _label(row: Row, label: str, query: Query) -> str:
    if label == "group":
        return "(none)" if row.group is None else one_line(row.group if isinstance(row.group, str) else row.group.value)
    form = "%F" if query.granularity in ("day", "week", "month") else "%F %R"
    return f"{row.bucket.astimezone(query.zone):{form}}" if row.bucket else ""


def _cells(sums: Sums, before: Sums | None, query: Query) -> Iterator[str]:
    for name in query.metrics:
        metric = METRICS[name]
        text = _figure(metric, metric.value(sums))
        if before is not None:
            moved = change(metric.value(sums), metric.value(before))
            text += f" ({moved:+.1%})" if moved is not None else " (–)"
        yield text


def _figure(metric: Metric, value: Value) -> str:
    if value is None:
        return "–"
    if metric.kind == "money":
        units, places = decimal(int(value)).split(".")
        return f"{int(units):,}.{places}"
    return f"{value:,}" if metric.kind == "count" else f"{value:,.4f}"


def _series(report: Report) -> Table:
    """Return one sparkline for each metric; with groups, one for each group, of the metric that orders them."""
    query = report.query
    table = Table(box=None, show_header=False, pad_edge=False)
    if query.group_by is None:
        # Rows without a bucket belong to the window before, which has more buckets.
        sums = [row.sums for row in report.rows or [] if row.bucket is not None]
        lines = [(name, METRICS[name], sums) for name in query.metrics]
    else:
        name = query.order_by if query.order_by in METRICS else query.metrics[0]
        table.title, table.title_justify = name, "left"
        groups: dict[str, list[Sums]] = {}
        for row in (row for row in report.rows or [] if row.bucket is not None):
            groups.setdefault(_label(row, "group", query), []).append(row.sums)
        lines = [(group, METRICS[name], sums) for group, sums in groups.items()]
    for label, metric, sums in lines[:_MOST_LINES]:
        values = [metric.value(each) for each in _pooled(sums)]
        known = [value for value in values if value is not None]
        ends = f"{_figure(metric, min(known))} to {_figure(metric, max(known))}" if known else "–"
        table.add_row(label, sparkline(values), ends)
    return table


def _pooled(sums: Sequence[Sums]) -> Iterable[Sums]:
    size = -(-len(sums) // _WIDEST)
    return sums if size == 1 else [add(sums[at : at + size]) for at in range(0, len(sums), size)]


def sparkline(values: Sequence[Value]) -> str:
    """Return a bar for every value, from zero to the greatest; a gap where there is no value."""
    top = max((value for value in values if value is not None), default=0)

    def bar(value: Value) -> str:
        if value is None:
            return " "
        return _BARS[min(int(value / top * len(_BARS)), len(_BARS) - 1)] if top > 0 else _BARS[0]

    return "".join(map(bar, values))
