"""The findings of `adbench run switch`: how long senders wait, in a quiet stretch and while changes are made."""

from collections.abc import Iterator, Sequence
from statistics import median

from rich.table import Table

from adbench.experiments.switch import pauses
from adbench.experiments.switch.changes import Made
from adbench.experiments.switch.pauses import Request, Span
from adbench.records import terminal
from adbench.records.model import Check, Measurement, NotMeasured, Result

AIM_MS = 200
NAMES = {"ingest": "batches", "keyed": "batches with a key", "report": "reports"}
STRETCHES = ("quiet", "changes")


def measure(requests: Sequence[Request], made: Sequence[Made], quiet: Span, changing: Span) -> Iterator[Measurement]:
    """Return the figures of both stretches, and of each kind of change."""
    of = {name: [each for each in requests if each.name == name] for name in NAMES}
    for stretch, span in zip(STRETCHES, (quiet, changing), strict=True):
        for name, own in of.items():
            if (waiting := pauses.waiting(own, span)) is None:
                continue
            labels = {"stretch": stretch, "of": name}
            yield Measurement.of("requests", waiting.requests, "requests", labels)
            for quantile, value in (("0.5", waiting.p50), ("0.99", waiting.p99)):
                yield Measurement.of("answer", value, "ms", labels, quantile=quantile)
            yield Measurement.of("pause.answer", waiting.answer, "ms", labels)
            yield Measurement.of("pause.gap", waiting.gap, "ms", labels)
    for change in dict.fromkeys(each.name for each in made):
        times = [each for each in made if each.name == change]
        spans = [each.span for each in times]
        labels = {"change": change}
        yield Measurement.of("change.times", len(times), "changes", labels)
        yield Measurement.of("change", median(span.seconds for span in spans), "s", labels)
        if switches := [each.switch_ms for each in times if each.switch_ms is not None]:
            yield Measurement.of("change.switch", max(switches), "ms", labels)
        for name, own in of.items():
            if (worst := pauses.longest(own, spans)) is not None:
                yield Measurement.of("change.answer", worst, "ms", labels, of=name)


def changed(route: Sequence[str], made: Sequence[Made], changing: Span) -> Check:
    """Return every change on the route was made while the load ran."""
    more = "give it more --seconds"
    reasons = [f"{each.name} {each.failure}" for each in made if each.failure]
    reasons += [
        f"{each.name} was not over when the load was: {more}" for each in made if each.span.stop > changing.stop
    ]
    if (missing := 1 + len(route) - len(made)) > 0:
        reasons.append(f"{missing} of the route were not begun: {more}")
    detail = "; ".join(reasons) or f"{len(made)}, one after another"
    return Check(name="every change was made under load", passed=not reasons, detail=detail)


def aims(measurements: Sequence[Measurement]) -> Iterator[Check]:
    """Yield the aims: nobody waits AIM_MS while changes are made."""
    for each in measurements:
        if each.name == "pause.answer" and each.labels["stretch"] == "changes":
            title = f"{NAMES[each.labels['of']]} never wait {AIM_MS} ms while changes are made"
            yield Check(name=title, passed=each.value < AIM_MS, detail=f"at most {each.value:.0f} ms", aim=True)


def by_stretch(result: Result) -> tuple[Sequence[str], list[Sequence[str]]]:
    """Return head and rows: how long a sender waits, quiet and meanwhile."""
    head = ("", "stretch", "requests", "p50", "p99", "longest wait", "longest time without an answer")
    rows: list[Sequence[str]] = []
    for name, text in NAMES.items():
        for stretch in STRETCHES:
            labels = {"stretch": stretch, "of": name}
            try:
                figures = [result.value("answer", **labels, quantile=quantile) for quantile in ("0.5", "0.99")]
                figures += [result.value(f"pause.{kind}", **labels) for kind in ("answer", "gap")]
                count = f"{result.value('requests', **labels):,.0f}"
            except NotMeasured:
                count, figures = "0", []
            rows.append((text, stretch, count, *([f"{ms:,.0f} ms" for ms in figures] or [""] * 4)))
    return head, rows


def by_change(result: Result) -> tuple[Sequence[str], list[Sequence[str]]]:
    """Return head and rows: each change, and the longest wait meanwhile."""
    head = ("change", "times", "took", "its switch, at most", *(f"longest, {text}" for text in NAMES.values()))
    values = {(each.name, *each.labels.values()): each.value for each in result.measurements}
    rows: list[Sequence[str]] = []
    for each in result.select("change"):
        change = each.labels["change"]
        cells = [values.get(("change.switch", change)), *(values.get(("change.answer", change, of)) for of in NAMES)]
        waits = ("" if ms is None else f"{ms:,.0f} ms" for ms in cells)
        rows.append((change, f"{values['change.times', change]:.0f}", f"{each.value:.1f} s", *waits))
    return head, rows


def table(result: Result) -> Table:
    """Return the outcome for people."""
    shown = terminal.table("how long senders wait", *by_stretch(result), left=2)
    shown.caption = "\n".join(" · ".join(filter(None, row)) for row in by_change(result)[1])
    shown.caption_justify = "left"
    return shown
