"""Cells into a result, and a result into tables for people."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table

from adbench.experiments.matrix.checkpoint import Journal
from adbench.experiments.matrix.measurements import QUANTILES
from adbench.experiments.matrix.plan import BATCH, CONTROL, READERS, SHAPES, WARMUP, WRITERS
from adbench.records import model, store, terminal
from adbench.records.model import Check, Gap, Measurement, Result

Found = dict[tuple[str, ...], Measurement]


def result(journal: Journal, postgres: model.Postgres) -> Result:
    """Return the run's result, from its cells. A cell that was void fails it; one that was not measured does not."""
    plan, cells = journal.run.plan, journal.cells()
    gaps = [Gap(labels={"variant": name}, reason=reason, void=False) for name, reason in journal.run.skipped.items()]
    gaps += [cell.gap for cell in cells if cell.gap is not None]
    void = [gap for gap in gaps if gap.void]
    compared = sum(cell.answers for cell in cells)
    data = plan.data(max(plan.sizes))
    return store.of_run(
        what="matrix",
        started_at=journal.run.started_at,
        postgres=postgres,
        data=data.described,
        variant=",".join(plan.variants),
        parameters=plan.model_dump(mode="json", exclude={"variants", "end", "days", "campaigns", "seed"})
        | {"batch": BATCH, "writers": WRITERS, "readers": READERS, "warmup_rounds": WARMUP},
        measurements=[each for cell in cells for each in cell.measurements],
        checks=[
            Check(
                name="every answer is that of the recount",
                passed=not void,
                detail=f"{compared:,} reports compared, {len(void)} cells void",
            )
        ],
        gaps=gaps,
    )


def tables(result: Result) -> RenderableType:
    """Return for each size what writing costs and what reports take; then what is missing and why."""
    found = {(each.name, *_key(each.labels)): each for each in result.measurements}
    parts: list[RenderableType] = []
    for size in sorted({int(each.labels["events"]) for each in result.measurements}):
        names = [name for name in result.variant.split(",") if _any(found, size, name)]
        rows = {name: _Numbers(found, {"events": str(size), "variant": name}) for name in names}
        parts += [_writing(size, rows), _reading(size, rows), _shapes(size, rows)]
    lines = [f"{_where(gap)}: {'VOID, ' if gap.void else 'not measured, '}{gap.reason}" for gap in result.gaps]
    lines += [f"{'✓' if check.passed else '✗'} {check.name}: {check.detail}" for check in result.checks]
    return Group(*parts, *lines)


@dataclass(frozen=True)
class _Numbers:
    """The measurements of one variant at one size."""

    found: Found
    labels: dict[str, str]

    def text(self, name: str, form: str, **labels: str) -> str:
        phase = "load" if name.startswith("size") else name.partition(".")[0]
        each = self.found.get((name, *_key(self.labels | {"phase": phase} | labels)))
        return "–" if each is None else format(each.value, form)

    def of_control(self, phase: str) -> str:
        each = self.found.get((f"{phase}.of_control", *_key(self.labels | {"phase": phase})))
        return "" if each is None else f"{each.value:.2f} ({each.low:.2f}–{each.high:.2f})"

    def quantiles(self, name: str, **labels: str) -> str:
        return " / ".join(self.text(name, ",.1f", quantile=quantile, **labels) for quantile in QUANTILES)

    def indexes(self) -> float:
        return sum(
            each.value
            for each in self.found.values()
            if each.name == "size" and each.labels["kind"] == "index" and self.labels.items() <= each.labels.items()
        )


def _writing(size: int, rows: dict[str, _Numbers]) -> Table:
    columns = ("design", "load, events/s", "ingest, events/s", f"÷ {CONTROL} (95 %)", "WAL, B", "stored, B",
               "of it indexes", "upkeep, s/M events")  # fmt: skip
    shown = terminal.table(f"{size:,} events: writing, bytes an event", columns)
    for name, row in rows.items():
        shown.add_row(
            name,
            row.text("load.rate", ",.0f"),
            row.text("ingest.rate", ",.0f"),
            row.of_control("ingest"),
            row.text("ingest.wal", ",.0f"),
            row.text("size.total", ",.0f"),
            f"{row.indexes():,.0f}",
            row.text("ingest.upkeep", ".2f"),
        )
    return shown


def _reading(size: int, rows: dict[str, _Numbers]) -> Table:
    columns = ("design", "alone p50 / 95 / 99", f"÷ {CONTROL} (95 %)", "while written to", "unanswered",
               "written, events/s", "stale, ms")  # fmt: skip
    shown = terminal.table(f"{size:,} events: reports of all shapes, ms", columns)
    for name, row in rows.items():
        shown.add_row(
            name,
            row.quantiles("report.latency"),
            row.of_control("report"),
            row.quantiles("both.latency"),
            row.text("both.unanswered", ".0f"),
            row.text("both.rate", ",.0f"),
            row.text("both.staleness", ".0f"),
        )
    return shown


def _shapes(size: int, rows: dict[str, _Numbers]) -> Table:
    shown = terminal.table(f"{size:,} events: reports alone, p50 in ms / pages touched", ("report", *rows))
    for shape in SHAPES:
        cells = [
            row.text("report.latency", ",.1f", shape=shape.name, quantile="0.5")
            + " / "
            + row.text("report.pages", ",.0f", shape=shape.name)
            for row in rows.values()
        ]
        shown.add_row(shape.name, *cells)
    return shown


def _any(found: Found, size: int, name: str) -> bool:
    return any((e.labels["events"], e.labels["variant"]) == (str(size), name) for e in found.values())


def _key(labels: dict[str, str]) -> Iterator[str]:
    return (f"{key}={labels[key]}" for key in sorted(labels))


def _where(gap: Gap) -> str:
    events = f"{int(gap.labels['events']):,} events " if "events" in gap.labels else ""
    return f"{events}{gap.labels['variant']} {gap.labels.get('phase', '')}".strip()
