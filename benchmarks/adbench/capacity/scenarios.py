"""The scenarios: fleets of the size that arithmetic names, in peace, with a failure each, and with a hot campaign."""

import math
from dataclasses import dataclass, replace

from adbench.capacity.arithmetic import Assumptions, Demands, need
from adbench.capacity.model import Fleet
from adbench.capacity.play import Failure, Traffic

PEACE_S, FAILURE_S = 8.0, 20.0  # simulated seconds after the warm-up
WARMUP_S, FAILS_AT_S = 1.0, 4.0
# Assumed: a balancer that asks every few seconds, and a promotion that somebody has automated.
NOTICED_S, PROMOTED_S, SLOW_S = 5.0, 10.0, 10.0
SLOWNESS = 20.0
HOT = 0.3
NETWORK_S = 0.000_25  # one way, within a zone
MIXED_SHARDS = 8  # a group is spread over no more: a COPY has a fixed cost, and 50 rows do not pay for it

FAILURES = (
    Failure("service lost", FAILS_AT_S, NOTICED_S),
    Failure("shard lost", FAILS_AT_S, PROMOTED_S),
    Failure("slow disk", FAILS_AT_S, SLOW_S, SLOWNESS),
)


@dataclass(frozen=True)
class Scenario:
    """One play."""

    rate: int  # events a second
    name: str
    fleet: Fleet
    traffic: Traffic
    seconds: float
    failure: Failure | None = None


def scenarios(rate: int, cost: Demands, given: Assumptions) -> list[Scenario]:
    """Return the scenarios: no failure, each failure, a hot campaign; and, for a fleet of cells, one without cells."""
    fleet = fleet_for(rate, cost, given)
    traffic = Traffic(rate=rate, reports=rate * given.reports_per_event)

    def one(name: str, fleet: Fleet, seconds: float, failure: Failure | None = None) -> Scenario:
        return Scenario(rate, name, fleet, traffic, seconds, failure)

    found = [one("peace", fleet, PEACE_S)]
    found += [one(failure.kind, fleet, FAILURE_S, failure) for failure in FAILURES]
    if fleet.shards > 1:
        found.append(one("hot campaign", replace(fleet, hot=HOT), PEACE_S))
    if fleet.cells:
        found.append(one("mixed batches", replace(fleet, cells=False), PEACE_S / 4))
    return found


def fleet_for(rate: int, cost: Demands, given: Assumptions) -> Fleet:
    """Return the fleet of arithmetic.need; in cells when a batch would touch more than MIXED_SHARDS shards."""
    wanted = need(rate, cost, given)
    cells = wanted.shards > MIXED_SHARDS
    # Every cell has at least two processes, on two machines.
    processes = max(given.cores, math.ceil(2 * wanted.shards / wanted.services) if cells else 0)
    return Fleet(
        services=wanted.services,
        shards=wanted.shards,
        cores=given.cores,
        processes=processes,
        pool=given.pool,
        network_s=NETWORK_S,
        cells=cells,
    )
