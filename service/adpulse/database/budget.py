"""The most database connections that a process opens: plain arithmetic, for those who set max_connections.

docs/how-to/many-services.md explains the formula. tests/adbench/faults/test_many_services.py fills every pool and
counts.
"""

from dataclasses import dataclass

from adpulse.settings import Settings

# Connections that only the process that maintains the database has: one process or many need the same number.
HEARTBEAT = 1


@dataclass(frozen=True, slots=True)
class Connections:
    """The connections of one process to each place; `database` leaves out those through the pooler."""

    database: int
    pooler: int
    replica: int

    def __str__(self) -> str:
        places = {"the database": self.database, "the pooler": self.pooler, "the replica": self.replica}
        return ", ".join(f"{count} to {place}" for place, count in places.items() if count)


def most(settings: Settings) -> Connections:
    """Return the most connections that a process of the service holds at a time."""
    writing = settings.writers + 1  # one more reads the keys and checks readiness
    direct = 2 * settings.readers  # for totals, and for the rest
    primary_answers = settings.read_database_url is None or settings.max_replica_lag_ms is not None
    replica = 0 if settings.read_database_url is None else direct + 1  # one more watches its age
    if settings.pooler_url is None:
        return Connections(1 + writing + direct * primary_answers, 0, replica)
    # Sessions of a pooler are all alike, so one pool reads. Maintenance holds a lock of its session: past the pooler.
    return Connections(1, writing + settings.readers * primary_answers, replica)
