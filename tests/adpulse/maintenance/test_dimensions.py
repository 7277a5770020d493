"""Dimensions with too many values share a row, and other dimensions get roll-ups of their own."""

import asyncio
import json
import logging
from datetime import timedelta
from typing import Any

import pytest

from adpulse import telemetry
from adpulse.maintenance.gauges import read_database
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue, migrate, verify
from tests.adpulse.maintenance.batches import BATCH, COLUMNS, EPOCH, batch, clicks, connections
from tests.patience import PATIENCE_S
from tests.servers import NewDatabase
from tests.services import Serve


@pytest.mark.parametrize("runaway", ["many", "long"])
async def test_too_many_and_too_long_values_share_a_row(
    serve: Serve, new_database: NewDatabase, caplog: pytest.LogCaptureFixture, runaway: str
) -> None:
    """Values past the most that have rows of their own are one row, said in the log, by a metric and in the reply, and
    its filter finds it. The dimension is answered from roll-ups still, and all others are, too.
    """
    url = await new_database("rollup_dims")
    values = [f"V{n:04}" for n in range(1_010)] if runaway == "many" else ["V0000", "x" * 3_000]
    rows = [
        (EPOCH + timedelta(seconds=n), "click", "C1", "U1", 1, f'{{"geo": "{v}", "device": "tv"}}')
        for n, v in enumerate(values)
    ]
    async with connections(url, 1) as (connection,):
        history = [(EPOCH - timedelta(days=1), "click", "C1", "U1", 1, '{"geo": "(other)", "device": "tv"}')]
        await connection.copy_records_to_table("events", records=history, columns=COLUMNS)
        await run_round(connection, catalogue.find("rollup_dims"))
        await connection.copy_records_to_table("events", records=rows, columns=COLUMNS)
        before = telemetry.MAINTENANCE_WARNINGS._value.get()
        telemetry.FOLDED.set(0)
        with caplog.at_level(logging.WARNING):
            client = await serve(url, maintenance_s=0.05)
            # The warning comes while the round's transaction is open, so the gauge may not see its row yet.
            async with asyncio.timeout(PATIENCE_S):
                while telemetry.FOLDED._value.get() != 1:
                    await asyncio.sleep(0.05)
                    await read_database(connection)
        assert telemetry.MAINTENANCE_WARNINGS._value.get() > before
        assert "what is over of 'geo' shares the row" in caplog.text
        # Two of the thousand are there before: null, which always is, and a text that looks like the row.
        folded = 1_010 - 998 if runaway == "many" else 1
        await connection.copy_records_to_table("events", records=rows, columns=COLUMNS)  # the raw tail, too
        window = {"start": "2026-04-20", "end": "2026-05-10", "limit": 10_000}

        async def ask(**chosen: Any) -> Any:
            return (await client.get("/report", params=window | chosen)).json()

        answer = await ask(group_by="geo")
        assert "source" not in answer["meta"]
        assert 'share the row "(other)"' in answer["meta"]["hints"][0]
        *named, other = answer["rows"]
        assert (other["group"], other["clicks"], other["filter"]) == ("(other)", 2 * folded, {"geo": {"other": True}})
        assert [row["clicks"] for row in named if row["group"] == "(other)"] == [1]
        assert sum(row["clicks"] for row in answer["rows"]) == answer["totals"]["clicks"] == 2 * len(rows) + 1
        for row in (other, *named[:2]):
            found = await ask(filter=json.dumps(row["filter"]))
            assert (found["totals"]["clicks"], "source" in found["meta"]) == (row["clicks"], False)
        # A value without a row of its own is found among raw events, which the reply says.
        single = await ask(filter=f"geo:{values[-1]}")
        assert (single["totals"]["clicks"], single["meta"]["source"]) == (2, "raw events")
        # The rest past a limit has them, too, and a filter that finds it.
        few = await ask(group_by="geo", limit=1)
        assert few["rows"][1]["clicks"] == 2 * len(rows) + 1 - few["rows"][0]["clicks"]
        rest = await ask(filter=json.dumps(few["rows"][1]["filter"]))
        assert rest["totals"]["clicks"] == few["rows"][1]["clicks"]
        assert (await ask(filter="device:tv"))["totals"]["clicks"] == 2 * len(rows) + 1
        refused = await client.get("/report", params=window | {"filter": ['{"geo": {"other": true}}', "device:tv"]})
        assert refused.status_code == 422


async def test_other_dimensions_mean_other_roll_ups(new_database: NewDatabase) -> None:
    """`adpulse migrate` with other ADPULSE_DIMENSIONS moves no event: upkeep builds new ones, and lets others go."""
    async with connections(await new_database("rollup_dims"), 1) as (connection,):
        variant = catalogue.find("rollup_dims")
        await connection.copy_records_to_table("events", records=batch(1), columns=COLUMNS)
        await run_round(connection, variant)
        oid = await connection.fetchval("SELECT 'events'::regclass::oid")
        await migrate.migrate(connection, dimensions=["device", "os"])
        for _ in range(4):
            for group in ("geo", "device", "os"):
                assert await clicks(connection, "rollup_dims", group=group) == BATCH
            await run_round(connection, variant)
        keys = await connection.fetch("SELECT key FROM rollup_dimension ORDER BY place")
        assert [record["key"] for record in keys] == ["device", "os"]
        assert await connection.fetchval("SELECT count(*) FROM rollup_dim_pending") == 0
        assert await connection.fetchval("SELECT count(*) FROM rollup_value WHERE value LIKE '%D%'") == 1
        await migrate.migrate(connection, dimensions=[])
        for _ in range(4):
            await run_round(connection, variant)
        assert await connection.fetchval("SELECT count(*) FROM rollup_dimension") == 0
        assert await clicks(connection, "rollup_dims", group="device") == BATCH
        assert await connection.fetchval("SELECT 'events'::regclass::oid") == oid


@pytest.mark.parametrize("which", ["place = 1", "place = (SELECT max(place) FROM rollup_dimension)", "true"])
async def test_a_dimension_that_somebody_deletes_is_built_anew(new_database: NewDatabase, which: str) -> None:
    """Its rows in the roll-ups are removed, no other dimension gets them, and reports are exact meanwhile."""
    async with connections(await new_database("rollup_dims"), 1) as (connection,):
        variant = catalogue.find("rollup_dims")
        await connection.copy_records_to_table("events", records=batch(1), columns=COLUMNS)
        await run_round(connection, variant)
        before = await connection.fetchval("SELECT max(place) FROM rollup_dimension")
        await connection.execute(f"DELETE FROM rollup_dimension WHERE {which}")
        for _ in range(6):
            assert await clicks(connection, "rollup_dims", group="geo") == BATCH
            await run_round(connection, variant)
        places = await connection.fetch("SELECT place, key FROM rollup_dimension WHERE NOT dropped ORDER BY place")
        assert {record["key"] for record in places} == {"geo", "device", "placement"}
        assert places[-1]["place"] > before
        assert (await verify.verify(connection, variant)).exact
