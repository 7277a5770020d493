"""Gauges of the database."""

import logging

import pytest

from adpulse import telemetry
from adpulse.database import connections
from adpulse.maintenance import gauges


async def test_a_session_that_leaves_a_transaction_open_is_named(
    url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process and application are in the log, once, and its age is a metric until it ends."""
    now = [1_000.0]
    monkeypatch.setattr(gauges.time, "monotonic", lambda: now[0])
    watcher = await connections.connect(url, role=connections.MAINTAIN)
    holder = await connections.connect(url, "forgotten job")
    oldest = gauges.OldestTransaction()
    await oldest.look(watcher)
    assert telemetry.OLDEST_TRANSACTION._value.get() == 0
    transaction = holder.transaction()
    await transaction.start()
    await holder.fetchval("SELECT pg_current_xact_id()")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            await oldest.look(watcher)
            now[0] += 61
    assert telemetry.OLDEST_TRANSACTION._value.get() == 122
    named = [record.getMessage() for record in caplog.records if "forgotten job" in record.getMessage()]
    assert len(named) == 1
    assert f"process {holder.get_server_pid()} " in named[0]
    await transaction.rollback()
    await oldest.look(watcher)
    assert telemetry.OLDEST_TRANSACTION._value.get() == 0
    await watcher.close()
    await holder.close()
