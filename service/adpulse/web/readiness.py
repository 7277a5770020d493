"""The readiness of the primary: one query, shared by all requests that ask at the same time."""

import asyncio
import time
from dataclasses import dataclass, field

import asyncpg

from adpulse.database import durability, migrations, rights
from adpulse.database.errors import UNAVAILABLE, reason
from adpulse.database.primary import Primary

_LOOK_S = 2.0
# A schema on which the login has no rights looks like one that is not there.
_NOT_MIGRATED = "The database schema is older than this service, or closed to its login; run: adpulse migrate."


@dataclass(frozen=True, slots=True)
class Look:
    """The findings of one look: `missing` says why nothing can be written; `risks` as durability.risks says them."""

    missing: str | None = None
    risks: list[str] = field(default_factory=list)


class Readiness:
    """The readiness of the primary, looked up when it is asked for, one look at a time."""

    def __init__(self, primary: Primary) -> None:
        self._primary = primary
        self._looking = asyncio.Lock()
        self._began_at = float("-inf")
        self._last = Look()
        self._schema_checked = False

    async def look(self) -> Look:
        """Return a look that began after the call. Those who ask in the meantime share the next one."""
        asked_at = time.monotonic()
        async with self._looking:
            if self._began_at <= asked_at:
                began_at = time.monotonic()
                self._last = await self._look()
                self._began_at = began_at
            return self._last

    async def _look(self) -> Look:
        try:
            async with self._primary.turn(_LOOK_S) as connection:
                if not self._schema_checked:
                    async with connection.transaction():  # two statements that a pooler must not part
                        version = await migrations.version(connection)
                    if version < migrations.latest_version():
                        return Look(_NOT_MIGRATED)
                    self._schema_checked = True
                if await rights.are_missing(connection):
                    return Look(f"{reason(asyncpg.InsufficientPrivilegeError())}.")
                return Look(risks=await durability.risks(connection))
        except asyncpg.InsufficientPrivilegeError:
            return Look(_NOT_MIGRATED)
        except UNAVAILABLE as error:
            return Look(f"{reason(error)}.")
