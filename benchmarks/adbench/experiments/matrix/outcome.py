"""Cells into a result, and a result into tables for people."""

from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table

from adbench.experiments.matrix.checkpoint import Journal
from adbench.experiments.matrix.measurements import QUANTILES
from adbench.experiments.matrix.plan import BATCH, CONTROL, READERS, WARMUP, WRITERS
from adbench.experiments.matrix.sources import Source
from adbench.records import store, terminal
from adbench.records.model import Check, Gap, Postgres, Result
from adbench.workload import comparison
from adbench.workload.comparison import Profile
from adpulse.terminal import counted


def result(journal: Journal, source: Source, postgres: Postgres) -> Result:
    """Return the run's result, from its cells. A cell that was void fails it; one that was not measured does not."""
    plan, cells = journal.run.plan, journal.cells()
    gaps = [Gap(labels={"variant": name}, reason=reason, void=False) for name, reason in journal.run.skipped.items()]
    gaps += [cell.gap for cell in cells if cell.gap is not None]
    if journal.run.warm_only is not None:
        gaps.append(Gap(labels={"phase": "cold"}, reason=journal.run.warm_only, void=False))
    void = [gap for gap in gaps if gap.void]
    compared = f"{counted(sum(cell.answers for cell in cells), 'report')} compared, {counted(len(void), 'cell')} void"
    return store.of_run(
        what=source.kind,
        started_at=journal.run.started_at,
        postgres=postgres,
        data=source.described,
        variant=",".join(plan.variants),
        parameters=plan.model_dump(mode="json", exclude={"variants", "end", "days", "campaigns", "seed", "own"})
        | {"batch": BATCH, "writers": WRITERS, "readers": READERS, "warmup_rounds": WARMUP}
        | source.parameters,
        measurements=[each for cell in cells for each in cell.measurements],
        checks=[Check(name="every answer is that of the recount", passed=not void, detail=compared)],
        gaps=gaps,
    )


def tables(result: Result) -> RenderableType:
    """Return for each size what writing costs and what reports take; the profile of own events; what is missing."""
    parts: list[RenderableType] = []
    measured = {(int(each.labels["events"]), each.labels["variant"]) for each in result.measurements}
    for size in sorted({size for size, _ in measured}):
        names = [name for name in result.variant.split(",") if (size, name) in measured]
        rows = {name: _Numbers(result, {"events": str(size), "variant": name}) for name in names}
        parts += [
            _designs(f"{size:,} events: writing, bytes an event", _WRITING, rows),
            _designs(f"{size:,} events: reports of all shapes, ms", _READING, rows),
            _shapes(size, rows),
        ]
    own, generated = (result.parameters.get(name) for name in ("profile", "profile_of_generated"))
    if isinstance(own, dict) and isinstance(generated, dict):
        parts.append(comparison.table(Profile.model_validate(own), Profile.model_validate(generated)))
    lines = [f"{_where(gap)}: {'VOID, ' if gap.void else 'not measured, '}{gap.reason}" for gap in result.gaps]
    return Group(*parts, *lines)


@dataclass(frozen=True)
class _Numbers:
    """The measurements of one variant at one size."""

    result: Result
    labels: dict[str, str]

    def text(self, name: str, form: str, phase: str | None = None, **labels: str) -> str:
        """Return a measurement by its name, formatted; its phase is the first part of the name unless it is given."""
        phase = phase or ("load" if name.startswith("size") else name.partition(".")[0])
        return self.result.text(name, form, **self.labels, phase=phase, **labels)

    def of_control(self, phase: str) -> str:
        """Return the ratio to the control with its interval; empty where it was not measured."""
        ratios = self.result.select(f"{phase}.of_control", **self.labels, phase=phase)
        return "".join(f"{each.value:.2f} ({each.low:.2f}–{each.high:.2f})" for each in ratios)

    def quantiles(self, name: str, **labels: str) -> str:
        """Return the QUANTILES of a latency (ms) in one cell: p50 / p95 / p99."""
        return " / ".join(self.text(name, "{:,.1f}", quantile=quantile, **labels) for quantile in QUANTILES)

    def shapes(self) -> list[str]:
        """Return the shapes of report that were measured."""
        latencies = self.result.select("report.latency", **self.labels, phase="report", quantile="0.5")
        return [each.labels["shape"] for each in latencies if "shape" in each.labels]

    def indexes(self) -> float:
        """Return the bytes of all indexes for each event."""
        return sum(each.value for each in self.result.select("size", **self.labels, kind="index"))


# For tables with a line for each design: the heads of the columns, and their cells.
Columns = dict[str, Callable[[_Numbers], str]]
_WRITING: Columns = {
    "load, events/s": lambda row: row.text("load.rate", "{:,.0f}"),
    "ingest, events/s": lambda row: row.text("ingest.rate", "{:,.0f}"),
    f"÷ {CONTROL} (95 %)": lambda row: row.of_control("ingest"),
    "WAL, B": lambda row: row.text("ingest.wal", "{:,.0f}"),
    "stored, B": lambda row: row.text("size.total", "{:,.0f}"),
    "of it indexes": lambda row: f"{row.indexes():,.0f}",
    "upkeep, s/M events": lambda row: row.text("ingest.upkeep", "{:.2f}"),
}
_READING: Columns = {
    "cold / first warm p50": lambda row: " / ".join(
        row.text("cold.latency", "{:,.1f}", phase, quantile="0.5") for phase in ("cold", "first_warm")
    ),
    "alone p50 / 95 / 99": lambda row: row.quantiles("report.latency"),
    f"÷ {CONTROL} (95 %)": lambda row: row.of_control("report"),
    "while written to": lambda row: row.quantiles("both.latency"),
    "unanswered": lambda row: row.text("both.unanswered", "{:.0f}"),
    "written, events/s": lambda row: row.text("both.rate", "{:,.0f}"),
    "stale, ms": lambda row: row.text("both.staleness", "{:.0f}"),
}


def _designs(title: str, columns: Columns, rows: dict[str, _Numbers]) -> Table:
    cells = [[name, *(write(row) for write in columns.values())] for name, row in rows.items()]
    return terminal.table(title, ("design", *columns), cells)


def _shapes(size: int, rows: dict[str, _Numbers]) -> Table:
    def cell(row: _Numbers, shape: str) -> str:
        latency = row.text("report.latency", "{:,.1f}", shape=shape, quantile="0.5")
        return f"{latency} / {row.text('report.pages', '{:,.0f}', shape=shape)}"

    named = dict.fromkeys(shape for row in rows.values() for shape in row.shapes())
    cells = [[shape, *(cell(row, shape) for row in rows.values())] for shape in named]
    return terminal.table(f"{size:,} events: reports alone, p50 in ms / pages touched", ("report", *rows), cells)


def _where(gap: Gap) -> str:
    events = f"{int(gap.labels['events']):,} events " if "events" in gap.labels else ""
    return f"{events}{gap.labels.get('variant', '')} {gap.labels.get('phase', '')}".strip()
