"""An Idempotency-Key is as old as the time that passed, no matter where the database's clock goes meanwhile."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from adpulse.database import connections

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOURS = 24
KEY = "INSERT INTO idempotency_keys (key, body_hash, answer) VALUES ($1, '', '{}')"


class Life:
    """A database whose clock jumps. Its real one stands still: time passes, and jumps, in what is stored instead."""

    def __init__(self, connection: connections.Connection) -> None:
        self.connection = connection
        self.seen: datetime | None = None
        self.passed = timedelta()

    async def go(self, by_the_clock: timedelta, passed: timedelta) -> None:
        """Let the clock go so far while so much time passes."""
        for column in ("idempotency_keys SET created_at = created_at", "idempotency_clock SET seen_at = seen_at"):
            await self.connection.execute(f"UPDATE {column} - $1::interval", by_the_clock)
        if self.seen is not None:
            self.seen -= by_the_clock
        self.passed += passed

    async def look(self, *, restarted: bool) -> set[str]:
        """Expire keys, as a process that was there at the last look or not; return those that are left."""
        mine = None if restarted else self.seen
        self.seen = await self.connection.fetchval("SELECT expire_keys($1, $2, $3)", HOURS, mine, self.passed)
        self.passed = timedelta()
        return {record[0] for record in await self.connection.fetch("SELECT key FROM idempotency_keys")}


jumps = st.sampled_from([400 * DAY, 30 * HOUR, DAY, HOUR, timedelta(), -HOUR, -DAY, -30 * HOUR, -400 * DAY])
STEPS = st.lists(st.tuples(jumps, st.integers(1, 4), st.booleans(), st.booleans()), max_size=12)
# A day and more in which nothing happens, after which nothing of before is left.
QUIET = [(timedelta(), 4, True, False)] * 8


@given(STEPS)
async def test_a_key_lives_as_long_as_it_should(
    connection: connections.Connection, steps: list[tuple[timedelta, int, bool, bool]]
) -> None:
    """Some hours and a jump between two looks, a restart or none, a new key before or after: none goes early."""
    await connection.execute("TRUNCATE idempotency_keys; UPDATE idempotency_clock SET seen_at = clock_timestamp()")
    life = Life(connection)
    left = await life.look(restarted=True)
    age: dict[str, int] = {}
    for number, (jump, hours, before, restarted) in enumerate([*steps, *QUIET]):
        if before:
            await connection.execute(KEY, str(number))
            age[str(number)] = 0
        await life.go(jump + hours * HOUR, hours * HOUR)
        age = {key: old + hours for key, old in age.items()}
        if not before:
            await connection.execute(KEY, str(number))
            age[str(number)] = 0
        left = await life.look(restarted=restarted)
        assert {key for key, old in age.items() if old < HOURS} <= left
    assert all(int(key) >= len(steps) for key in left)
