"""The commands: help, JSON for programs, exit codes, and one clear line for what a user can mend."""

import json
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from conftest import NewDatabase
from typer.testing import CliRunner, Result

from adpulse import cli, database, variants

COMMANDS = ["up", "serve", "down", "migrate", "variants", "verify", "report"]


class Shell:
    """Runs commands in this process, on the database and with the settings of the environment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def set(self, **variables: str) -> None:
        for name, value in variables.items():
            self._monkeypatch.setenv(f"ADPULSE_{name.upper()}", value)

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(cli.app, arguments)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    # As wide as no table needs, so that no cell is wrapped.
    monkeypatch.setattr(cli.out, "_width", 200)
    return Shell(monkeypatch)


@pytest.mark.parametrize(
    "command", [[], *([name] for name in COMMANDS)], ids=lambda words: " ".join(words) or "adpulse"
)
def test_every_command_explains_itself(shell: Shell, command: list[str]) -> None:
    """--help is there, touches no database, and says what the command does."""
    shell.set(database_url="postgresql://nowhere.invalid/x")
    done = shell(*command, "--help")
    assert done.exit_code == 0
    assert "Usage:" in done.output


def test_the_commands_are_those_that_are_promised() -> None:
    """Neither more nor fewer than this list, each with a description."""
    assert {(info.name or info.callback.__name__) for info in cli.app.registered_commands} == set(COMMANDS)
    assert all(info.callback.__doc__ for info in cli.app.registered_commands)


async def test_migrate_keeps_every_event(shell: Shell, url: str) -> None:
    """`migrate --variant` rebuilds in another design and back; names and folders are both understood."""
    shell.set(database_url=url)
    connection = await database.connect(url)
    statement = "SELECT md5(string_agg(events::text, '' ORDER BY events::text)) FROM (SELECT {} FROM events) AS events"
    columns = "ts, campaign_id, user_id, event_type, cost_micros, revenue_micros, metadata, event_id"
    await connection.execute(
        "INSERT INTO events (ts, campaign_id, user_id, event_type, cost_micros, metadata) "
        "SELECT timestamptz '2025-09-24 06:00Z' + n * interval '7 hours', 'C' || n % 3, 'U', "
        "       (enum_range(NULL::event_type))[1 + n % 3], n, jsonb_build_object('n', n) "
        "FROM generate_series(1, 100) AS n"
    )
    before = await connection.fetchval(statement.format(columns))
    for name, active in (("btree_gin", "btree_gin"), ("07_rollup", "rollup")):
        done = await anyio.to_thread.run_sync(shell, "migrate", "--variant", name)
        assert done.exit_code == 0, done.output
        assert f"schema version {database.latest_version()}, variant {active}" in done.output
        assert await connection.fetchval(statement.format(columns)) == before
        verified = await anyio.to_thread.run_sync(shell, "verify", "--json")
        assert verified.exit_code == 0
        result = json.loads(verified.stdout)
        assert result["wrong"] == 0
        assert result["accuracy"] == 1
        assert result["cells"] > 0
    await connection.close()


async def test_verify_finds_what_is_wrong(shell: Shell, url: str) -> None:
    """A roll-up that lost an event is found: exit status 1, the cell is named, and it is never called 100 %."""
    shell.set(database_url=url)
    connection = await database.connect(url)
    await connection.execute(
        "INSERT INTO events (ts, campaign_id, user_id, event_type) VALUES ('2025-09-24 06:59Z', 'C', 'U', 'click')"
    )
    await connection.execute("DELETE FROM rollup_delta")
    await connection.close()
    done = await anyio.to_thread.run_sync(shell, "verify")
    assert done.exit_code == 1
    assert "wrong:" in done.stdout
    assert "accuracy 100" not in done.stdout


async def test_variants_are_listed_for_programs(shell: Shell, url: str) -> None:
    """`variants --json` has the promised keys, one entry a folder; a variant that cannot be had has a reason."""
    shell.set(database_url=url)
    done = await anyio.to_thread.run_sync(shell, "variants", "--json")
    assert done.exit_code == 0
    listing = json.loads(done.stdout)
    assert [entry["name"] for entry in listing] == [variant.name for variant in variants.load_all()]
    for entry in listing:
        assert set(entry) == {"name", "folder", "summary", "requires", "available", "reason"}
        assert entry["available"] is (entry["reason"] is None)
    table = await anyio.to_thread.run_sync(shell, "variants")
    assert all(entry["name"] in table.stdout for entry in listing)


@pytest.mark.parametrize(
    ("arguments", "variables", "code", "message"),
    [
        (["verify"], {"database_url": "postgresql://127.0.0.1:1/x"}, 1, "adpulse: cannot use the database: "),
        (["verify"], {"port": "many"}, 2, "adpulse: ADPULSE_PORT: "),
        (["verify"], {"postgres_bin": "/nowhere"}, 1, "adpulse: there is no pg_ctl in /nowhere"),
        (["serve"], {}, 2, "adpulse: ADPULSE_DATABASE_URL is not set"),
        (["report", "--start", "soon"], {}, 2, "adpulse: start is not a time"),
    ],
    ids=["database away", "bad setting", "no binaries", "nothing to serve", "bad question"],
)
def test_what_a_user_can_mend_is_one_line(
    shell: Shell, arguments: list[str], variables: dict[str, str], code: int, message: str, tmp_path: Path
) -> None:
    """No traceback, nothing on stdout, an exit status that is not 0."""
    shell.set(data_dir=str(tmp_path / "data"), **variables)
    done = shell(*arguments)
    assert done.exit_code == code
    assert done.stderr.startswith(message)
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


async def test_wrong_names_change_nothing(shell: Shell, new_database: NewDatabase) -> None:
    """An unknown variant is refused with the list of those there are, before the database is touched."""
    shell.set(database_url=await new_database(None))
    done = await anyio.to_thread.run_sync(shell, "migrate", "--variant", "btree-gin")
    assert done.exit_code == 1
    assert "adpulse: there is no variant 'btree-gin'; there are: heap" in done.stderr
    done = await anyio.to_thread.run_sync(shell, "verify")
    assert done.exit_code == 1
    assert "the database is not set up yet; run: adpulse migrate" in done.stderr


async def test_an_unknown_setting_is_named(shell: Shell, url: str) -> None:
    """A typing error in the environment does not pass in silence, and does not stop the command."""
    shell.set(database_url=url, max_evnets="5")
    done = await anyio.to_thread.run_sync(shell, "verify")
    assert done.exit_code == 0
    assert "there is no setting ADPULSE_MAX_EVNETS" in done.stderr
