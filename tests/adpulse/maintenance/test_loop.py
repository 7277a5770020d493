"""The maintenance loop: one at a time, taken over when it dies, and not stopped by one fault."""

import math
from functools import cached_property

import asyncpg
import pytest

from adpulse import telemetry
from adpulse.database import connections
from adpulse.maintenance import loop
from adpulse.maintenance.loop import Maintainer
from adpulse.settings import Settings
from adpulse.variants import catalogue
from adpulse.variants.catalogue import Variant
from tests.patience import until
from tests.sessions import lock_holders

DELTA = (
    "INSERT INTO events (ts, campaign_id, user_id, event_type) VALUES ('2026-01-05T10:00:00Z', 'C', 'U', 'impression')"
)


async def test_it_compacts_and_forgets_old_keys(url: str, connection: connections.Connection) -> None:
    """Deltas move into the roll-ups; idempotency keys go after their hours, and not before."""
    await connection.execute(DELTA)
    await connection.execute(
        "INSERT INTO idempotency_keys (key, body_hash, answer, created_at) VALUES "
        "('old', '', '{}', now() - interval '30 hours'), ('young', '', '{}', now() - interval '23 hours')"
    )
    maintainer = Maintainer(url, Settings(maintenance_s=0.05, idempotency_hours=24))
    await maintainer.start()
    try:

        async def done() -> bool:
            return bool(
                await connection.fetchval(
                    "SELECT EXISTS (SELECT 1 FROM rollup_minute) AND NOT EXISTS "
                    "(SELECT 1 FROM idempotency_keys WHERE key = 'old')"
                )
            )

        await until(done)
    finally:
        await maintainer.stop()
    assert await connection.fetchval("SELECT array_agg(key) FROM idempotency_keys") == ["young"]
    assert await connection.fetchval("SELECT sum(impressions) FROM rollup_minute WHERE campaign_id = 'C'") == 1


async def test_one_works_and_another_takes_over(
    url: str, connection: connections.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes never maintain at once, and the second goes on when the first is killed."""
    monkeypatch.setattr(loop, "_RETRY_S", 0.1)
    maintainers = [Maintainer(url, Settings(maintenance_s=0.05)) for _ in range(2)]
    for maintainer in maintainers:
        await maintainer.start()
    try:

        async def one_holds() -> bool:
            return len(await lock_holders(connection)) == 1

        await until(one_holds)
        (killed,) = await lock_holders(connection)
        await connection.execute("SELECT pg_terminate_backend($1)", killed)
        await connection.execute(DELTA)

        async def compacted() -> bool:
            return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM rollup_minute)"))

        await until(compacted)
        await until(one_holds)
    finally:
        for maintainer in maintainers:
            await maintainer.stop()


class Patched(Variant):
    """rollup, with a first statement that always fails."""

    @cached_property
    def maintenance(self) -> tuple[float, list[str]] | None:
        """Return the statements of the real one after the one that fails."""
        every, statements = catalogue.find("rollup").maintenance or (1.0, [])
        return every, ["SELECT 1 / 0", *statements]


async def test_a_statement_that_fails_does_not_stop_the_others(connection: connections.Connection) -> None:
    """Partitions that cannot be made must not stop compaction; and the failure is told."""
    await connection.execute(DELTA)
    rollup = catalogue.find("rollup")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await loop.run_round(connection, Patched(rollup.folder, rollup.header))
    assert await connection.fetchval("SELECT count(*) FROM rollup_minute WHERE campaign_id = 'C'") == 1


BREAKS = {
    "compaction": "ALTER TABLE rollup_minute RENAME TO gone",
    "gauges": "ALTER FUNCTION rollup_moved_snapshot() RENAME TO gone",
    "expiry of keys": "ALTER TABLE idempotency_keys RENAME COLUMN created_at TO gone",
    "retention": "ALTER FUNCTION retire_days(date) RENAME TO gone",
}


@pytest.mark.parametrize("broken", BREAKS)
async def test_a_step_that_fails_does_not_stop_the_others(
    url: str, connection: connections.Connection, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Compaction, gauges, expiry and retention run when others fail; the failure is counted."""
    monkeypatch.setattr(loop, "_EXPIRE_EVERY_S", 0.05)
    monkeypatch.setattr(loop.gauges, "DATABASE_EVERY_S", 0.05)
    failures = telemetry.MAINTENANCE_STEP_FAILURES.labels(broken)._value
    before = failures.get()
    telemetry.PARTITIONS.set(math.nan)
    await connection.execute("SELECT prepare_days('2025-01-01', '2025-01-01')")
    await connection.execute(DELTA)
    for moment in ("now()", "now() - interval '2 days'"):  # retention trusts no clock without events
        await connection.execute(DELTA.replace("'2026-01-05T10:00:00Z'", moment))
    await connection.execute("INSERT INTO idempotency_keys VALUES ('old', '', '{}', now() - interval '30 hours')")
    await connection.execute(BREAKS[broken])
    effects = {
        "compaction": "SELECT count(*) > 0 FROM rollup_minute",
        "expiry of keys": "SELECT count(*) = 0 FROM idempotency_keys",
        "retention": "SELECT to_regclass('events_p20250101') IS NULL",
    }
    if broken == "gauges":
        del effects["compaction"]  # it needs that function, too
    maintainer = Maintainer(url, Settings(maintenance_s=0.05, retention_days=30))
    await maintainer.start()
    try:
        for step, effect in effects.items():
            if step != broken:

                async def seen(effect: str = effect) -> bool:
                    return bool(await connection.fetchval(effect))

                await until(seen)

        async def counted() -> bool:
            return failures.get() > before and (broken == "gauges" or not math.isnan(telemetry.PARTITIONS._value.get()))

        await until(counted)
    finally:
        await maintainer.stop()
