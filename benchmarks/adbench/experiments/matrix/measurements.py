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
        shapes = ([median(times) for times in round_.reports.values() if times] for round_ in rounds)
        return [geometric_mean(medians) for medians in shapes]
    return [round_.events / round_.seconds for round_ in rounds]


def of_control(phase: Phase, figures: Mapping[Database, Sequence[float]], database: Database) -> list[Measurement]:
    """Return the variant's figure ÷ the control's of the same round, where the control was there all the time."""
    control = next((figures[database] for database in figures if database.variant.name == CONTROL), None)
    if control is None or database.variant.name == CONTROL or len(control) != len(figures[database]) or not control:
        return []
    share = statistics.ratio(zip(control, figures[database], strict=True))
    return [Measurement.of(f"{phase}.of_control", share, "ratio")]


def loaded(session: Session, vacuum_s: float, sizes: Mapping[tuple[str, str], int]) -> list[Measurement]:
    """Return the numbers of a database that was filled in all rounds."""
    rounds = session.rounds
    events = sum(round_.events for round_ in rounds)
    written = sum(round_.wal_bytes for round_ in rounds) + session.upkeep_wal_bytes
    return [
        Measurement.of("load.rate", statistics.median(per_round("load", rounds)), "events/s"),
        Measurement.of("load.seconds", sum(round_.seconds for round_ in rounds), "s"),
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
    measurements: list[Measurement] = []
    for place, phase in enumerate(("cold", "first_warm")):
        everything = [[times[place] for times in pass_.values()] for pass_ in passes]
        measurements += _quantiles("cold.latency", everything, phase=phase)
        for shape in passes[0]:
            taken = [[pass_[shape][place]] for pass_ in passes]
            measurements += _quantiles("cold.latency", taken, {"0.5": 50}, phase=phase, shape=shape)
    return [measurement.model_copy(update={"detail": caches}) for measurement in measurements]


def ingested(session: Session) -> list[Measurement]:
    """Return the numbers of writing alone."""
    rounds = session.counted
    events = sum(round_.events for round_ in session.rounds)
    return [
        Measurement.of("ingest.rate", statistics.median(per_round("ingest", rounds)), "events/s"),
        *_quantiles("ingest.latency", [round_.copies for round_ in rounds]),
        Measurement.of(
            "ingest.wal", statistics.median([round_.wal_bytes / round_.events for round_ in rounds]), "bytes/event"
        ),
        Measurement.of("ingest.upkeep", session.upkeep_s / events * MILLION, "s/million events"),
        Measurement.of("ingest.upkeep_wal", session.upkeep_wal_bytes / events, "bytes/event"),
    ]


def both(session: Session) -> list[Measurement]:
    """Return the numbers of both at once."""
    rounds = session.counted
    stale = [seconds for round_ in rounds for seconds in round_.stale_s]
    return [
        Measurement.of(
            "both.rate", statistics.median([round_.events / round_.seconds for round_ in rounds]), "events/s"
        ),
        *_quantiles("both.copy_latency", [round_.copies for round_ in rounds]),
        *_latencies("both.latency", rounds),
        Measurement.of("both.unanswered", sum(round_.unanswered for round_ in rounds), "reports"),
        Measurement.of("both.staleness", max(stale) * 1_000, "ms"),
        Measurement.of("both.probes", len(stale), "events"),
    ]


def _latencies(name: str, rounds: Sequence[Round]) -> Iterable[Measurement]:
    everything = [[took for times in round_.reports.values() for took in times] for round_ in rounds]
    yield from _quantiles(name, everything, DISTRIBUTION)
    for shape in rounds[0].reports:
        if any(round_.reports[shape] for round_ in rounds):
            yield from _quantiles(name, [round_.reports[shape] for round_ in rounds], shape=shape)


def _quantiles(
    name: str, rounds: Sequence[Sequence[float]], quantiles: Mapping[str, float] = QUANTILES, **labels: str
) -> Iterable[Measurement]:
    filled = [values for values in rounds if values]
    intervals = statistics.percentiles_over_rounds(filled, list(quantiles.values()))
    for label, interval in zip(quantiles, intervals, strict=True):
        yield Measurement.of(name, interval, "ms", quantile=label, **labels)
