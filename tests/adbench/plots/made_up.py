"""Made-up results, one of each kind that a plot draws."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from adbench.experiments.report import PROBE
from adbench.experiments.stages import BATCHES, STAGES, WITHIN_WRITE
from adbench.gate.verdict.decision import confidence
from adbench.plots import capacity
from adbench.records.frames import frame
from adbench.records.model import Check, Machine, Measurement, Postgres, Result, Source
from adbench.records.statistics import bounds
from adbench.workload.report_shapes import BREAKDOWNS, TOTALS

PEERS = {"adpulse": 1.5, "duckdb": 2.0, "duckdb+roll-ups": 1.4, "chdb": 4.0, "chdb+roll-ups": 3.0}
DESIGNS = ("heap", "btree", "covering", "brin", "rollup")
AT = datetime(2025, 9, 24, 6, 0, tzinfo=UTC)


def result(what: str, measurements: Iterator[Measurement], variant: str = "rollup") -> Result:
    return Result(
        what=what,
        started_at=AT,
        machine=Machine(cpu="a processor", cores=2, memory_bytes=1, kernel="Linux 6 x86_64", python="3.11"),
        postgres=Postgres(version="18.1", settings={}),
        source=Source(revision=None, changed=False, packages={}),
        data=None,
        variant=variant,
        parameters={},
        measurements=list(measurements),
        checks=[],
    )


def measured(name: str, value: float, unit: str, **labels: str) -> Measurement:
    return Measurement(name=name, value=value, low=value * 0.9, high=value * 1.15, unit=unit, labels=labels)


def matrix() -> pd.DataFrame:
    def all_of_it() -> Iterator[Measurement]:
        for events in (1_000_000, 10_000_000):
            for place, design in enumerate(DESIGNS):
                labels = {"events": str(events), "variant": design, "phase": "report"}
                slow = (events / 1e6) ** (0 if design == "rollup" else 0.9) * 100 / 3**place
                for phase in ("report", "both"):
                    for quantile in ("0.05", "0.25", "0.5", "0.75", "0.95", "0.99"):
                        value = slow * 4 ** (float(quantile) * 2 - 1)
                        given = {**labels, "phase": phase, "quantile": quantile}
                        yield measured(f"{phase}.latency", value, "ms", **given)
                written = {**labels, "phase": "ingest"}
                yield measured("ingest.rate", 400_000 - 60_000 * place, "events/s", **written)
                for shape, pages in (("hour", 4.0), ("month", slow * 30)):
                    yield Measurement(name="report.pages", value=pages, unit="pages", labels={**labels, "shape": shape})
                stored = {**labels, "phase": "load"}
                yield measured("size.total", 140 + 60 * place, "bytes/event", **stored)
                yield measured("size", 140, "bytes/event", **stored, relation="events", kind="table")
                yield measured("size", 60 * place, "bytes/event", **stored, relation="events_idx", kind="index")

    return frame({Path("x/1Z-matrix.json"): result("matrix", all_of_it(), ",".join(DESIGNS))})


def written() -> Result:
    def all_of_it() -> Iterator[Measurement]:
        yield measured("ceiling.rate", 440_000, "events/s")
        yield measured("of_ceiling", 0.5, "ratio", batch="1000", kind="plain")
        for batch, rate in ((1, 4_000), (10, 28_000), (100, 96_000), (1_000, 220_000), (5_000, 240_000)):
            for kind in ("plain", "gzip"):
                yield measured("ingest.rate", rate, "events/s", batch=str(batch), kind=kind)

    return result("ingest", all_of_it())


def staged() -> Result:
    def all_of_it() -> Iterator[Measurement]:
        for batch in BATCHES:
            for place, stage in enumerate((*STAGES, *WITHIN_WRITE)):
                yield measured("stage", 0.1 + 0.0003 * place * batch, "ms", stage=stage, batch=str(batch))
            yield measured("stage", 0.5 + 0.003 * batch, "ms", stage="request", batch=str(batch))

    return result("stages", all_of_it())


def asked() -> Result:
    def all_of_it() -> Iterator[Measurement]:
        for phase, factor in (("idle", 1), ("busy", 3)):
            for shape in (*(each.name for each in TOTALS), PROBE):
                for quantile, value in (("0.5", 1.0), ("0.99", 4.0)):
                    labels = {"events": "20000000", "phase": phase, "kind": "totals", "shape": shape}
                    yield measured("latency", value * factor, "ms", **labels, quantile=quantile)

    return result("report", all_of_it())


def compared_with_peers() -> Result:
    def all_of_it() -> Iterator[Measurement]:
        for place, shape in enumerate((*TOTALS, *BREAKDOWNS)):
            for system, factor in PEERS.items():
                value = factor * 1.3**place if system != "adpulse" else factor * 1.5**place
                yield measured("latency", value, "ms", system=system, shape=shape.name)

    return result("peers", all_of_it())


def simulated() -> Result:
    def all_of_it() -> Iterator[Measurement]:
        for step in range(1, 11):
            rate, wait = 30_000 * step, 1 / (11 - step)
            for quantile, ms in (("0.5", 5.0), ("0.95", 9.0)):
                labels = {"rate": str(rate), "quantile": quantile}
                for source, factor in (("measured", 1.0), ("simulation", 0.8), ("arithmetic", 0.6)):
                    value = factor * ms * (1 + 20 * wait**2)
                    yield measured("validation.latency", value, "ms", **labels, **{"from": source})
                yield Measurement(name="validation.latency.error", value=-0.2, unit="ratio", labels=labels)
        for rate in (150_000, 1_000_000, 10_000_000):
            for place, resource in enumerate(capacity.RESOURCES):
                load = rate / 200_000 / 2**place
                labels = {"rate": str(rate), "resource": resource}
                yield Measurement(name="need.load", value=load, unit="ratio", labels=labels)
        for place, name in enumerate(capacity.FAILURES):
            labels = {"rate": "1000000", "scenario": name}
            for at in range(-4, 20):
                share = (1 - place * 0.4) if 0 <= at < 10 - 3 * place else 0.0
                named = {**labels, "at_s": str(at)}
                yield Measurement(name="timeline.unanswered", value=share, unit="ratio", labels=named)
            named = {**labels, "kind": "ingest", "quantile": "0.95"}
            yield Measurement(name="simulated.latency", value=10.0 * 5**place, unit="ms", labels=named)
            yield Measurement(name="simulated.recovery", value=10.0 - 3 * place, unit="s", labels=labels)

    return result("simulate", all_of_it())


def watched() -> Result:
    """Build a dashboard's series with a spike, a pending alert, a panel without data, and gaps."""
    course = [None, None, *(1 + 4 * (10 <= step < 20) + 0.1 * (step % 3) for step in range(28))]

    def series(legend: str, factor: float) -> dict[str, object]:
        return {"legend": legend, "values": [None if value is None else value * factor for value in course]}

    def panel(kind: str, title: str, unit: str, *found: dict[str, object], limit: float | None = None) -> object:
        return {"kind": kind, "title": title, "unit": unit, "limit": limit, "series": list(found)}

    stats = (("Events accepted", "ops", 40_000), ("Errors (5xx)", "percentunit", 0), ("Queue", "s", 0.01))
    quantiles = [series(name, factor) for name, factor in (("p50", 0.01), ("p95", 0.05), ("p99", 0.08))]
    kept = [
        *(panel("stat", title, unit, series("", factor)) for title, unit, factor in stats),
        panel("stat", "Reports p95", "s"),
        panel("stat", "Alerts firing", "short", series("", 0)),
        panel("timeseries", "GET /report", "s", *quantiles, limit=0.2),
        panel("timeseries", "Events by outcome", "ops", series("accepted", 40_000), series("rejected", 0)),
        panel("timeseries", "Events waiting", "short"),
        panel("timeseries", "Reports within 200 ms", "percentunit", series("share", 0.2), limit=0.95),
    ]
    alerts = [series("AdPulseReportsSlow pending", 1)]
    seen = {"prometheus": "3.5", "step_seconds": 5, "panels": kept, "alerts": alerts}
    bare = result("load-spike", iter(()))
    return bare.model_copy(update={"parameters": {"load_average_before": 0.5, "dashboard": seen}})


