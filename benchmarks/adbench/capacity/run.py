"""`adbench simulate`: validate the model on one machine, then play fleets and failures.

No clock is read: the numbers depend on the results that it reads, the seed, and this code alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from adbench.capacity import scenarios, tables, validation
from adbench.capacity.arithmetic import Assumptions, Demands, Need, demands, need, utilisation
from adbench.capacity.play import Play, Traffic, play, recovery_s, slices
from adbench.capacity.scenarios import Scenario
from adbench.capacity.service_times import NEEDED, measured
from adbench.harness.progress import counter, step
from adbench.records import manifest, store, terminal
from adbench.records.model import Check, Measurement, Result
from adpulse.settings import Settings


@dataclass(frozen=True)
class SimulationPlan:
    """The parameters of a simulation, from the results in some folders and files."""

    sources: Sequence[Path]
    rates: tuple[int, ...]
    seed: int = 7
    failures: bool = True


def run(plan: SimulationPlan, settings: Settings, console: Console) -> tuple[Result, Path]:
    """Simulate, write the result and return it with its path. Raise service_times.MissingResults."""
    began = datetime.now(UTC)
    found = manifest.newest(plan.sources)
    times, cost, given = measured(found), demands(found), Assumptions()
    with step(console, "one machine, measured and simulated"):
        measurements = list(validation.validate(found, times, cost, plan.seed))
    checks = validation.checks(measurements)
    measurements += [*utilisation(found["ingest"]), *_demands(cost)]
    played = [each for rate in plan.rates for each in scenarios.scenarios(rate, cost, given)]
    if not plan.failures:
        played = [each for each in played if each.name == "peace"]
    for rate in plan.rates:
        measurements += _need(need(rate, cost, given))
    with counter(console, "fleets", len(played), "plays") as advance:
        for scenario in played:
            outcome = play(
                scenario.fleet, scenario.traffic, times, scenario.seconds,
                warmup_s=scenarios.WARMUP_S, failure=scenario.failure, seed=plan.seed,
            )  # fmt: skip
            measurements += _outcome(scenario, outcome)
            checks.append(_conserved(scenario, outcome))
            advance(1)
    # Assumptions of the scenarios, beside arithmetic.Assumptions.
    names = ("NOTICED_S", "PROMOTED_S", "SLOW_S", "SLOWNESS", "HOT", "NETWORK_S", "MIXED_SHARDS")
    parameters = {
        "seed": plan.seed,
        "rates": list(plan.rates),
        "batch": Traffic().batch,
        "assumptions": asdict(given) | {name.lower(): getattr(scenarios, name) for name in names},
        "demands": asdict(cost),
        "fleets": {str(rate): asdict(scenarios.fleet_for(rate, cost, given)) for rate in plan.rates},
        "from": {
            what: f"{found[what].started_at:%Y-%m-%dT%H:%M:%SZ}" for what in (*NEEDED, "load-ingest") if what in found
        },
    }
    postgres, variant = found["ingest"].postgres, found["ingest"].variant
    result = store.of_run(
        what="simulate", started_at=began, postgres=postgres, variant=variant, parameters=parameters,
        measurements=measurements, checks=checks,
    )  # fmt: skip
    return result, store.write(result, store.results(settings))


def _demands(cost: Demands) -> Iterator[Measurement]:
    for of, value, unit in (
        ("service", cost.service_s * 1e6, "us/event"),
        ("postgres", cost.postgres_s * 1e6, "us/event"),
        ("compaction", cost.compaction_s * 1e6, "us/event"),
        ("report", cost.report_s * 1e6, "us/report"),
        ("log", cost.wal_bytes, "bytes/event"),
        ("disk", cost.raw_bytes, "bytes/event"),
        ("roll-up", cost.minute_bytes, "bytes/minute"),
    ):
        yield Measurement.of("demand", value, unit, of=of)


def _need(wanted: Need) -> Iterator[Measurement]:
    labels = {"rate": f"{wanted.rate:.0f}"}
    for name, value, unit in (
        ("need.services", wanted.services, "machines"),
        ("need.shards", wanted.shards, "machines"),
        ("need.connections", wanted.connections, "connections"),
        ("need.pooled", wanted.pooled, "connections"),
        ("need.log", wanted.wal_bytes_per_s, "bytes/s"),
        ("need.day", wanted.day_bytes, "bytes"),
        ("need.stored", wanted.stored_bytes, "bytes"),
        ("need.cost", wanted.dollars_month, "dollars/month"),
    ):
        yield Measurement.of(name, value, unit, labels)
    for name, machines in (("cores", wanted.by_cores), ("volume", wanted.by_volume), ("log", wanted.by_log)):
        yield Measurement.of("need.shards_by", machines, "machines", labels, resource=name)
    for name, load in wanted.load.items():
        yield Measurement.of("need.load", load, "ratio", labels, resource=name)


def _outcome(scenario: Scenario, outcome: Play) -> Iterator[Measurement]:
    labels = {"rate": str(scenario.rate), "scenario": scenario.name}
    failure = scenario.failure
    counted = outcome.since(failure.at_s) if failure else outcome
    for kind in ("ingest", "report"):
        for quantile, ms in counted.quantiles_ms(kind).items():
            yield Measurement.of("simulated.latency", ms, "ms", labels, kind=kind, quantile=str(quantile))
    for kind, busy in outcome.busy.items():
        yield Measurement.of("simulated.busy", busy, "ratio", labels, machine=kind)
        yield Measurement.of("simulated.busiest", outcome.busiest[kind], "ratio", labels, machine=kind)
    for name, share in (("simulated.refused", counted.share("refused")), ("simulated.lost", counted.share("lost"))):
        yield Measurement.of(name, share, "ratio", labels)
    yield Measurement.of("simulated.rate", outcome.rate(scenario.traffic.batch), "events/s", labels)
    if failure is None:
        return
    recovered = recovery_s(outcome, failure)
    if recovered is not None:
        yield Measurement.of("simulated.recovery", recovered, "s", labels)
    for start, p95, unanswered in slices(outcome):
        at = {**labels, "at_s": f"{start - failure.at_s:g}"}
        yield Measurement.of("timeline.p95", p95, "ms", at)
        yield Measurement.of("timeline.unanswered", unanswered, "ratio", at)


def _conserved(scenario: Scenario, outcome: Play) -> Check:
    name = f"every request accounted for: {scenario.rate:,} events/s, {scenario.name}"
    detail = f"{outcome.sent:,} sent, {outcome.ended:,} ended, {outcome.under_way:,} under way"
    return Check(name=name, passed=outcome.sent == outcome.ended + outcome.under_way, detail=detail)


def table(result: Result) -> Table:
    """Format the outcome for people: a row a play."""
    return terminal.table("simulated; latency of stored batches, from the failure on", *tables.plays(result), left=2)
