"""Keys: how one is made and recognised, and the table that remembers what each may do.

A key reads `adp_w_5f0c…_9b1e…`: what it is for (w write, r read, m metrics), its id, and 256 random bits. What it may
do is what its row says; the letters are for people who find it in a configuration.
"""

import asyncio
import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, get_args

import asyncpg

from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.event.limits import TEXT_LENGTH

Scope = Literal["write", "read", "metrics"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
MOST_CAMPAIGNS = 1_000

AT_ONCE = 1_000  # keys that are read in one turn of the event loop: about two milliseconds

# Where the id lies in a key: 12 characters before the last `_` and the 64 of the secret.
ID_AT = slice(-77, -65)


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret. `campaigns`, `events_per_s` and `requests_per_s`: none is no bound of its own."""

    key_id: str
    sha256: bytes
    name: str
    scopes: frozenset[str]
    campaigns: tuple[str, ...] | None = None
    events_per_s: float | None = None
    requests_per_s: float | None = None

    def described(self) -> dict[str, Any]:
        """Return all of it but its hash, for JSON."""
        return {
            "key_id": self.key_id,
            "name": self.name,
            "scopes": [scope for scope in SCOPES if scope in self.scopes],
            "campaigns": None if self.campaigns is None else list(self.campaigns),
            "events_per_s": self.events_per_s,
            "requests_per_s": self.requests_per_s,
        }

    def command(self) -> list[str]:
        """Return the arguments of `adpulse` that store it. They hold nothing that must be kept secret."""
        words = ["keys", "new", self.name, "--stored", f"{self.key_id}:{self.sha256.hex()}"]
        words += [word for scope in SCOPES if scope in self.scopes for word in ("--scope", scope)]
        words += [word for campaign in self.campaigns or () for word in ("--campaign", campaign)]
        words += ["--events-per-s", f"{self.events_per_s:g}"] if self.events_per_s else []
        words += ["--requests-per-s", f"{self.requests_per_s:g}"] if self.requests_per_s else []
        return words


class Entry(NamedTuple):
    """A row of the table."""

    key: Key
    created_at: datetime
    revoked_at: datetime | None

    def described(self) -> dict[str, Any]:
        """Return it for JSON."""
        ended = self.revoked_at and self.revoked_at.isoformat()
        return {**self.key.described(), "created_at": self.created_at.isoformat(), "revoked_at": ended}


def make(
    name: str,
    scopes: Sequence[str],
    campaigns: Sequence[str] | None,
    events_per_s: float | None,
    requests_per_s: float | None,
    stored: str | None = None,
) -> tuple[str | None, Key]:
    """Return a new key, and what the table shall know of it. The key itself is nowhere else: show it once.

    `stored` is ID:SHA256 of a key that was made elsewhere, whose text is then None. Raises ValueError for what the
    table would not take.
    """
    if not 1 <= len(name) <= TEXT_LENGTH or "\0" in name:
        raise ValueError(f"a name has 1 to {TEXT_LENGTH} characters")
    if not scopes or not set(scopes) <= set(SCOPES):
        raise ValueError(f"a key has one or more of the scopes {', '.join(SCOPES)}")
    if campaigns and (len(set(campaigns)) > MOST_CAMPAIGNS or not all(1 <= len(c) <= TEXT_LENGTH for c in campaigns)):
        raise ValueError(f"a key has at most {MOST_CAMPAIGNS} campaigns, of 1 to {TEXT_LENGTH} characters")
    if campaigns and "metrics" in scopes:
        raise ValueError("metrics are of all campaigns: a key with --campaign cannot have that scope")
    text = None
    if stored is None:
        key_id = secrets.token_hex(6)
        letters = "".join(scope[0] for scope in SCOPES if scope in scopes)
        text = f"adp_{letters}_{key_id}_{secrets.token_hex(32)}"
        sha256 = digest(text.encode())
    elif match := re.fullmatch("([0-9a-f]{12}):([0-9a-f]{64})", stored):
        key_id, sha256 = match[1], bytes.fromhex(match[2])
    else:
        raise ValueError("--stored takes ID:SHA256, as `adpulse keys new --offline` prints them")
    only = tuple(dict.fromkeys(campaigns)) if campaigns else None
    return text, Key(key_id, sha256, name, frozenset(scopes), only, events_per_s, requests_per_s)


def digest(text: bytes) -> bytes:
    """Return the SHA-256 by which a key is recognised: of all of it, so that its letters cannot be changed either."""
    return hashlib.sha256(text).digest()


async def add(connection: Connection, key: Key) -> None:
    """Store a key. Raises SchemaError when there is one with this id."""
    status = await connection.execute(
        "INSERT INTO api_keys (key_id, sha256, name, scopes, campaigns, events_per_s, requests_per_s) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        key.key_id,
        key.sha256,
        key.name,
        [scope for scope in SCOPES if scope in key.scopes],
        None if key.campaigns is None else list(key.campaigns),
        key.events_per_s,
        key.requests_per_s,
    )
    if status != "INSERT 0 1":
        raise SchemaError("there is a key with this id already")


async def revoke(connection: Connection, key_id: str) -> bool:
    """Take a key out of use, for good. Return False when there is no such key in use."""
    status = await connection.execute(
        "UPDATE api_keys SET revoked_at = now() WHERE key_id = $1 AND revoked_at IS NULL", key_id
    )
    return status == "UPDATE 1"


_COLUMNS = "key_id, sha256, name, scopes, campaigns, events_per_s, requests_per_s"


async def entries(connection: Connection) -> list[Entry]:
    """Return every key there is or was, the oldest first."""
    records = await connection.fetch(
        f"SELECT {_COLUMNS}, created_at, revoked_at FROM api_keys ORDER BY created_at, key_id"
    )
    return [Entry(_key(record), record["created_at"], record["revoked_at"]) for record in records]


async def in_use(connection: Connection) -> tuple[list[Key], bool]:
    """Return the keys that are not revoked, and True if there ever was one. Let other tasks have their turns."""
    # In a transaction, because a pooler may change the server between two messages.
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
    )
