"""Progress on the terminal; where there is none, a line at the end."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

WIDTH = 36


@contextmanager
def bar(console: Console, what: str, total: float, unit: str) -> Iterator[Callable[[float], None]]:
    """Yield a bar for a known amount of work; the block says how far it is. Ends as one line with the time taken."""
    began = time.perf_counter()
    columns = (
        TextColumn(f"{{task.description:<{WIDTH}}}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn(f"{{task.completed:,.0f}} {unit}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)
    taken = time.perf_counter() - began
    rate = f", {total / taken:,.0f} {unit}/s" if unit != "s" else ""
    console.print(f"{what:<{WIDTH}} {taken:6.1f} s{rate}", highlight=False)


@contextmanager
def counter(console: Console, what: str, total: float, unit: str) -> Iterator[Callable[[float], None]]:
    """Yield a bar like `bar`, for a block that says, again and again, how much more has been done."""
    done = 0.0
    with bar(console, what, total, unit) as advance_to:

        def advance(more: float) -> None:
            nonlocal done
            done += more
            advance_to(done)

        yield advance


def rounds(
    console: Console, what: str, count: int, warmup: int = 1, *, least: int = 0, longest_s: float = math.inf
) -> Iterator[int]:
    """Yield the number of each round beside a bar; those of the warm-up, which do not count, are below 0.

    After `longest_s` seconds no more are begun, but `least`.
    """
    began = time.monotonic()
    with bar(console, what, count, "rounds") as advance_to:
        for number in range(-warmup, count):
            if number >= least and time.monotonic() - began > longest_s:
                break
            yield number
            advance_to(max(number + 1, 0))


@contextmanager
def step(console: Console, what: str) -> Iterator[None]:
    """Yield a spinner for work of unknown length. Ends as one line with the time taken."""
    began = time.perf_counter()
    with console.status(what):
        yield
    console.print(f"{what:<{WIDTH}} {time.perf_counter() - began:6.1f} s", highlight=False)
