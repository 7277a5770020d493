"""Advice on the design that meets a target at the least cost, from the numbers of a matrix.

How it goes from what was measured to what was asked:

- *Size.* A matrix spreads its events over some days. So many events a day are `events_per_day x those days` events in
  such a matrix: windows then hold as much. Designs that read every event for every window (the plan says Seq Scan)
  are taken at all events that retention keeps.
- *Latency* of each shape, at p95, and *upkeep*, each as c + k x events with c, k >= 0: fitted to the measured sizes by
  least squares of relative errors. From one size alone: k = 0 where the plan reads roll-ups only, c = 0 where it reads
  raw events.
- *Storage*: bytes an event at the largest measured size, times the events kept. Roll-ups take fewer as events get
  denser, so for them this is an upper bound.
- *Writing*: the share of the day that COPYs at the measured rate and upkeep take. Above MOST_BUSY it does not hold:
  traffic at its peak is several times the average.

Of the designs that meet all of it, the one with the smallest product of write cost and storage, each relative to the
cheapest, is named first.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from adbench.records.model import Measurement, Result

DECLARED = ("geo", "device", "placement")  # the dimensions that rollup_dims had when it was measured
MEASURED_FILTER = "geo"
MOST_BUSY = 0.25
QUANTILE = "0.95"
DAY_S = 86_400
MILLION = 1_000_000
_RAW = re.compile(r" on events(?!_by_minute)")
_EVERYTHING = re.compile(r"Seq Scan on events\b")


@dataclass(frozen=True)
class Need:
    """The needs of a user. `filters` are metadata keys that reports filter or group by."""

    events_per_day: int
    retention_days: int
    report_ms: float
    filters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fit:
    """c + k x events, and the measured points (events, value) that it comes from."""

    constant: float
    per_event: float
    points: tuple[tuple[int, float], ...]

    def at(self, events: float) -> float:
        """Return the value expected at that size."""
        return self.constant + self.per_event * events

    def beyond(self, events: float) -> float:
        """Return how many times larger that size is than the largest measured one; 1 inside the range."""
        return max(events / max(size for size, _ in self.points), 1)


@dataclass(frozen=True)
class Shape:
    """The forecast for one shape of report."""

    name: str
    p95_ms: float
    events: float  # number of events in the measured database
    fit: Fit


@dataclass(frozen=True)
class Verdict:
    """One design against the need. `reasons` say why it does not meet it; empty when it does."""

    variant: str
    shapes: list[Shape]
    stored_bytes: float
    busy: float  # share of the day spent writing and on upkeep
    seconds_per_million: float
    beyond: float  # extrapolation of the numbers, as a factor; 1: none
    reasons: list[str] = field(default_factory=list)
    score: float = math.inf  # write cost x storage, relative to the cheapest; among those that meet the need

    @property
    def meets(self) -> bool:
        return not self.reasons

    @property
    def slowest(self) -> Shape:
        """Return the shape of report with the highest p95."""
        return max(self.shapes, key=lambda shape: shape.p95_ms)


@dataclass(frozen=True)
class Advice:
    """The verdicts, the best first, and what has to be said about all of them."""

    need: Need
    verdicts: list[Verdict]
    notes: list[str]

    @property
    def chosen(self) -> Verdict | None:
        """Return the verdict of the chosen variant; None when nothing meets the need."""
        return self.verdicts[0] if self.verdicts and self.verdicts[0].meets else None


def advise(need: Need, result: Result) -> Advice:
    """Judge every design of a matrix. Raise ValueError for a result of something else."""
    days = _days(result)
    verdicts = list(filter(None, (_judge(need, name, result, days) for name in result.variant.split(","))))
    meeting = [verdict for verdict in verdicts if verdict.meets]
    if meeting:
        write, stored = (min(getattr(v, cost) for v in meeting) for cost in ("seconds_per_million", "stored_bytes"))
        scores = {v.variant: v.seconds_per_million / write * v.stored_bytes / stored for v in meeting}
        verdicts = [replace(verdict, score=scores.get(verdict.variant, math.inf)) for verdict in verdicts]
    verdicts.sort(key=lambda v: (not v.meets, v.score, v.slowest.p95_ms))
    return Advice(need, verdicts, _notes(need, verdicts, result))


def _days(result: Result) -> float:
    """Return the days over which the events of a matrix lie."""
    if result.what == "matrix" and result.data is not None:
        return result.data.days
    if result.what == "matrix-own" and isinstance(days := result.parameters["days"], int | float):
        return days
    raise ValueError("advice needs the result of adbench matrix")


def events_per_day(result: Result) -> int | None:
    """Return how many events a day a matrix of a user's own events had; None for those of the lab."""
    profile = result.parameters.get("profile")
    found = profile["events_per_day"] if isinstance(profile, dict) else None
    return found if isinstance(found, int) else None


