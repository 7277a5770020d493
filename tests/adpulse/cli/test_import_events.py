"""`adpulse import`: what it prints, its files, its exit codes."""

import gzip
import json
from pathlib import Path
from typing import Any

import anyio
import pytest
from typer.testing import CliRunner, Result

from adpulse.cli import console, main
from adpulse.database.connections import Connection

pytestmark = pytest.mark.anyio

LINES = "event_time,campaign,user,kind,price,geo\n" + "".join(
    f"20250924 {n:06},C1,U{n},{'view' if n % 2 else 'tap'},1.5,IN\n" for n in range(30)
)
MAPPING = """
ts = "event_time"
format = "%Y%m%d %H%M%S"
timezone = "America/New_York"
campaign_id = "campaign"
user_id = "user"
event_type = { column = "kind", words = { view = "impression", tap = "click" } }
cost = { column = "price", unit = "cpm" }
"""


@pytest.fixture
def run(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Run the command on the database of `url`, in a folder of its own."""
    monkeypatch.setenv("ADPULSE_DATABASE_URL", url)
    monkeypatch.setattr(console.out, "_width", 200)
    monkeypatch.chdir(tmp_path)

    async def command(*arguments: str, **options: Any) -> Result:
        return await anyio.to_thread.run_sync(lambda: CliRunner().invoke(main.app, ["import", *arguments], **options))

    return command


async def test_a_mapping_in_a_file_and_in_options(run: Any, connection: Connection) -> None:
    """Both say the same; what was imported by the one is known to the other, and reports show it at once."""
    Path("a.csv").write_text(LINES)
    Path("m.toml").write_text(MAPPING)
    done = await run("a.csv", "--mapping", "m.toml")
    assert done.exit_code == 0, done.output
    assert "a.csv: 30 events" in done.output
    sums = "SELECT sum(impressions), sum(clicks), sum(cost_micros) FROM rollup_day WHERE campaign_id = ''"
    assert tuple(await connection.fetchrow(sums) or ()) == (15, 15, 45_000)
    assert (await connection.fetchval("SELECT min(ts) FROM events")).isoformat() == "2025-09-24T04:00:00+00:00"
    options = ["--map", "ts=event_time", "--format", "%Y%m%d %H%M%S", "--timezone", "America/New_York"]
    options += ["--map", "campaign_id=campaign", "--map", "user_id=user", "--map", "event_type=kind"]
    options += ["--word", "view=impression", "--word", "tap=click", "--map", "cost=price", "--unit", "cost=cpm"]
    again = await run("a.csv", *options, "--json")
    (file,) = json.loads(again.output)["files"]
    assert (file["accepted"], file["known_records"]) == (0, 30)
    Path("b.csv.gz").write_bytes(gzip.compress(LINES.replace("C1", "C2").encode()))
    more = await run("b.csv.gz", *options, "--json")
    assert json.loads(more.output)["files"][0]["accepted"] == 30


async def test_rejected_lines_go_into_a_file(run: Any, connection: Connection) -> None:
    """Each has line, field, code, reason and text, and the exit status says so. All other lines are stored."""
    Path("a.csv").write_text(LINES + "20250924 070000,C1,,tap,1,IN\n20250924 070000,C1,U,swipe,1,IN\n")
    Path("m.toml").write_text(MAPPING)
    done = await run("a.csv", "--mapping", "m.toml")
    assert done.exit_code == 3
    assert "30 events, 2 rejected" in done.output
    found = [json.loads(line) for line in Path("a.csv.rejected.ndjson").read_text().splitlines()]
    assert [(each["line"], each["field"], each["code"]) for each in found] == [
        (32, "user_id", "missing"),
        (33, "event_type", "value"),
    ]
    assert found[0]["text"] == "20250924 070000,C1,,tap,1,IN"
    assert await connection.fetchval("SELECT count(*) FROM events") == 30


async def test_a_dry_run_stores_nothing(run: Any, connection: Connection) -> None:
    """It shows the first events as they are understood, and what would be rejected and why; no database is needed."""
    Path("a.csv").write_text(LINES + "20250924 070000,C1,,tap,1,IN\n")
    Path("m.toml").write_text(MAPPING)
    done = await run("a.csv", "--mapping", "m.toml", "--dry-run")
    assert done.exit_code == 3
    assert "2025-09-24T00:00:00-04:00" in done.output
    assert "30 events would be accepted, 1 rejected" in done.output
    assert "1 rejected (missing): user_id is missing; line 32" in done.output
    shown = json.loads((await run("a.csv", "--mapping", "m.toml", "--dry-run", "--json")).output)
    assert (shown["accepted"], shown["first"][0]["cost"]) == (30, 0.0015)
    assert await connection.fetchval("SELECT count(*) FROM events") == 0
    assert not list(Path().glob("*.rejected.*"))


async def test_standard_input(run: Any, connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash reads standard input; the same content counts once, from a file too."""
    event = '{"ts":"2025-09-24T06:59:31Z","campaign_id":"C","user_id":"U%d","event_type":"click"}\n'
    text = "".join(event % n for n in range(5))
    assert (await run("-", input=text)).exit_code == 0
    Path("a.ndjson").write_text(text)
    assert (await run("a.ndjson")).exit_code == 0
    assert await connection.fetchval("SELECT count(*) FROM events") == 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.csv"], "cannot be opened"),
        (["a.csv"], "has no column ts"),
        (["a.csv", "--preset", "nonsense"], "there are: adjust"),
        (["a.csv", "--map", "ts"], "needs a ="),
        (["a.csv", "--map", "time=event_time"], "there is no 'time'"),
        (["a.csv", "--unit", "cost=dollars"], "dollars"),
        (["a.csv", "--format", "epoch", "--mapping", "m.toml"], "rfc3339, seconds"),
        (["a.csv", "--url", "ftp://x", "--mapping", "m.toml"], "no address"),
    ],
)
async def test_mistakes_are_one_line(run: Any, arguments: list[str], message: str) -> None:
    """A mistake on the command line is told in one line, with status 2."""
    Path("a.csv").write_text(LINES)
    Path("m.toml").write_text(MAPPING)
    done = await run(*arguments)
    assert done.exit_code == 2, done.output
    assert message in done.output
    assert len(done.output.strip().splitlines()) == 1
