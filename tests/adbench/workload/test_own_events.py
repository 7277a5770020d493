"""A user's own events: counted without their content, and loaded as `adpulse import` loads them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adbench.cli import app
from adbench.workload import comparison, own_events
from adbench.workload.dataset import BLOCK, Dataset
from adbench.workload.own_events import OwnEvents
from adbench.workload.profile import Events
from adpulse.database import connections
from adpulse.importing.errors import ImportFailed
from tests.servers import NewDatabase

START = datetime(2025, 9, 1, tzinfo=UTC)
SECRET = "Zebra"  # in every value of the events


def event(minute: float, campaign: int = 0, kind: str = "impression", **more: object) -> dict[str, object]:
    return {
        "ts": (START + timedelta(minutes=minute)).isoformat(),
        "campaign_id": f"{SECRET}-{campaign}",
        "user_id": f"{SECRET}{minute % 2}",
        "event_type": kind,
        "metadata": {"geo": f"{SECRET}{campaign}", f"{SECRET}key": int(minute)},
    } | more


@pytest.fixture
def own(tmp_path: Path) -> OwnEvents:
    """Write two files: an event each six minutes for two days, one of them late, one rejected."""
    found = [event(6 * place, int(place % 4 == 0), "click" if place == 7 else "impression") for place in range(480)]
    found[100] = event(6 * 100 - 20)
    parts = [tmp_path / "a.ndjson", tmp_path / "b.ndjson"]
    parts[0].write_text("".join(f"{json.dumps(each)}\n" for each in found[:200]))
    parts[1].write_text("".join(f"{json.dumps(each)}\n" for each in (*found[200:], event(1, event_type="nonsense"))))
    return OwnEvents(tuple(parts))


def test_a_profile_counts_what_would_be_stored(own: OwnEvents) -> None:
    """Over all files, in any order, without what is rejected: days, skew, kinds, lateness, values of metadata."""
    found = own_events.profile(own)
    assert own_events.profile(OwnEvents(own.files[::-1])) == found
    assert found.events == 480
    assert found.days == pytest.approx(479 * 6 / 1_440)
    assert (found.campaigns, found.largest) == (2, (361 / 480, 1.0, 1.0))
    assert (found.clicks, found.conversions) == (1 / 480, 0)
    assert found.late == 1 / 480
    assert found.values == (480, 2)
    assert (found.events_per_day, found.busiest_hour) == (241, 11)  # the late one falls into the hour before


def test_the_lab_has_a_profile_too() -> None:
    """Both profiles have the same shape, so that they can be compared."""
    found = comparison.generated(Events.of(Dataset(BLOCK, START, days=3, campaigns=40)))
    assert (found.events, found.campaigns) == (BLOCK, 40)
    assert 2.5 < found.days < 4.5  # late ones reach back
    assert 0 < found.largest[0] < found.largest[1] < found.largest[2] == 1
    assert 0 < found.late < 0.2
    assert len(found.values) > 2


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_advice_says_nothing_of_the_content(own: OwnEvents, more: tuple[str, ...]) -> None:
    """Numbers alone: no campaign, user, value or key of metadata, and no name of a file."""
    files = [word for file in own.files for word in ("--from", str(file))]
    done = CliRunner().invoke(app, ["advise", *files, "--retention-days", "5", *more])
    assert done.exit_code in (0, 1), done.output
    assert SECRET.lower() not in done.output.lower()
    assert not any(file.name in done.output for file in own.files)
    if more:
        assert json.loads(done.output)["need"]["events_per_day"] == 241
    else:
        assert "your events beside the generated ones" in done.output


def test_missing_fields_are_named(tmp_path: Path) -> None:
    """Neither a number nor a file, and a file without an event: one line, and status 2."""
    neither = CliRunner().invoke(app, ["advise"])
    assert (neither.exit_code, neither.stderr.count("\n")) == (2, 1)
    assert "--events-per-day" in neither.stderr
    empty = tmp_path / "empty.ndjson"
    empty.write_text(json.dumps(event(1, event_type="nonsense")))
    with pytest.raises(ImportFailed, match="no event"):
        own_events.profile(OwnEvents((empty,)))


@pytest.mark.anyio
async def test_own_events_are_loaded_once(own: OwnEvents, new_database: NewDatabase) -> None:
    """Into the design that is asked for, settled; a second time they are known."""
    url = await new_database("heap")
    for accepted in (480, 0):
        outcomes = await own_events.seed(url, own, "btree")
        assert sum(each.accepted for each in outcomes) == accepted
    connection = await connections.connect(url)
    assert await connection.fetchval("SELECT count(*) FROM events") == 480
    assert await connection.fetchval("SELECT name FROM active_variant") == "btree"
    await connection.close()
