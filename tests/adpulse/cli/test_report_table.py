"""The table of `adpulse report`: groups, totals, comparisons and sparklines."""

import pytest

from adpulse.cli.report_table import sparkline
from tests.adpulse.cli.conftest import DAY, EVENT, run
from tests.services import Client


async def test_the_table_holds_groups_and_totals(filled: str) -> None:
    """Every digit, however narrow the terminal."""
    result = await run(filled, *DAY, "--group-by", "campaign_id", "--metrics", "impressions,cost,ctr,unique_users")
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.output.splitlines()]
    assert ["group", "impressions", "cost", "ctr", "unique_users"] in lines
    assert ["C", "1", "2,469.000000", "1.0000", "1"] in lines
    assert ["D", "1", "1,234.500000", "0.0000", "1"] in lines
    assert ["total", "2", "3,703.500000", "0.5000", "1"] in lines


async def test_a_granularity_adds_a_sparkline_for_every_metric(filled: str) -> None:
    """A granularity adds a sparkline for every metric, and of every group."""
    hours = await run(filled, *DAY, "--granularity", "hour", "--metrics", "impressions,clicks")
    assert hours.exit_code == 0, hours.output
    assert "impressions  ▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁  0 to 2" in hours.output
    assert "clicks       ▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁  0 to 1" in hours.output
    groups = await run(
        filled, *DAY, "--granularity", "hour", "--group-by", "campaign_id", "--order-by", "clicks", "--limit", "1"
    )
    assert "C        ▁▁▁▁▁▁▁▁█▁" in groups.output
    assert "(other)  ▁▁▁▁▁▁▁▁▁▁" in groups.output


async def test_a_comparison_shows_the_change(filled: str) -> None:
    """A comparison shows the change in brackets; a dash where there was nothing."""
    result = await run(filled, "--start", "2025-09-24", "--end", "2025-09-25", "--compare", "previous")
    assert "change since 2025-09-23 00:00 to 2025-09-24 00:00 UTC" in result.output
    assert "2 (–)" in result.output
    down = await run(filled, "--start", "2025-09-25", "--end", "2025-09-26", "--compare", "previous")
    assert "0 (-100.0%)" in down.output


async def test_a_longer_window_before_does_not_lengthen_the_course(filled: str) -> None:
    """February beside January: 28 bars, not 31."""
    asked = ("--start", "2025-02-01", "--end", "2025-03-01", "--granularity", "day", "--metrics", "clicks")
    result = await run(filled, *asked, "--compare", "previous")
    assert f"clicks  {'▁' * 28}  0 to 0" in result.output


def test_a_sparkline_runs_from_zero_to_the_greatest() -> None:
    """Nothing known leaves a gap; all zeros are flat."""
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7, 8]) == "▁▂▃▄▅▆▇██"
    assert sparkline([0.5, None, 1.0]) == "▅ █"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([]) == ""


@pytest.mark.parametrize("granularity", [(), ("--granularity", "hour")], ids=["table", "course"])
async def test_names_out_of_events_are_shown_and_not_obeyed(
    client: Client, filled: str, granularity: tuple[str, ...]
) -> None:
    """Names out of events bring no escape, markup, emoji or line of their own, also into a pipe."""
    names = ["\x1b[2J\x1b[31mX", "[/red]", "[red]R[/red]", "[link=x]L", ":smile:", "a\ntotal 9", "\x9b31m\u202ey"]
    events = [EVENT | {"campaign_id": name, "metadata": {name: 1}} for name in names]
    reply = await client.post("/events", json={"events": events})
    assert reply.json()["accepted"] == len(names)
    result = await run(filled, *DAY, "--group-by", "campaign_id", "--metrics", "impressions", *granularity)
    assert result.exit_code == 0, result.output
    for line in ("␛[2J␛[31mX", "[/red]", "[red]R[/red]", "[link=x]L", ":smile:", "a␊total 9", "\ufffd31m\ufffdy"):
        assert f" {line} " in " " + result.output.replace("\n", "\n "), line
    hint = await run(filled, *DAY, "--group-by", "nonsense", *granularity)
    assert "[red]R[/red]" in hint.output
    assert "a␊total 9" in hint.output
    for printed in (result.output, hint.output):
        assert not set("\x1b\x9b\u202e") & set(printed)
