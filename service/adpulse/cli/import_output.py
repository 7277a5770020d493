"""The output of `adpulse import`: its progress, the outcome of each file, and a preview of how it is understood."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from adpulse.cli.console import err, out
from adpulse.importing.chunk import Chunk
from adpulse.importing.outcome import Outcome
from adpulse.importing.run import rejected
from adpulse.importing.source import Source
from adpulse.importing.target import Judged
from adpulse.terminal import counted, one_line

# For each file: its outcome, and the path of its rejected lines.
Outcomes = dict[str, tuple[Outcome, Path | None]]

FIRST_ROWS = 5


def preview(file: str, chunk: Chunk, judged: Judged, *, as_json: bool) -> bool:
    """Print how the records of a chunk are understood; return True if some are rejected."""
    bad = rejected(chunk, judged)
    reasons = Counter((rejection["field"], rejection["code"], rejection["message"]) for rejection in bad)
    examples = {
        (rejection["field"], rejection["code"], rejection["message"]): chunk.lines[rejection["index"]]
        for rejection in reversed(bad)
    }
    listed = [
        {"field": field, "code": code, "message": message, "count": count, "line": examples[field, code, message]}
        for (field, code, message), count in reasons.most_common()
    ]
    first = [json.loads(judged.events.body[place]) for place in range(min(FIRST_ROWS, len(judged.events.body)))]
    counts = {"records": len(chunk), "accepted": len(judged.batch.rows), "rejected": len(bad)}
    counts["skipped"] = judged.events.skipped
    if as_json:
        print(json.dumps({"file": file, **counts, "first": first, "reasons": listed}))
        return bool(bad)
    out.print(f"{file}: the first {counted(len(chunk), 'record')}, of which nothing is stored", soft_wrap=True)
    table = Table(*(names := list(dict.fromkeys(key for each in first for key in each))))
    for event in first:
        table.add_row(*(one_line(_cell(event.get(key, ""))) for key in names))
    out.print(table)
    accepted = counted(counts["accepted"], "event")
    out.print(f"{accepted} would be accepted, {len(bad):,} rejected, {counts['skipped']:,} left out")
    for reason in listed:
        text = f"{reason['field'] or ''} {reason['message']}".strip()
        out.print(f"  {reason['count']:,} rejected ({reason['code']}): {text}; line {reason['line']}", soft_wrap=True)
    return bool(bad)


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@contextmanager
def progress(name: str, size: int | None) -> Iterator[Any]:
    """Yield a function that shows the progress so far."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[events]:,} events, {task.fields[rate]:,}/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(one_line(name), total=size, events=0, rate=0)

        def show(source: Source, now: Outcome) -> None:
            events = now.accepted + now.duplicates
            elapsed = bar.tasks[task].elapsed or 1.0
            bar.update(task, completed=source.position, events=events, rate=round(events / max(elapsed, 0.001)))

        yield show


def report(outcomes: Outcomes, *, as_json: bool) -> None:
    """Print the outcome of each file."""
    if as_json:
        files = [
            {"file": file, **outcome.described(), "rejected_file": path and str(path)}
            for file, (outcome, path) in outcomes.items()
        ]
        print(json.dumps({"files": files}))
        return
    for file, (outcome, path) in outcomes.items():
        out.print(_line(file, outcome), soft_wrap=True)
        for (field, code), count in outcome.reasons.most_common():
            out.print(f"  {count:,} rejected ({code}){f': {field}' if field else ''}", soft_wrap=True)
        if path is not None:
            out.print(f"  rejected lines with their reasons: {path}", soft_wrap=True)


def _line(file: str, outcome: Outcome) -> str:
    parts = [counted(outcome.accepted, "event")]
    if outcome.duplicates:
        parts.append(counted(outcome.duplicates, "duplicate"))
    if outcome.rejected:
        parts.append(f"{outcome.rejected:,} rejected")
    if outcome.skipped:
        parts.append(f"{outcome.skipped:,} of other kinds left out")
    if outcome.known_records:
        when = f" on {outcome.known_at:%Y-%m-%d %H:%M}" if outcome.known_at else ""
        parts.append(f"{counted(outcome.known_records, 'record')} imported before{when}: counted once")
    fresh = outcome.records - outcome.known_records
    rate = f", {fresh / outcome.seconds:,.0f} records/s" if fresh and outcome.seconds else ""
    return one_line(f"{file}: {', '.join(parts)}; {outcome.seconds:.1f} s{rate}")
