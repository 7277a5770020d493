"""A bulk load stores exactly the events of the data set, each once."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from adbench.workload.campaigns import KINDS, MIXES
from adbench.workload.copy_loader import AlreadyLoaded, load
from adbench.workload.dataset import BLOCK, EPOCH, Dataset
from adpulse.database import connections
from adpulse.variants import catalogue, verify

pytestmark = pytest.mark.anyio
END = datetime(2025, 9, 24, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize("variant", ["rollup", "btree_gin"])
async def test_every_event_is_stored_as_drawn(new_database, variant: str) -> None:
    """Column by column, to the micro and the microsecond."""
    url, data = await new_database(variant), Dataset(20_000, END, days=3, campaigns=50)
    told: list[int] = []
    await load(url, data, told.append, connections=1)
    connection = await connections.connect(url)
    stored = await connection.fetch(
        "SELECT ts, campaign_id, user_id, event_type::text, cost_micros, revenue_micros, metadata, event_id"
        " FROM events ORDER BY ts, user_id, campaign_id"
    )
    ids = await connection.fetch("SELECT event_id FROM event_ids")
    result = await verify.verify(connection, await catalogue.active(connection))
    await connection.close()

    block = data.block(0)
    named = {int(at): UUID(bytes=raw.tobytes()) for at, raw in zip(block.repeated, block.ids, strict=True)}
    drawn = sorted(
        (
            (
                EPOCH + timedelta(microseconds=int(block.ts[i])),
                data.campaign_id(int(block.campaign[i])),
                f"U{block.user[i]:08d}",
                KINDS[block.kind[i]],
                int(block.cost[i]),
                int(block.revenue[i]),
                MIXES[block.mix[i]],
                named.get(i),
            )
            for i in range(len(block))
        ),
        key=lambda row: (row[0], row[2], row[1]),
    )
    assert [(*record[:6], json.loads(record[6]), record[7]) for record in stored] == drawn
    assert {record["event_id"] for record in ids} == set(named.values())
    assert sum(told) == data.events
    assert result.exact
    assert result.cells


async def test_several_connections_load_several_blocks(url: str) -> None:
    """Nothing is lost or doubled between them."""
    data = Dataset(2 * BLOCK + 17, END)
    await load(url, data, lambda events: None, connections=2)
    connection = await connections.connect(url)
    assert await connection.fetchval("SELECT count(*) FROM events") == data.events
    assert await connection.fetchval("SELECT sum(cost_micros) FROM events") == sum(
        int(block.cost.sum()) for block in data
    )
    assert await connection.fetchval("SELECT count(*) FROM events_default") == 0, "days are prepared"
    await connection.close()


async def test_loading_the_same_events_again_is_refused(url: str) -> None:
    """Loading the same events again is refused with a message, and without half a load."""
    data = Dataset(5_000, END)
    await load(url, data, lambda events: None)
    with pytest.raises(AlreadyLoaded, match="seed 7"):
        await load(url, data, lambda events: None)
    connection = await connections.connect(url)
    assert await connection.fetchval("SELECT count(*) FROM events") == data.events
    await connection.close()


async def test_a_repeat_over_http_is_a_duplicate(serve, url: str) -> None:
    """A second delivery of the repeated events of a loaded data set changes nothing."""
    data = Dataset(2_000, END)
    await load(url, data, lambda events: None)
    client = await serve(url)
    repeats = [event for event in data.deliveries(data.block(0)) if "event_id" in event]
    reply = await client.post("/events", json={"events": repeats})
    assert reply.status_code == 200
    assert reply.json()["accepted"] == 0
    assert reply.json()["duplicates"] == len(repeats) > 0