def demonstrated() -> Result:
    """Return a demo in one second of which fewer events are taken."""

    def all_of_it() -> Iterator[Measurement]:
        yield measured("ingest.rate", 38_000, "events/s")
        for quantile, ms in (("0.05", 0.6), ("0.5", 4.0), ("0.75", 11.0), ("0.95", 90.0), ("1.0", 420.0)):
            yield measured("report.latency", ms, "ms", quantile=quantile)
            yield measured("report.latency", ms, "ms", quantile=quantile, part="0")
        for part in range(10):
            yield measured("ingest.rate", 40_000 - 30_000 * (part == 4), "events/s", part=str(part))

    machine = result("demo", iter(()))
    return machine.model_copy(update={"parameters": {"seconds": 10}, "measurements": list(all_of_it())})


def proved() -> Result:
    """Return twenty runs of each plant: no false alarm, the larger slowdown caught, the smaller one not always."""
    counts = {
        "nothing": (20, 0, 0, 4),
        "ingest-10": (20, 16, 0, 4),
        "report-10": (20, 13, 1, 5),
        "ingest-25": (20, 20, 0, 0),
        "report-25": (20, 19, 0, 1),
        "index": (3, 3, 0, 0),
        "order": (0, 0, 0, 0),
    }

    def all_of_it() -> Iterator[Measurement]:
        for plant, (runs, caught, otherwise, unsure) in counts.items():
            labels = {"plant": plant}
            yield Measurement(name="runs", value=runs, unit="runs", labels=labels)
            yield Measurement(name="cannot_tell", value=unsure, unit="runs", labels=labels)
            for name, hits in (("caught", caught), ("otherwise", otherwise)):
                low, high = bounds(hits, runs)
                share = hits / runs if runs else 0.0
                yield Measurement(name=name, value=share, low=low, high=high, unit="share", labels=labels)

    return result("gate-proof", all_of_it())


def gated() -> Result:
    """Return three metrics of the same code: two are decided at the first look, one never."""
    rng = np.random.default_rng(7)
    noise = {"codec.cpu": 0.005, "post.service.cpu": 0.01, "post.postgres.cpu": 0.05}
    samples = {
        metric: {side: rng.normal(1, scale, 33).tolist() for side in ("base", "head", "control")}
        for metric, scale in noise.items()
    }
    sure = {metric: f"{confidence(4 if scale == 0.05 else 1, 3):.5f}" for metric, scale in noise.items()}

    def all_of_it() -> Iterator[Measurement]:
        for metric, scale in noise.items():
            for side, value in (("head", 1.005), ("control", 0.998)):
                labels = {"metric": metric, "side": side, "confidence": sure[metric]}
                ends = {"low": value - 2 * scale, "high": value + 2 * scale}
                yield Measurement(name="ratio", value=value, unit="ratio", labels=labels, **ends)

    parameters = {"tolerance": 1.05, "verdict": "cannot tell", "rounds": 33, "samples_seconds": samples}
    said = {
        metric: "cannot tell: the interval is too wide" if scale == 0.05 else "same" for metric, scale in noise.items()
    }
    checks = [Check(name=metric, passed=True, detail=detail) for metric, detail in said.items()]
    return result("gate", all_of_it()).model_copy(update={"parameters": parameters, "checks": checks})
