"""Event ids that lie together in their index, or anywhere, and batches of them."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from adpulse.ingest.batch import Batch
from tests.adpulse.ingest.conftest import IDS
from tests.patience import PATIENCE_S

TOGETHER = IDS
ANYWHERE = [str(UUID(bytes=hashlib.md5(text.encode()).digest())) for text in IDS]
TODAY = datetime.now(UTC).date()
TEND = "SELECT tend_event_ids($1, $2)"


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that will come; only a fault makes it take this long."""
    async with asyncio.timeout(PATIENCE_S):
        while not await condition():
            await asyncio.sleep(0.01)


def raw(ids: list[str]) -> list[bytes]:
    return [UUID(text).bytes for text in ids]


def batch_of(ids: Sequence[bytes | None] | None) -> Batch:
    return Batch(0, rows=[b""] * len(ids or ()), ids=ids)
