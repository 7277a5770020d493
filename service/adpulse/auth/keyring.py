"""The keys that a process knows, read at intervals: no request waits for the database.

Keys are read every `keys_reload_s`, so a revoked key stops within that time (and one reading). An unknown key
makes the process read at once, so a new key works from its first request. This happens at most once a second, so that
nobody keeps the database busy by guessing keys. While the database is away, the keys of the last reading stay valid.
"""

import asyncio
import hmac
import ipaddress
import logging
import time
from datetime import UTC, date, datetime

import asyncpg

from adpulse import telemetry
from adpulse.auth import key_store, keys
from adpulse.auth.keys import Key
from adpulse.auth.rate_limit import Bucket
from adpulse.background import Background
from adpulse.database.errors import AWAY, UNAVAILABLE, reason
from adpulse.database.outage import Outage
from adpulse.database.primary import Primary
from adpulse.settings import Settings

log = logging.getLogger(__name__)

MISSES_S = 1.0  # an unknown key causes another reading, but no more often than this
_READ_S = 5.0  # the longest that reading may take


class Holder:
    """The holder of a key: its rights, and its remaining rates in this process."""

    def __init__(self, key: Key, settings: Settings, now: float) -> None:
        self.key = key
        self.campaigns = None if key.campaigns is None else frozenset(key.campaigns)
        requests = key.requests_per_s or settings.key_requests_per_s
        events = key.events_per_s or settings.key_events_per_s
        self.requests = Bucket(requests, now) if requests else None
        self.events = Bucket(events, now) if events else None
        self.limited = bool(requests or events)


def is_loopback(host: str) -> bool:
    """Return True if only this machine can reach a service that listens on that address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Keyring(Background):
    """The keys of one process."""

    def __init__(self, settings: Settings, primary: Primary) -> None:
        super().__init__("keys", settings.keys_reload_s)
        self._settings = settings
        self._primary = primary
        self._may_be_open = settings.insecure or is_loopback(settings.host)
        self._holders: dict[bytes, Holder] = {}  # by key id
        self.reason = AWAY  # why the last reading failed
        self.known = False  # True once the keys have been read
        # True if no key is needed: none was ever stored, and only this machine can ask, or --insecure is set.
        self.open = False
        self._outage = Outage(log, "the reader of keys (those known before hold)")
        self._used: set[str] = set()  # ids of the keys used since the last note
        self._noted: set[str] = set()  # ids of the keys noted on `_day`
        self._day: date | None = None
        self._noting = Outage(log, "the note of when keys were last used")
        self._reading = asyncio.Lock()
        self._read_at = float("-inf")  # when the last reading began

    async def run(self) -> None:
        """Read the keys."""
        async with self._reading:
            await self._read()

    async def stop(self) -> None:
        """Close the connection, so that a reading ends at once, and once more if it was just being opened."""
        self._primary.close()
        await super().stop()
        self._primary.close()

    def find(self, text: bytes) -> Holder | None:
        """Return the holder of that key; None for an unknown key. Takes constant time for a given id."""
        holder = self._holders.get(text[keys.ID_AT])
        return holder if holder and hmac.compare_digest(holder.key.sha256, keys.digest(text)) else None

    def note(self, holder: Holder) -> None:
        """Note that a key was used. The next reading of the keys writes it to the database, once a day."""
        self._used.add(holder.key.key_id)

    async def refresh(self) -> None:
        """Read the keys, unless a reading began less than MISSES_S ago. Keep the old ones when it fails."""
        if time.monotonic() - self._read_at < MISSES_S and not self._reading.locked():
            return
        async with self._reading:
            if time.monotonic() - self._read_at >= MISSES_S:
                await self._read()

    async def _read(self) -> None:
        self._read_at = time.monotonic()
        try:
            async with self._primary.turn(_READ_S) as connection:
                found, ever = await key_store.in_use(connection)
        except (*UNAVAILABLE, asyncpg.PostgresError) as error:
            self._outage.failed(error)
            self.reason = reason(error)
            return
        now = time.monotonic()
        holders = {}
        for number, key in enumerate(found, 1):
            if number % key_store.AT_ONCE == 0:
                await asyncio.sleep(0)
            held = self._holders.get(key.key_id.encode())
            # Keep the same holder, so that another reading does not refill its bucket.
            holders[key.key_id.encode()] = held if held and held.key == key else Holder(key, self._settings, now)
        self.learn(holders, ever=ever)
        self._outage.over()
        telemetry.KEYS_READ.set_to_current_time()
        await self._note_uses()

    async def _note_uses(self) -> None:
        """Write to the database which keys were used today. When it fails, the next reading does it."""
        today = datetime.now(UTC).date()
        if today != self._day:
            self._day, self._noted = today, set()
        if not (new := self._used - self._noted):
            return
        try:
            async with self._primary.turn(_READ_S) as connection:
                await key_store.note_uses(connection, new, today)
        except (*UNAVAILABLE, asyncpg.PostgresError) as error:
            self._noting.failed(error)
            return
        self._noting.over()
        self._noted |= new
        self._used -= new

    def learn(self, holders: dict[bytes, Holder], *, ever: bool) -> None:
        """Use these keys from now on, by their ids; `ever`: True if a key was ever stored."""
        self._holders = holders
        self.known, self.open = True, self._may_be_open and not ever
