"""Play traffic against a deployment for some simulated seconds, with a failure on the way."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from simpy import Environment

from adbench.capacity.model import Deployment, Fleet, Seen, Steps
from adbench.capacity.service_times import ServiceTimes

RECOVERED = 2.0  # p95 of a second within so many times the p95 before
QUANTILES = (0.5, 0.95, 0.99)

Outcome = Literal["answered", "refused", "lost"]


@dataclass(frozen=True)
class Traffic:
    """The load that is sent.

    Open: `rate` events a second, in batches that arrive independently (Poisson) or on schedule, as k6 sends them.
    Closed: `users` clients that post as soon as they have their answer.
    """

    rate: float = 0.0  # events a second
    batch: int = 1_000
    users: int = 0
    reports: float = 0.0  # a second
    on_schedule: bool = False


@dataclass(frozen=True)
class Failure:
    """A failure of the first machine of its kind: from when, and for how long."""

    kind: Literal["service lost", "shard lost", "slow disk"]
    at_s: float
    lasts_s: float  # service lost: until the balancer knows. It stays away; the others are brought back
    slowness: float = 1.0  # slow disk: times the time of a flush


@dataclass(frozen=True)
class Play:
    """The outcome of a play: the answers `after` the warm-up, in `seconds`."""

    seen: list[Seen]
    sent: int  # requests of the whole play, the warm-up included
    ended: int  # requests that have ended, answered or not
    under_way: int
    after: float
    seconds: float
    busy: dict[str, float]  # cores' utilisation, mean over the machines of a kind: service, shard
    busiest: dict[str, float]  # the same for the busiest machine

    def since(self, moment_s: float) -> "Play":
        """Return this without the requests that were sent before."""
        return replace(self, seen=[each for each in self.seen if each.sent_s >= moment_s])

    def latency_ms(self, kind: str) -> NDArray[np.float64]:
        """Return the latencies (ms) of the answered requests."""
        return np.array([each.took_s * 1_000 for each in self.seen if each.kind == kind and each.outcome == "answered"])

    def quantiles_ms(self, kind: str) -> dict[float, float]:
        """Return the latency (ms) by quantile; empty when nothing was answered."""
        took = self.latency_ms(kind)
        return dict(zip(QUANTILES, map(float, np.quantile(took, QUANTILES)), strict=True)) if len(took) else {}

    def share(self, outcome: Outcome, kind: str = "ingest") -> float:
        """Return the share of the requests of a kind that came to an end."""
        outcomes = [each.outcome for each in self.seen if each.kind == kind]
        return outcomes.count(outcome) / len(outcomes) if outcomes else 0.0

    def rate(self, batch: int) -> float:
        """Return the events stored a second, by when they were answered."""
        stored = sum(each.kind == "ingest" and each.outcome == "answered" for each in self.seen)
        return stored * batch / self.seconds


def play(
    fleet: Fleet,
    traffic: Traffic,
    times: ServiceTimes,
    seconds: float,
    *,
    warmup_s: float = 1.0,
    failure: Failure | None = None,
    seed: int = 7,
) -> Play:
    """Play a scenario; the same arguments give the same play. What is answered after the warm-up counts."""
    env = Environment()
    deployment = Deployment(env, fleet, times, np.random.default_rng(seed))
    for _ in range(traffic.users):
        env.process(_user(deployment, traffic))
    if traffic.rate:
        env.process(_arrivals(deployment, traffic))
    if traffic.reports:
        env.process(_questions(deployment, traffic))
    if failure:
        env.process(_fail(deployment, failure))
    machines = {"service": deployment.host, "shard": [shard.cores for shard in deployment.shards]}
    env.run(until=warmup_s)
    before = {kind: [each.busy_s() for each in cores] for kind, cores in machines.items()}
    env.run(until=warmup_s + seconds)
    busy = {
        kind: [(each.busy_s() - was) / seconds / each.number for each, was in zip(cores, before[kind], strict=True)]
        for kind, cores in machines.items()
    }
    return Play(
        seen=[each for each in deployment.seen if each.sent_s + each.took_s >= warmup_s],
        sent=deployment.sent,
        ended=len(deployment.seen),
        under_way=deployment.under_way,
        after=warmup_s,
        seconds=seconds,
        busy={kind: sum(shares) / len(shares) for kind, shares in busy.items()},
        busiest={kind: max(shares) for kind, shares in busy.items()},
    )


def recovery_s(played: Play, failure: Failure) -> float | None:
    """Return the seconds from the failure to the last second that felt it; 0 when none did, None when it was not over.

    A second feels it when a request was not answered, or p95 was above RECOVERED times that before the failure.
    """
    posts = [each for each in played.seen if each.kind == "ingest"]
    before = [each.took_s for each in posts if each.sent_s + each.took_s < failure.at_s and each.outcome == "answered"]
    limit = RECOVERED * float(np.quantile(before, 0.95)) * 1_000
    seconds = slices(played, failure.at_s)
    felt = max((start + 1 - failure.at_s for start, p95, lost in seconds if lost or p95 > limit), default=0.0)
    return None if felt >= len(seconds) else felt


def _arrivals(deployment: Deployment, traffic: Traffic) -> Steps:
    gap_s = traffic.batch / traffic.rate
    while True:
        yield deployment.env.timeout(gap_s if traffic.on_schedule else deployment.rng.exponential(gap_s))
        deployment.env.process(_one(deployment, traffic.batch))


def _one(deployment: Deployment, batch: int) -> Steps:
    if deployment.fleet.shared:
        yield deployment.host[0].work(deployment.times.client(batch))
    yield from deployment.post(batch)


def _user(deployment: Deployment, traffic: Traffic) -> Steps:
    while True:
        yield from _one(deployment, traffic.batch)


def _questions(deployment: Deployment, traffic: Traffic) -> Steps:
    while True:
        gap_s = 1 / traffic.reports
        yield deployment.env.timeout(gap_s if traffic.on_schedule else deployment.rng.exponential(gap_s))
        deployment.env.process(deployment.ask())


def _fail(deployment: Deployment, failure: Failure) -> Steps:
    yield deployment.env.timeout(failure.at_s)
    if failure.kind == "service lost":
        for process in deployment.machines[0]:
            process.up = False
        yield deployment.env.timeout(failure.lasts_s)
        deployment.take_out(0)
    elif failure.kind == "shard lost":
        shard = deployment.shards[0]
        shard.up = False
        shard.failures += 1
        yield deployment.env.timeout(failure.lasts_s)
        shard.up = True
    else:
        disk = deployment.shards[0].disk
        disk.slowness = failure.slowness
        yield deployment.env.timeout(failure.lasts_s)
        disk.slowness = 1.0


def slices(played: Play, from_s: float | None = None) -> Sequence[tuple[float, float, float]]:
    """Return for each second: (its start, p95 in ms of the answered requests, share of the others)."""
    posts = [each for each in played.seen if each.kind == "ingest"]
    curve = []
    first, end = played.after if from_s is None else from_s, played.after + played.seconds
    for start in np.arange(first, end - 1 + 1e-9):
        here = [each for each in posts if start <= each.sent_s < start + 1]
        took = [each.took_s * 1_000 for each in here if each.outcome == "answered"]
        p95 = float(np.quantile(took, 0.95)) if took else 0.0
        curve.append((float(start), p95, 1 - len(took) / len(here) if here else 0.0))
    return curve
