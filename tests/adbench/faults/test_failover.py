"""A replica is promoted under load: what the two modes of commit promise, and that the comparison would notice."""

from contextlib import closing
from pathlib import Path

from adbench.faults import failover
from adbench.faults.failover import Trial
from adbench.faults.system.pair import Pair

SEED = 2026
RATE = 15_000
CUT_S = 0.7  # in which many batches are acknowledged, also on a busy machine


def broken(trial: Trial) -> list[str]:
    """Return the violations, without bodies that arrive late: a busy machine explains those."""
    return [line for line in trial.violations if not line.startswith("status:")]


async def test_a_promoted_replica_has_all_acknowledged_events(home: Path) -> None:
    """With remote_apply all that was acknowledged, also by a primary that was cut off from its standby before it died;
    without it, not what was acknowledged after the cut. The service finds the new primary by itself.
    """
    with closing(Pair(home)) as pair:
        safe = await failover.trial(pair, "remote_apply", CUT_S, SEED, 0, home / "log", RATE)
        assert (safe.lost, broken(safe)) == (0, [])
        assert safe.acknowledged > 0
        loose = await failover.trial(pair, "async", CUT_S, SEED, 1, home / "log", RATE)
        assert broken(loose) == []
        assert loose.lost > 0
