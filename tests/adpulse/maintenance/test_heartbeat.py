"""The heartbeat on the primary; what replicas make of it: tests/replication."""

from adpulse.database import connections
from adpulse.maintenance.heartbeat import Heartbeat
from tests.patience import until


async def test_the_heart_beats_on_after_its_session_was_ended(url: str) -> None:
    """The heartbeat comes back after any end of its session."""
    heartbeat = Heartbeat(url)
    await heartbeat.start()
    connection = await connections.connect(url)
    try:
        for _ in range(2):
            last = await connection.fetchval("SELECT beat_at FROM heartbeat")
            await until(lambda last=last: connection.fetchval("SELECT beat_at > $1 FROM heartbeat", last))
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'adpulse heartbeat' AND datname = current_database()"
            )
    finally:
        await heartbeat.stop()
        await connection.close()
