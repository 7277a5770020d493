"""A database that is reached and refuses is not called one that cannot be reached."""

import asyncio

import pytest

from adpulse.database import rights
from adpulse.database.connections import INGEST, Connection, connect
from tests.patience import PATIENCE_S
from tests.services import Client, Serve

BATCH = {"events": [{"ts": "2025-09-24T06:59:31Z", "campaign_id": "C", "user_id": "U", "event_type": "click"}]}
DAY = "/report?start=2025-09-24&end=2025-09-25"
REFUSES = "The database refuses the service: its login lacks a right, or a row-level policy is in the way"

# What takes the right to write or to read away, and what gives it back.
WRITING = {
    "a policy": ("ALTER TABLE events ENABLE ROW LEVEL SECURITY", "ALTER TABLE events DISABLE ROW LEVEL SECURITY"),
    "no right": (f"REVOKE INSERT ON events FROM {INGEST}", f"GRANT INSERT ON events TO {INGEST}"),
}
READING = {
    "a policy": WRITING["a policy"],
    "no right": ("REVOKE SELECT ON events FROM adpulse_report", "GRANT SELECT ON events TO adpulse_report"),
}


async def until(client: Client, status: int) -> str:
    """Wait until /readyz has that status; return its text."""
    async with asyncio.timeout(PATIENCE_S):
        while (reply := await client.get("/readyz")).status_code != status:
            await asyncio.sleep(0.02)
    return reply.text


@pytest.mark.parametrize(("taken", "given"), WRITING.values(), ids=list(WRITING))
async def test_a_refused_writer_is_told_why(
    serve: Serve, url: str, connection: Connection, taken: str, given: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Senders and /readyz get the reason without names, the log has the table; all is well when it is mended."""
    client = await serve(url, retention_days=None)
    await connection.execute(taken)
    refused = await client.post("/events", json=BATCH)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert refused.json()["detail"] == f"{REFUSES}; the events were not acknowledged."
    assert REFUSES in await until(client, 503)
    (line,) = [record.getMessage() for record in caplog.records if record.name == "adpulse.ingest.writer"]
    assert "table events" in line or 'table "events"' in line
    await connection.execute(given)
    await until(client, 200)
    async with asyncio.timeout(PATIENCE_S):
        while (await client.post("/events", json=BATCH)).status_code != 200:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(("taken", "given"), READING.values(), ids=list(READING))
async def test_a_refused_reader_is_told_why(
    serve: Serve, url: str, connection: Connection, taken: str, given: str
) -> None:
    """A report says why it was refused, and is answered when that is over."""
    client = await serve(url)
    await connection.execute(taken)
    refused = await client.get(DAY)
    assert (refused.status_code, refused.json()["detail"]) == (503, f"{REFUSES}.")
    await connection.execute(given)
    assert (await client.get(DAY)).status_code == 200


async def test_a_table_of_others_is_no_reason(url: str, connection: Connection) -> None:
    """A policy on a table into which our login may not write does not count; on one of ours it does."""
    await connection.execute("CREATE TABLE mine (n int); ALTER TABLE mine ENABLE ROW LEVEL SECURITY")
    ours = await connect(url, role=INGEST)
    try:
        assert not await rights.are_missing(ours)
        await connection.execute("ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY")
        assert await rights.are_missing(ours)
    finally:
        await ours.close()
