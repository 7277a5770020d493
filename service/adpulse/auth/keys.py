"""Make keys, and tell one by its hash. The table of keys: adpulse.auth.key_store.

A key reads `adp_w_5f0c…_9b1e…`: letters (w write, r read, m metrics, p public), its id, and 256 random bits.
Its row defines its rights; the letters are for people who find it in a configuration.

A public key is for pages, apps and mail on the machines of others. Everybody can read it there, so it may only write,
only for its campaigns and at a limited rate. It may be part of an address.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from adpulse.event.limits import TEXT_LENGTH

Scope = Literal["write", "read", "metrics"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
MOST_CAMPAIGNS = 1_000
# The default rates of a public key: for all visitors of a page together, in each process.
PUBLIC_PER_S = 100.0

# Where the id lies in a key: 12 characters before the last `_` and the 64 of the secret.
ID_AT = slice(-77, -65)


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret. `campaigns`, `events_per_s`, `requests_per_s`: None means no limit of its own."""

    key_id: str
    sha256: bytes
    name: str
    scopes: frozenset[str]
    campaigns: tuple[str, ...] | None = None
    events_per_s: float | None = None
    requests_per_s: float | None = None
    public: bool = False

    def described(self) -> dict[str, Any]:
        """Return all of it but its hash, for JSON."""
        return {
            "key_id": self.key_id,
            "name": self.name,
            "scopes": [scope for scope in SCOPES if scope in self.scopes],
            "campaigns": None if self.campaigns is None else list(self.campaigns),
            "events_per_s": self.events_per_s,
            "requests_per_s": self.requests_per_s,
            "public": self.public,
        }

    def command(self) -> list[str]:
        """Return the arguments of `adpulse` that store it. They hold nothing that must be kept secret."""
        words = ["keys", "new", self.name, "--stored", f"{self.key_id}:{self.sha256.hex()}"]
        words += ["--public"] if self.public else []
        words += [word for scope in SCOPES if scope in self.scopes for word in ("--scope", scope)]
        words += [word for campaign in self.campaigns or () for word in ("--campaign", campaign)]
        words += ["--events-per-s", f"{self.events_per_s:g}"] if self.events_per_s else []
        words += ["--requests-per-s", f"{self.requests_per_s:g}"] if self.requests_per_s else []
        return words


def make(
    name: str,
    scopes: Sequence[str],
    campaigns: Sequence[str] | None,
    events_per_s: float | None,
    requests_per_s: float | None,
    stored: str | None = None,
    *,
    public: bool = False,
) -> tuple[str | None, Key]:
    """Return the text of a new key, and its row for the table. The text is stored nowhere: show it once.

    `stored` is ID:SHA256 of a key that was made elsewhere: its text is not known, and None. Raises ValueError for a key
    that the table would not take.
    """
    _check(name, scopes, campaigns, public=public)
    if public:
        events_per_s, requests_per_s = events_per_s or PUBLIC_PER_S, requests_per_s or PUBLIC_PER_S
    text = None
    if stored is None:
        key_id = secrets.token_hex(6)
        letters = "p" if public else "".join(scope[0] for scope in SCOPES if scope in scopes)
        text = f"adp_{letters}_{key_id}_{secrets.token_hex(32)}"
        sha256 = digest(text.encode())
    elif match := re.fullmatch("([0-9a-f]{12}):([0-9a-f]{64})", stored):
        key_id, sha256 = match[1], bytes.fromhex(match[2])
    else:
        raise ValueError("--stored takes ID:SHA256, as `adpulse keys new --offline` prints them")
    only = tuple(dict.fromkeys(campaigns)) if campaigns else None
    return text, Key(key_id, sha256, name, frozenset(scopes), only, events_per_s, requests_per_s, public)


def _check(name: str, scopes: Sequence[str], campaigns: Sequence[str] | None, *, public: bool) -> None:
    """Raise ValueError for a name, scopes or campaigns that no key may have."""
    if not 1 <= len(name) <= TEXT_LENGTH or "\0" in name:
        raise ValueError(f"a name has 1 to {TEXT_LENGTH} characters")
    if not scopes or not set(scopes) <= set(SCOPES):
        raise ValueError(f"a key has one or more of the scopes {', '.join(SCOPES)}")
    if campaigns and (len(set(campaigns)) > MOST_CAMPAIGNS or not all(1 <= len(c) <= TEXT_LENGTH for c in campaigns)):
        raise ValueError(f"a key has at most {MOST_CAMPAIGNS} campaigns, of 1 to {TEXT_LENGTH} characters")
    if campaigns and "metrics" in scopes:
        raise ValueError("metrics are of all campaigns: a key with --campaign cannot have that scope")
    if public and (set(scopes) != {"write"} or not campaigns):
        raise ValueError("a public key has the scope write and no other, and one or more campaigns (--campaign)")


def digest(text: bytes) -> bytes:
    """Return the SHA-256 that identifies a key. It covers the whole text, so its letters cannot be changed either."""
    return hashlib.sha256(text).digest()
