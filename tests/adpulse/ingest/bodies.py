"""Build the bodies of `POST /events` as text, good and bad, and count what is stored of them."""

import json
from typing import Any

from adpulse.database.connections import Connection
from tests.adpulse.ingest.conftest import GOOD, JSON

__all__ = ["GOOD", "JSON", "NDJSON", "batch", "event", "stored"]

NDJSON = {"Content-Type": "application/x-ndjson"}


def event(**fields: Any) -> str:
    return json.dumps(GOOD | fields)


def batch(*events: str) -> bytes:
    return f'{{"events":[{",".join(events)}]}}'.encode("utf-8", "surrogatepass")


async def stored(connection: Connection) -> int:
    return await connection.fetchval("SELECT count(*) FROM events")
