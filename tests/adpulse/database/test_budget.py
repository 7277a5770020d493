"""The arithmetic of connections; that it is what a service does, tests/adbench/faults/test_many_services.py counts."""

from adpulse.database.budget import Connections, most
from adpulse.settings import Settings

DB, POOLER, REPLICA = (f"postgresql://{name}/adpulse" for name in ("db", "pooler", "replica"))


def test_each_place_has_its_share() -> None:
    """Without a pooler all go to the database; a replica takes reports; a limit of its lag brings those back."""

    def opened(**settings: object) -> Connections:
        return most(Settings(database_url=DB, writers=2, readers=4, **settings))

    assert opened() == Connections(12, 0, 0)
    assert opened(pooler_url=POOLER) == Connections(1, 7, 0)
    assert opened(read_database_url=REPLICA) == Connections(4, 0, 9)
    assert opened(read_database_url=REPLICA, max_replica_lag_ms=5_000) == Connections(12, 0, 9)
    assert opened(pooler_url=POOLER, read_database_url=REPLICA) == Connections(1, 3, 9)
    assert opened(pooler_url=POOLER, read_database_url=REPLICA, max_replica_lag_ms=5_000) == Connections(1, 7, 9)


def test_it_names_only_places_that_there_are() -> None:
    """The line of the log names only places that there are."""
    assert str(Connections(12, 0, 0)) == "12 to the database"
    assert str(Connections(1, 7, 9)) == "1 to the database, 7 to the pooler, 9 to the replica"
