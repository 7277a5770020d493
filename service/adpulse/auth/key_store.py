"""The table of keys, with the rights of each."""

import asyncio
from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

import asyncpg

from adpulse.auth.keys import SCOPES, Key
from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError

AT_ONCE = 1_000  # keys that are read in one turn of the event loop: about two milliseconds


class Entry(NamedTuple):
    """A row of the table."""

    key: Key
    created_at: datetime
    revoked_at: datetime | None
    last_used_on: date | None  # a day in UTC

    def described(self) -> dict[str, Any]:
        """Return it for JSON."""
        ended = self.revoked_at and self.revoked_at.isoformat()
        used = self.last_used_on and self.last_used_on.isoformat()
        times = {"created_at": self.created_at.isoformat(), "revoked_at": ended, "last_used_on": used}
        return {**self.key.described(), **times}


async def add(connection: Connection, key: Key) -> None:
    """Store a key. Raises SchemaError if one with this id is stored already."""
    status = await connection.execute(
        "INSERT INTO public.api_keys (key_id, sha256, name, scopes, campaigns, events_per_s, requests_per_s, public) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        key.key_id,
        key.sha256,
        key.name,
        [scope for scope in SCOPES if scope in key.scopes],
        None if key.campaigns is None else list(key.campaigns),
        key.events_per_s,
        key.requests_per_s,
        key.public,
    )
    if status != "INSERT 0 1":
        raise SchemaError("there is a key with this id already")


async def revoke(connection: Connection, key_id: str) -> bool:
    """Revoke a key for good. Return False if no key with this id is in use."""
    status = await connection.execute(
        "UPDATE public.api_keys SET revoked_at = now() WHERE key_id = $1 AND revoked_at IS NULL", key_id
    )
    return status == "UPDATE 1"


_COLUMNS = "key_id, sha256, name, scopes, campaigns, events_per_s, requests_per_s, public"


async def entries(connection: Connection) -> list[Entry]:
    """Return all keys, revoked ones too, the oldest first."""
    records = await connection.fetch(
        f"SELECT {_COLUMNS}, created_at, revoked_at, last_used_on "
        "FROM public.api_keys LEFT JOIN public.api_key_uses USING (key_id) ORDER BY created_at, key_id"
    )
    return [
        Entry(_key(record), record["created_at"], record["revoked_at"], record["last_used_on"]) for record in records
    ]


# Sorted, so that two processes wait for each other in one order.
_NOTE_USES = """
INSERT INTO api_key_uses (key_id, last_used_on)
SELECT key_id, $2 FROM api_keys WHERE key_id = ANY ($1) ORDER BY key_id
ON CONFLICT (key_id) DO UPDATE SET last_used_on = excluded.last_used_on
WHERE api_key_uses.last_used_on < excluded.last_used_on
"""


async def note_uses(connection: Connection, key_ids: Collection[str], day: date) -> None:
    """Remember that these keys were used on a day of UTC."""
    await connection.execute(_NOTE_USES, list(key_ids), day)


async def in_use(connection: Connection) -> tuple[list[Key], bool]:
    """Return the keys that are not revoked, and True if any key was ever stored. Yield to other tasks meanwhile."""
    # Use a transaction, because a pooler may change the server between two messages.
    async with connection.transaction():
        ever = await connection.fetchval("SELECT EXISTS (SELECT FROM api_keys)")
        records = await connection.fetch(f"SELECT {_COLUMNS} FROM api_keys WHERE revoked_at IS NULL")
    found = []
    for number, record in enumerate(records, 1):
        found.append(_key(record))
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
    return found, ever


def _key(record: asyncpg.Record) -> Key:
    campaigns = record["campaigns"]
    return Key(
        record["key_id"],
        record["sha256"],
        record["name"],
        frozenset(record["scopes"]),
        None if campaigns is None else tuple(campaigns),
        record["events_per_s"],
        record["requests_per_s"],
        record["public"],
    )
