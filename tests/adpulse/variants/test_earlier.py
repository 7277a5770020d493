"""An installation of the earlier 08_rollup_dims, whose trigger kept the dimensions, is brought to the form of today."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue, migrate
from adpulse.variants.verify import verify
from tests.servers import NewDatabase

EARLIER = Path(__file__).parent / "earlier"
COLUMNS = ("ts", "campaign_id", "user_id", "event_type", "cost_micros", "revenue_micros", "metadata")
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
DAY = timedelta(days=1)


def events(day: datetime, count: int) -> list[tuple[Any, ...]]:
    geos = ("IN", "US", 3, "3", None)
    return [
        (
            day + timedelta(minutes=37 * number % 1440),
            f"C{number % 3}",
            "U",
            ("impression", "click", "conversion")[number % 3],
            number if number % 7 else 2**61,
            number,
            json.dumps({} if geos[number % 5] is None else {"geo": geos[number % 5], "device": "phone"}),
        )
        for number in range(count)
    ]


async def by_geo(connection: Connection, start: datetime, stop: datetime, **chosen: Any) -> dict[str | None, list[int]]:
    text = catalogue.find("rollup_dims").exact_report
    rows = await connection.fetch(text, chosen.get("campaigns"), start, stop, None, "UTC", "geo", None)
    return {row["grp"]: [int(value) for value in tuple(row)[2:7]] for row in rows if row["note"] != "raw"}


async def test_an_earlier_form_goes_on(new_database: NewDatabase) -> None:
    """Totals and roll-ups of retired days stay, with what was just being counted; all else is built anew, and exact."""
    url = await new_database("rollup_dims")
    connection = await connections.connect(url)
    variant = catalogue.find("rollup_dims")
    await connection.execute(variant.script("down"))
    await connection.execute("DELETE FROM rollup_mark")
    await connection.execute((EARLIER / "up.sql").read_text())
    for back in range(4):
        await connection.execute("SELECT prepare_days($1, $1)", (TODAY - back * DAY).date())
        rows = events(TODAY - back * DAY, 40)
        await connection.copy_records_to_table("events", records=rows, columns=COLUMNS)
    for statement in catalogue.statements((EARLIER / "maintain.sql").read_text()):
        await connection.execute(statement)
    while await connection.fetchval("SELECT retire_days($1)", (TODAY - DAY).date()):
        pass
    assert await connection.fetchval("SELECT count(*) FROM events") == 80
    late = [*events(TODAY - 3 * DAY, 10), *events(TODAY, 10)]
    await connection.copy_records_to_table("events", records=late, columns=COLUMNS)
    everything = [row for back in range(4) for row in events(TODAY - back * DAY, 40)] + late

    assert (await migrate.migrate(connection)).name == "rollup_dims"

    expected: dict[str | None, Counter[int]] = {}
    for row in everything:
        geo = json.loads(row[6]).get("geo")
        sums = expected.setdefault(None if geo is None else str(geo), Counter())
        sums.update({["impression", "click", "conversion"].index(row[3]): 1, 3: row[4], 4: row[5]})
    wanted = {geo: [sums[place] for place in range(5)] for geo, sums in expected.items()}
    for _ in range(6):
        assert await by_geo(connection, TODAY - 3 * DAY, TODAY + DAY) == wanted
        cut = await by_geo(connection, TODAY - 3 * DAY + timedelta(minutes=30), TODAY - 2 * DAY)
        inside = [row for row in everything if TODAY - 3 * DAY + timedelta(minutes=30) <= row[0] < TODAY - 2 * DAY]
        assert sum(map(sum, (sums[:3] for sums in cut.values()))) == len(inside)
        total = await connection.fetchrow(variant.exact_report, None, TODAY - 3 * DAY, TODAY + DAY, *[None] * 4)
        assert total is not None
        assert int(total["cost_micros"]) == sum(row[4] for row in everything)
        assert (await verify(connection, variant)).wrong == 0
        await run_round(connection, variant)
    assert await connection.fetchval("SELECT count(*) FROM rollup_dim_pending") == 0
    # Events written straight into a day are counted, as before.
    await connection.copy_records_to_table(f"events_p{TODAY:%Y%m%d}", records=events(TODAY, 5), columns=COLUMNS)
    assert sum(sums[0] for sums in (await by_geo(connection, TODAY, TODAY + DAY)).values()) == 14 + 4 + 2
    assert await migrate.migrate(connection, dimensions=["geo"]) == variant
    await connection.close()