def fit(points: Iterable[tuple[int, float]], *, flat: bool) -> Fit:
    """Fit c + k x events to the points, c and k not negative. For a single point, `flat` says whether k or c is 0.

    Relative errors are minimised: a millisecond too many matters at 1 ms and not at 1,000 ms.
    """
    known = tuple(sorted(points))
    sizes, values = (np.array(column, dtype=float) for column in zip(*known, strict=True))
    values = np.maximum(values, 1e-9)
    proportional = float((sizes / values).sum() / ((sizes / values) ** 2).sum())
    level = float((1 / values).sum() / ((1 / values) ** 2).sum())
    if len(known) == 1:
        return Fit(level, 0, known) if flat else Fit(0, proportional, known)
    (constant, slope), *_ = np.linalg.lstsq(
        np.stack([1 / values, sizes / values], axis=1), np.ones(len(values)), rcond=None
    )
    # With two unknowns, the best fit within bounds is the free one or lies on a bound.
    if slope < 0:
        return Fit(level, 0, known)
    return Fit(0, proportional, known) if constant < 0 else Fit(float(constant), float(slope), known)


def _judge(need: Need, name: str, result: Result, days: float) -> Verdict | None:
    """Return the verdict on a design; None when numbers of some kind are missing."""
    numbers = [each for each in result.measurements if each.labels.get("variant") == name]
    rates, stored = _points(numbers, "ingest.rate"), _points(numbers, "size.total")
    upkeep = _points(numbers, "ingest.upkeep")
    named = result.select("report.latency", quantile=QUANTILE, phase="report")
    latencies = {
        shape: _points(numbers, "report.latency", shape=shape, quantile=QUANTILE)
        for shape in dict.fromkeys(each.labels["shape"] for each in named if "shape" in each.labels)
        if need.filters or shape.rpartition("-")[2] not in (MEASURED_FILTER, "dimension")
    }
    if not (rates and stored and upkeep and latencies and all(latencies.values())):
        return None
    kept = need.events_per_day * need.retention_days
    spread = need.events_per_day * days
    shapes = []
    for shape, points in latencies.items():
        plan = _plan(numbers, shape)
        fitted = fit(points, flat=not _RAW.search(plan))
        events = max(kept, spread) if _EVERYTHING.search(plan) else spread
        shapes.append(Shape(shape, fitted.at(events), events, fitted))
    kept_up = fit(upkeep, flat=True)
    write_s = MILLION / min(rate for _, rate in rates) + kept_up.at(spread)
    verdict = Verdict(
        variant=name,
        shapes=shapes,
        stored_bytes=max(stored)[1] * kept,
        busy=need.events_per_day / MILLION * write_s / DAY_S,
        seconds_per_million=write_s,
        beyond=max(shape.fit.beyond(shape.events) for shape in shapes),
    )
    if slow := sum(shape.p95_ms > need.report_ms for shape in shapes):
        worst = verdict.slowest
        verdict.reasons.append(
            f"{slow} of {len(shapes)} shapes of report are too slow; {worst.name}: {worst.p95_ms:,.0f} ms at p95"
        )
    if verdict.busy > MOST_BUSY:
        verdict.reasons.append(
            f"writing and upkeep would take {verdict.busy:.0%} of the day; above {MOST_BUSY:.0%} peaks do not fit"
        )
    return verdict


def _notes(need: Need, verdicts: Sequence[Verdict], result: Result) -> list[str]:
    sizes = sorted({size for verdict in verdicts for shape in verdict.shapes for size, _ in shape.fit.points})
    if not sizes:
        return ["this matrix has no design with all its numbers"]
    notes = [
        f"measured at {', '.join(f'{size:,}' for size in sizes)} events on {result.machine.cpu}, "
        f"{result.machine.cores} cores, reports without writing beside them",
        f"stored: bytes an event as at {sizes[-1]:,} events; too much for roll-ups, which grow slower than events",
    ]
    beyond = max(verdict.beyond for verdict in verdicts)
    if beyond > 1:
        notes.append(f"EXTRAPOLATED, up to {beyond:,.0f} times beyond what was measured: measure nearer to it")
    if len(sizes) == 1:
        notes.append("from one size only: raw designs taken as proportional, roll-ups as flat; --scale gives growth")
    other = [key for key in need.filters if key != MEASURED_FILTER]
    if need.filters and result.what == "matrix-own":
        notes.append("filters were measured by one key of metadata of those events; it stands for all of them")
    elif other:
        notes.append(f"filters by {', '.join(other)} were not measured; {MEASURED_FILTER} stands for them")
    undeclared = [key for key in need.filters if key not in DECLARED]
    if undeclared:
        notes.append(
            f"for rollup_dims, {', '.join(undeclared)} must be declared (ADPULSE_DIMENSIONS) and have few values"
        )
    left = [name for name in result.variant.split(",") if name not in {verdict.variant for verdict in verdicts}]
    if left:
        notes.append(f"without all numbers, and so not judged: {', '.join(left)}")
    return notes


def _points(numbers: Sequence[Measurement], name: str, **labels: str) -> list[tuple[int, float]]:
    """Return (events, value) of every size that has the measurement with exactly these labels and those of the cell."""
    return [
        (int(each.labels["events"]), each.value)
        for each in numbers
        if each.name == name
        and labels == {key: each.labels[key] for key in each.labels.keys() - {"events", "variant", "phase"}}
    ]


def _plan(numbers: Sequence[Measurement], shape: str) -> str:
    """Return the plan at the largest size."""
    found = [each for each in numbers if each.name == "report.pages" and each.labels.get("shape") == shape]
    return max(found, key=lambda each: int(each.labels["events"])).detail or "" if found else ""
