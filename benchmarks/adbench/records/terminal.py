"""Results as tables for the terminal."""

from collections.abc import Iterable, Sequence

from rich.table import Table


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]] = (), *, left: int = 1) -> Table:
    """Return a table with its first `left` columns aligned to the left, and the others, numbers, to the right."""
    shown = Table(title=title, title_style="")
    for place, column in enumerate(columns):
        shown.add_column(column, justify="right" if place >= left else "left", overflow="fold")
    for row in rows:
        shown.add_row(*row)
    return shown
