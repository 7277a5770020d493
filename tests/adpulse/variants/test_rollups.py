"""Windows of days, also beyond the calendar; cells of roll-ups against raw events, both ways."""

from datetime import UTC, date, datetime, timedelta

from adpulse.database.connections import Connection
from adpulse.variants import catalogue, rollups
from adpulse.variants.findings import SUMS, Findings
from adpulse.variants.rollups import AFTER, BEFORE

INSERT = "INSERT INTO events (ts, campaign_id, user_id, event_type, cost_micros) VALUES ($1, 'C', 'U', 'click', 5)"
ROLLUP = catalogue.find("rollup")
DAY = date(2025, 9, 24)


async def test_days_are_those_of_events_and_of_roll_ups(connection: Connection) -> None:
    """In order, once each; those that Python's calendar does not have are said to be there."""
    assert await rollups.days(connection, ROLLUP) == rollups.Days([], before=False, after=False)
    for day in (DAY + timedelta(days=2), DAY):
        await connection.execute(INSERT, datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC))
    await connection.execute("DELETE FROM events WHERE ts < '2025-09-25Z'")
    found = await rollups.days(connection, ROLLUP)
    assert found == rollups.Days([DAY, DAY + timedelta(days=2)], before=False, after=False)
    await connection.execute(
        "INSERT INTO events (ts, campaign_id, user_id, event_type) "
        "VALUES ('0044-03-15 BC', 'C', 'U', 'click'), ('20000-01-01Z', 'C', 'U', 'click')"
    )
    found = await rollups.days(connection, ROLLUP)
    assert found == rollups.Days([DAY, DAY + timedelta(days=2)], before=True, after=True)


def test_windows_of_the_calendar_touch_and_end() -> None:
    """A day begins where the one before it ends, the first and the last, too; each is called by its first day."""
    start, stop = rollups.day_window(DAY)
    assert rollups.day_window(DAY + timedelta(days=1))[0] == stop
    assert rollups.day_window(rollups._FIRST)[0] == BEFORE[1]
    assert rollups.day_window(rollups._LAST)[1] == AFTER[0]
    assert [rollups.in_calendar(each) for each in ((start, stop), BEFORE, AFTER)] == [True, False, False]
    assert [rollups.spoken(each) for each in ((start, stop), BEFORE)] == ["2025-09-24", "days before the calendar"]


async def test_a_wrong_cell_is_found_on_either_side(connection: Connection) -> None:
    """A sum that differs, a row too many and a row too few: each is named with both values."""
    await connection.execute(INSERT, datetime(2025, 9, 24, 6, tzinfo=UTC))
    window = rollups.day_window(DAY)

    async def compared() -> Findings:
        findings = Findings()
        await rollups.compare(connection, ROLLUP, window, findings)
        return findings

    good = await compared()
    assert (good.wrong, good.mismatches) == (0, [])
    assert good.cells > 0
    assert good.cells % len(SUMS) == 0
    await connection.execute("UPDATE rollup_delta SET cost_micros = cost_micros + 1")
    wrong = await compared()
    assert wrong.wrong == len(wrong.mismatches) > 0
    assert all(f"{SUMS[3]} 6 instead of 5" in str(each) for each in wrong.mismatches)
    await connection.execute("UPDATE rollup_delta SET cost_micros = cost_micros - 1, campaign_id = 'D'")
    both = {each.group for each in (await compared()).mismatches}
    assert {"C", "D"} <= both


async def test_a_design_without_roll_ups_has_nothing_to_compare(connection: Connection) -> None:
    """Nothing is counted as compared."""
    findings = Findings()
    await rollups.compare(connection, catalogue.find("heap"), rollups.day_window(DAY), findings)
    assert findings.cells == 0
