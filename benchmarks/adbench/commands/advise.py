"""`adbench advise`."""

import dataclasses
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter
from rich.console import Console

from adbench.commands.options import From, Json, MappingFile, Preset, count, failing_clearly, listed
from adbench.experiments.matrix.advice import Advice, Need
from adbench.experiments.matrix.advice import advise as judge
from adbench.experiments.matrix.advice import events_per_day as events_a_day
from adbench.records import store, terminal
from adbench.workload import comparison, own_events
from adbench.workload.own_events import OwnEvents
from adbench.workload.profile import drawn
from adpulse.cli.console import out
from adpulse.importing.errors import ImportFailed
from adpulse.settings import Settings
from adpulse.terminal import counted


def advise(
    events_per_day: Annotated[
        str | None, typer.Option(help="on average, such as 50M", show_default="that of --from")
    ] = None,
    retention_days: Annotated[int, typer.Option(min=1, help="days that events are kept")] = 30,
    report_ms: Annotated[
        float, typer.Option(min=1, help="time that 95 % of the reports of every shape may take")
    ] = 200,
    filters: Annotated[
        str | None, typer.Option(help="metadata keys that reports filter or group by, separated by commas")
    ] = None,
    measured: Annotated[
        Path | None,
        typer.Option(
            "--results",
            exists=True,
            dir_okay=False,
            help="result of a matrix",
            show_default="your own; the committed one if that has more events",
        ),
    ] = None,
    own: From = None,
    preset: Preset = None,
    mapping: MappingFile = None,
    json: Json = False,
) -> None:
    """Name the design that meets a target at the least write and storage cost, from a result of a matrix.

    With --from, your own events say how many come in a day, and are counted beside those that were measured; numbers
    alone are printed of them. Exit status: 0 when a design meets it, 1 when none does, 2 when there are no numbers.
    """
    with failing_clearly(ValueError, LookupError, ImportFailed):
        profile = own_events.profile(OwnEvents(tuple(own), preset, mapping)) if own else None
        path = measured or store.latest("matrix", store.results(Settings()), store.COMMITTED)
        if path is None:
            raise LookupError("there is no result of a matrix: run adbench matrix first")
        found = store.read(path)
        own_a_day = profile.events_per_day if profile else events_a_day(found)
        if events_per_day is None and own_a_day is None:
            raise ValueError("say how many events come: --events-per-day 50M, or --from FILE with some of them")
        a_day = count(events_per_day) if events_per_day else own_a_day or 0
        need = Need(a_day, retention_days, report_ms, tuple(listed(filters)))
        advice = judge(need, found)
    if json:
        plain = _plain(advice, path) | ({"profile": profile.described} if profile else {})
        print(TypeAdapter(Any).dump_json(plain, indent=2).decode())  # the score of a design that does not meet it: null
    else:
        _show(advice, path)
        if profile is not None:
            Console(width=120).print(comparison.table(profile, comparison.generated(drawn())))
    raise typer.Exit(0 if advice.chosen else 1)


def _show(advice: Advice, path: Path) -> None:
    console, need, best = Console(width=120), advice.need, advice.chosen
    if best is None:
        console.print(f"[red]no design meets it[/]: p95 below {need.report_ms:g} ms of every shape of report")
    else:
        headroom = need.report_ms / best.slowest.p95_ms
        console.print(
            f"[green]{best.variant}[/]: its slowest report ({best.slowest.name}) is expected at "
            f"{best.slowest.p95_ms:,.1f} ms, {headroom:,.1f}x below the target; "
            f"it stores {best.stored_bytes / 1e9:,.0f} GB and writes for {best.busy:.1%} of the day",
            highlight=False,
        )
    title = f"at {counted(need.events_per_day, 'event')} a day, kept {counted(need.retention_days, 'day')}"
    columns = ("design", "slowest report", "p95, ms", "stored, GB", "busy", "cost", "points: events → p95, ms")
    shown = terminal.table(title, columns, left=2)
    for verdict in advice.verdicts:
        slowest = verdict.slowest
        points = ", ".join(f"{size / 1e6:g}M → {value:,.1f}" for size, value in slowest.fit.points)
        cost = f"{verdict.score:.2f}" if verdict.meets else "–"
        shown.add_row(
            f"{'✓' if verdict.meets else '✗'} {verdict.variant}", slowest.name, f"{slowest.p95_ms:,.1f}",
            f"{verdict.stored_bytes / 1e9:,.0f}", f"{verdict.busy:.1%}", cost, points,
        )  # fmt: skip
    console.print(shown)
    for verdict in advice.verdicts:
        for reason in verdict.reasons:
            out.print(f"✗ {verdict.variant}: {reason}")
    for note in advice.notes:
        out.print(f"note: {note}")
    out.print(f"from: {path}", soft_wrap=True)


def _plain(advice: Advice, path: Path) -> dict[str, object]:
    return {
        "need": dataclasses.asdict(advice.need),
        "chosen": advice.chosen.variant if advice.chosen else None,
        "headroom": advice.need.report_ms / advice.chosen.slowest.p95_ms if advice.chosen else None,
        "verdicts": [dataclasses.asdict(verdict) | {"meets": verdict.meets} for verdict in advice.verdicts],
        "notes": advice.notes,
        "results": path.name,
    }
