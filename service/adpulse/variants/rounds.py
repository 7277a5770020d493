"""One pass through a variant's maintain.sql, and passes until nothing waits."""

from collections.abc import Sequence

import asyncpg

from adpulse.database.connections import Connection


async def run(connection: Connection, statements: Sequence[str]) -> tuple[bool, list[asyncpg.PostgresError]]:
    """Run the statements one by one, each its own transaction; return if more waits, and the failures.

    A statement that fails does not keep the others from running: partitions that cannot be made must not stop
    compaction; one that ended the session does. One that ends with `AS more` returns a boolean: more waits, and the
    next pass is due at once.
    """
    more = False
    failures: list[asyncpg.PostgresError] = []
    for statement in statements:
        try:
            if statement.endswith(" AS more"):
                more = await connection.fetchval(statement) or more
            else:
                await connection.execute(statement)
        except asyncpg.PostgresError as error:
            failures.append(error)
            if connection.is_closed():
                break
    return more, failures


async def catch_up(connection: Connection, statements: Sequence[str]) -> None:
    """Run passes until nothing waits. Raise the first failure at the end of its pass."""
    more = True
    while more:
        more, failures = await run(connection, statements)
        if failures:
            raise failures[0]
