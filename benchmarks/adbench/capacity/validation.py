"""The simulation and the arithmetic against what one machine did: the same load, measured and modelled.

Nothing is fitted here: service times come from other runs than what they are compared with, except that the closed
loop of `adbench run ingest` is also where the service's processor time was counted.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from adbench.capacity.arithmetic import Demands, Station
from adbench.capacity.model import Fleet
from adbench.capacity.play import Play, Traffic, play
from adbench.capacity.service_times import Scatter, ServiceTimes, live
from adbench.experiments.load.saturation import LIMIT_MS, SENT_SHARE
from adbench.records.model import Check, Measurement, Result
from adbench.records.statistics import percentile

ONE_MACHINE = Fleet(shared=True)
SEEDS = 5  # plays of the same, for the interval
CLOSED_S = 3.0
QUANTILES = ("0.5", "0.95")
# What the model is to be good for, latencies as far as BELOW of the highest rate that was held: nearer to it the least
# error of a demand decides. Aims, because how wrong a model is, is a finding.
BELOW = 0.7
RATE_WITHIN, MEDIAN_WITHIN, TAIL_WITHIN = 0.10, 0.35, 0.50


def validate(results: Mapping[str, Result], times: ServiceTimes, cost: Demands, seed: int) -> Iterator[Measurement]:
    """Yield measured and modelled side by side, told apart by the label `from`, and their ratio as `….error`."""
    yield from _closed(results["ingest"], times, seed)
    if "load-ingest" in results:
        yield from _ramp(results["load-ingest"], live(times, results), results["stages"], cost, seed)


def _closed(ingest: Result, times: ServiceTimes, seed: int) -> Iterator[Measurement]:
    """Compare throughput with clients that wait for their answers, by size of batch: up to saturation and beyond."""
    users = ingest.parameters["users"]
    assert isinstance(users, dict)
    for batch, number in users.items():
        plays = _plays(Traffic(users=int(str(number)), batch=int(batch)), times, CLOSED_S, seed)
        labels = {"batch": batch}
        rate = ingest.value("ingest.rate", batch=batch, kind="plain")
        yield from _pair("validation.rate", "events/s", labels, rate, [played.rate(int(batch)) for played in plays])
        p95 = ingest.value("ingest.p95", batch=batch, kind="plain")
        simulated = [played.quantiles_ms("ingest")[0.95] for played in plays]
        yield from _pair("validation.closed_p95", "ms", labels, p95, simulated)


def _ramp(ramp: Result, times: ServiceTimes, stages: Result, cost: Demands, seed: int) -> Iterator[Measurement]:
    """Compare latency by rate of arrival, with batches on schedule, step by step as long as it was measured."""
    offered = {measurement.labels["step"]: measurement.value for measurement in ramp.select("ramp.offered")}
    total_s, batch = ramp.parameters["seconds"], ramp.parameters["batch"]
    assert isinstance(total_s, int)
    assert isinstance(batch, int)
    idle_ms = stages.value("stage", stage="request", batch=str(batch))
    demand_s = (cost.service_s + cost.postgres_s) * batch + times.client(batch)
    station = Station(ramp.machine.cores, demand_s, service=variability(times.scatter), arrivals=0.0)
    saturation, holds = 0.0, True
    for step, rate in sorted(offered.items(), key=lambda item: item[1]):
        plays = _plays(Traffic(rate=rate, batch=batch, on_schedule=True), times, total_s / len(offered), seed)
        labels = {"rate": f"{rate:.0f}"}
        for quantile in QUANTILES:
            named = {**labels, "quantile": quantile}
            measured = ramp.value("ingest.latency", part=step, quantile=quantile)
            simulated = [played.quantiles_ms("ingest")[float(quantile)] for played in plays]
            yield from _pair("validation.latency", "ms", named, measured, simulated)
            waits_s = station.quantile_s(rate / batch, float(quantile))
            if np.isfinite(waits_s):  # an overloaded station has no distribution
                expected = idle_ms + waits_s * 1_000
                yield Measurement.of("validation.latency", expected, "ms", named | {"from": "arithmetic"})
        stored = float(np.mean([played.rate(batch) for played in plays]))
        p95 = float(np.mean([played.quantiles_ms("ingest")[0.95] for played in plays]))
        holds = holds and stored >= SENT_SHARE * rate and p95 < LIMIT_MS
        saturation = rate if holds else saturation
    yield from _pair("validation.knee", "events/s", {}, ramp.value("ingest.knee"), [saturation])


def _plays(traffic: Traffic, times: ServiceTimes, seconds: float, seed: int) -> list[Play]:
    return [play(ONE_MACHINE, traffic, times, seconds, seed=seed + number) for number in range(SEEDS)]


def _pair(
    name: str, unit: str, labels: dict[str, str], measured: float, simulated: list[float]
) -> Iterator[Measurement]:
    yield Measurement.of(name, measured, unit, {**labels, "from": "measured"})
    estimate = percentile(simulated, 50) if len(simulated) > 1 else simulated[0]
    yield Measurement.of(name, estimate, unit, labels | {"from": "simulation"})
    middle = estimate if isinstance(estimate, float) else estimate.value
    yield Measurement.of(f"{name}.error", middle / measured - 1, "ratio", labels)


def variability(scatter: Scatter) -> float:
    """Return the squared coefficient of variation of 20,000 draws of a scatter."""
    rng = np.random.default_rng(0)
    drawn = np.array([scatter(rng) for _ in range(20_000)])
    return float(drawn.var() / drawn.mean() ** 2)


def checks(measurements: list[Measurement]) -> list[Check]:
    """Return how far off the model is, as aims."""
    saturations = [measurement.value for measurement in measurements if measurement.name == "validation.knee"]
    checks = []
    kinds = ("rate", None, RATE_WITHIN), ("latency", "0.5", MEDIAN_WITHIN), ("latency", "0.95", TAIL_WITHIN)
    for name, quantile, within in kinds:
        errors = [
            measurement.value
            for measurement in measurements
            if measurement.name == f"validation.{name}.error"
            and measurement.labels.get("quantile") == quantile
            and float(measurement.labels.get("rate", 0)) <= BELOW * max(saturations, default=0)
        ]
        if errors:
            what = f"{name} p{float(quantile) * 100:g} below {BELOW:.0%} of the saturation point" if quantile else name
            passed = max(map(abs, errors)) <= within
            detail = f"{min(errors):+.0%} to {max(errors):+.0%}"
            checks.append(Check(name=f"{what} within {within:.0%}", passed=passed, detail=detail, aim=True))
    return checks
