"""The saturation point of a service, from the steps of k6/ingest.js: offered, sent and answered in each."""

import math
from dataclasses import dataclass

from adbench.harness.k6 import Load

SENT_SHARE = 0.97  # least share of the offered batches: a step that sent fewer was cut short, or k6 could not follow
LIMIT_MS = 1_000.0  # k6/ingest.js stops there too


@dataclass(frozen=True)
class Step:
    """One rate. Batches that arrive in a step belong to it, whenever they are answered."""

    offered: float  # events per second that were to arrive
    sent: int  # batches that were answered
    accepted: float  # events per second of the step that were stored
    p95_ms: float
    held: bool  # all of them sent on time and stored, and 95 % answered within LIMIT_MS


def steps(loaded: Load) -> list[Step]:
    """Return the steps that were begun, in order."""
    config = loaded.config
    batch, count, seconds = config["batch"], int(config["steps"]), config["seconds"] / config["steps"]
    found = []
    for number in range(1, count + 1):
        times = f"http_req_duration{{name:ingest,part:{number}}}"
        sent = int(loaded.value(times, "count"))
        if not sent:
            break
        rate = math.ceil(config["peak"] * number / count)  # rounded like the script does
        accepted, p95 = loaded.value(f"events_accepted{{part:{number}}}", "count"), loaded.value(times, "p(95)")
        held = sent >= SENT_SHARE * rate * seconds and accepted == sent * batch and p95 < LIMIT_MS
        found.append(Step(rate * batch, sent, accepted / seconds, p95, held))
    return found


def saturation_point(found: list[Step]) -> Step | None:
    """Return the last step before the first that did not hold. None when not even the first one did."""
    last = None
    for step in found:
        if not step.held:
            break
        last = step
    return last
