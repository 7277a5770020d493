"""The table of docs/explanation/findings.md: what each design costs to write, to store and to read."""

from adbench.checkout import ROOT
from adbench.records import manifest, store
from adbench.records.model import Result

HEAD = (
    "design",
    "writes, events/s",
    "share of `heap`",
    "bytes an event",
    "reports p50, ms",
    "reports p95, ms",
    "reports p95 while events are written, ms",
)


def newest() -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
    """Return where the numbers come from, the head of the table and its rows, of the newest widest matrix kept."""
    run = manifest.newest(manifest.reference())["matrix"]
    path = next(path for path, each in store.load(manifest.reference()).items() if each == run)
    size = min(int(each.labels["events"]) for each in run.select("size.total"))
    said = (
        f"Of {run.started_at:%-d %B %Y}, {size:,} events, {run.machine.cpu}, {run.machine.cores} cores, PostgreSQL "
        f"{run.postgres.version if run.postgres else '?'} ([file](../../{path.relative_to(ROOT)}), `adbench matrix`):"
    )
    return said, HEAD, [_row(run, variant, str(size)) for variant in run.variant.split(",")]


def _row(run: Result, variant: str, events: str) -> tuple[str, ...]:
    """Return the row of a design; a dash is what was not measured, or is 1 by definition."""

    def shown(name: str, form: str, **labels: str) -> str:
        found = [
            each.value
            for each in run.select(name, variant=variant, events=events, **labels)
            if "shape" not in each.labels
        ]
        return format(found[0], form) if found else "–"

    return (
        f"`{variant}`",
        shown("ingest.rate", ",.0f"),
        shown("ingest.of_control", ".2f"),
        shown("size.total", ",.0f"),
        shown("report.latency", ".1f", quantile="0.5"),
        shown("report.latency", ".0f", quantile="0.95"),
        shown("both.latency", ",.0f", quantile="0.95"),
    )
