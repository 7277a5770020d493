"""Rounds into measurements. Their names and labels are explained in docs/reference/results.md."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import geometric_mean, median

from adbench.experiments.matrix.databases import Database
from adbench.experiments.matrix.plan import CONTROL, Phase
from adbench.experiments.matrix.turns import Round, Session
from adbench.records import statistics
from adbench.records.model import Measurement

QUANTILES = {"0.5": 50, "0.95": 95, "0.99": 99}
# Quantiles over all shapes together, enough to draw the distribution.
DISTRIBUTION = {"0.05": 5, "0.1": 10, "0.25": 25, "0.5": 50, "0.75": 75, "0.9": 90, "0.95": 95, "0.99": 99}
MILLION = 1_000_000


def per_round(phase: Phase, rounds: Sequence[Round]) -> list[float]:
    """Return one figure a round, by which variants are compared: events a second, or the typical latency of a report.

    That is the geometric mean over the shapes of their medians, so that no shape counts more for being slow.
    """
    if phase in ("report", "both"):
        shapes = ([median(times) for times in each.reports.values() if times] for each in rounds)
        return [geometric_mean(medians) for medians in shapes]
    return [each.events / each.seconds for each in rounds]


def of_control(phase: Phase, figures: Mapping[Database, Sequence[float]], database: Database) -> list[Measurement]:
    """Return the variant's figure ÷ the control's of the same round, where the control was there all the time."""
    control = next((figures[each] for each in figures if each.variant.name == CONTROL), None)
    if control is None or database.variant.name == CONTROL or len(control) != len(figures[database]) or not control:
        return []
    share = statistics.ratio(zip(control, figures[database], strict=True))
    return [Measurement.of(f"{phase}.of_control", share, "ratio")]


def loaded(session: Session, vacuum_s: float, sizes: Mapping[tuple[str, str], int]) -> list[Measurement]:
    """Return the numbers of a database that was filled in all rounds."""
    rounds = session.rounds
    events = sum(each.events for each in rounds)
    written = sum(each.wal_bytes for each in rounds) + session.upkeep_wal_bytes
    return [
        Measurement.of("load.rate", statistics.median(per_round("load", rounds)), "events/s"),
        Measurement.of("load.seconds", sum(each.seconds for each in rounds), "s"),
        Measurement.of("load.wal", written / events, "bytes/event"),
        Measurement.of("load.upkeep", session.upkeep_s / events * MILLION, "s/million events"),
        Measurement.of("load.vacuum", vacuum_s, "s"),
        Measurement.of("size.total", sum(sizes.values()) / events, "bytes/event"),
        *(
            Measurement.of("size", size / events, "bytes/event", relation=name, kind=kind)
            for (kind, name), size in sorted(sizes.items())
        ),
    ]


def reported(session: Session) -> list[Measurement]:
    """Return the numbers of reports alone."""
    touched = [
        Measurement.of("report.pages", pages, "pages", shape=name).model_copy(update={"detail": scans})
        for name, (pages, scans) in session.explained.items()
    ]
    return [*_latencies("report.latency", session.counted), *touched]


def cold(passes: Sequence[Mapping[str, Sequence[float]]], caches: str) -> list[Measurement]:
    """Return the numbers of reports on empty caches, and of each asked again at once; `caches` says what was empty.

    `passes` have, for each shape, the ms of both.
    """
    found: list[Measurement] = []
    for place, phase in enumerate(("cold", "first_warm")):
        everything = [[times[place] for times in each.values()] for each in passes]
        found += _quantiles("cold.latency", everything, phase=phase)
        for shape in passes[0]:
            taken = [[each[shape][place]] for each in passes]
            found += _quantiles("cold.latency", taken, {"0.5": 50}, phase=phase, shape=shape)
    return [each.model_copy(update={"detail": caches}) for each in found]


def ingested(session: Session) -> list[Measurement]:
    """Return the numbers of writing alone."""
    rounds = session.counted
    events = sum(each.events for each in session.rounds)
    return [
        Measurement.of("ingest.rate", statistics.median(per_round("ingest", rounds)), "events/s"),
        *_quantiles("ingest.latency", [each.copies for each in rounds]),
        Measurement.of(
            "ingest.wal", statistics.median([each.wal_bytes / each.events for each in rounds]), "bytes/event"
        ),
        Measurement.of("ingest.upkeep", session.upkeep_s / events * MILLION, "s/million events"),
        Measurement.of("ingest.upkeep_wal", session.upkeep_wal_bytes / events, "bytes/event"),
    ]


def both(session: Session) -> list[Measurement]:
    """Return the numbers of both at once."""
    rounds = session.counted
    stale = [seconds for each in rounds for seconds in each.stale_s]
    return [
        Measurement.of("both.rate", statistics.median([each.events / each.seconds for each in rounds]), "events/s"),
        *_quantiles("both.copy_latency", [each.copies for each in rounds]),
        *_latencies("both.latency", rounds),
        Measurement.of("both.unanswered", sum(each.unanswered for each in rounds), "reports"),
        Measurement.of("both.staleness", max(stale) * 1_000, "ms"),
        Measurement.of("both.probes", len(stale), "events"),
    ]


def _latencies(name: str, rounds: Sequence[Round]) -> Iterable[Measurement]:
    everything = [[took for times in each.reports.values() for took in times] for each in rounds]
    yield from _quantiles(name, everything, DISTRIBUTION)
    for shape in rounds[0].reports:
        if any(each.reports[shape] for each in rounds):
            yield from _quantiles(name, [each.reports[shape] for each in rounds], shape=shape)


def _quantiles(
    name: str, rounds: Sequence[Sequence[float]], quantiles: Mapping[str, float] = QUANTILES, **labels: str
) -> Iterable[Measurement]:
    given = [each for each in rounds if each]
    intervals = statistics.percentiles_over_rounds(given, list(quantiles.values()))
    for label, interval in zip(quantiles, intervals, strict=True):
        yield Measurement.of(name, interval, "ms", quantile=label, **labels)
