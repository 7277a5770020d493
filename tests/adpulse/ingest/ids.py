"""Event ids that lie together in their index, or anywhere, and batches of them."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from adpulse.ingest.batch import Batch
from tests.adpulse.ingest.conftest import IDS

TOGETHER = IDS
ANYWHERE = [str(UUID(bytes=hashlib.md5(text.encode()).digest())) for text in IDS]
TODAY = datetime.now(UTC).date()
TEND = "SELECT tend_event_ids($1, $2)"


def raw(ids: list[str]) -> list[bytes]:
    return [UUID(text).bytes for text in ids]


def batch_of(ids: Sequence[bytes | None] | None) -> Batch:
    return Batch(0, rows=[b""] * len(ids or ()), ids=ids)
