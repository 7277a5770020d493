"""All commands: help, exit statuses, and one clear line for what a user can mend."""

import os
import re
import subprocess
import sys
import uuid
from pathlib import Path

import anyio
import pytest

from adpulse.cli import main
from adpulse.database import migrations
from adpulse.database.connections import connect
from adpulse.variants import catalogue
from tests.adpulse.cli.conftest import Shell
from tests.adpulse.database.roles import as_login
from tests.servers import NewDatabase

COMMANDS = [
    "status",
    "up",
    "serve",
    "down",
    "migrate",
    "variants",
    "verify",
    "rebuild",
    "report",
    "import",
    "archive",
    "restore",
]


@pytest.mark.parametrize(
    "command", [[], *([name] for name in COMMANDS)], ids=lambda words: " ".join(words) or "adpulse"
)
def test_every_command_explains_itself(shell: Shell, command: list[str]) -> None:
    """--help is there, touches no database, and says what the command does."""
    shell.set(database_url="postgresql://nowhere.invalid/x")
    done = shell(*command, "--help")
    assert done.exit_code == 0
    assert "Usage:" in done.output


def test_a_command_does_without_the_application() -> None:
    """Only what answers requests imports it; else each command and each start takes half as long again."""
    program = "import sys, adpulse.cli.main; sys.exit(int('fastapi' in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


def test_the_commands_are_those_that_are_promised() -> None:
    """The commands are those of this list, no more and no fewer, each with a description."""
    assert {(info.name or info.callback.__name__) for info in main.app.registered_commands} == set(COMMANDS)
    assert all(info.callback.__doc__ for info in main.app.registered_commands)


@pytest.mark.parametrize(
    ("arguments", "variables", "code", "message"),
    [
        (["verify"], {"database_url": "postgresql://127.0.0.1:1/x"}, 1, "adpulse: cannot use the database: "),
        (["verify"], {"port": "many"}, 2, "adpulse: ADPULSE_PORT: "),
        (["serve"], {"database_url": "postgresql://h:secret/x"}, 2, "adpulse: ADPULSE_DATABASE_URL: must be like "),
        (["report"], {"log_level": "loud"}, 2, "adpulse: ADPULSE_LOG_LEVEL: "),
        *(
            ([command], {"postgres_bin": "/nowhere"}, 1, "adpulse: there is no pg_ctl in /nowhere")
            for command in ("verify", "up", "down", "variants")
        ),
        (["serve"], {}, 2, "adpulse: ADPULSE_DATABASE_URL is not set"),
        (["report", "--start", "soon"], {}, 2, "adpulse: start is not a time"),
        (["rebuild", "--to", "soon"], {}, 2, "adpulse: --to is not a date"),
        (["rebuild", "--from", "2025-09-24", "--to", "2025-09-23"], {}, 2, "adpulse: --from is after --to"),
    ],
    ids=str,
)
def test_errors_that_a_user_can_correct_are_one_line(
    shell: Shell, arguments: list[str], variables: dict[str, str], code: int, message: str, tmp_path: Path
) -> None:
    """No traceback, nothing on stdout, an exit status that is not 0."""
    shell.set(data_dir=str(tmp_path / "data"), **{"port": "0", **variables})
    done = shell(*arguments)
    assert done.exit_code == code
    assert done.stderr.startswith(message)
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


# Every command on a database but `migrate`, `up` and `serve`, which set it up or wait for it, and `variants`.
ON_A_DATABASE = [
    ["status"],
    ["verify"],
    ["report"],
    ["rebuild"],
    ["keys", "list"],
    ["keys", "new", "n", "--scope", "read"],
    ["keys", "revoke", "id"],
    ["import", "events.ndjson"],
    ["archive", "--to", "files", "--before", "2025-01-01"],
    ["restore", "--from", "files"],
]


async def test_a_database_that_is_not_set_up_is_one_line(
    shell: Shell, new_database: NewDatabase, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty database, and one with tables that the login may not see: each is told apart, with what to do."""
    stranger = f"stranger_{uuid.uuid4().hex}"
    empty, owned = await new_database(None), await new_database()
    monkeypatch.chdir(home)
    (home / "events.ndjson").write_text(
        '{"ts":"2025-09-24T06:59:31Z","campaign_id":"C","user_id":"U","event_type":"click"}\n'
    )
    (home / "files").mkdir()
    shell.set(log_level="error")

    async def check(url: str, *messages: str) -> None:
        shell.set(database_url=url)
        for arguments in ON_A_DATABASE:
            done = await anyio.to_thread.run_sync(shell, *arguments)
            assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1), (arguments, done.output)
            assert [message for message in messages if message not in done.stderr] == [], (arguments, done.stderr)

    await check(empty, "adpulse: the database is not set up yet", "run: adpulse migrate")
    connection = await connect(owned)
    try:
        await connection.execute(f"CREATE ROLE {stranger} LOGIN")
        await check(as_login(owned, stranger), "permission denied for schema public; docs/how-to/roles.md says")
    finally:
        await connection.execute(f"DROP ROLE {stranger}")
        await connection.close()


async def test_an_earlier_schema_is_to_be_migrated(shell: Shell, new_database: NewDatabase, home: Path) -> None:
    """A table or column that a later migration makes is not there: one line says so."""
    shell.set(database_url=await new_database("rollup"), log_level="error")
    connection = await connect(os.environ["ADPULSE_DATABASE_URL"])
    try:
        await connection.execute(
            "ALTER TABLE imported RENAME TO earlier; ALTER TABLE api_keys RENAME public TO earlier"
        )
        (home / "events.ndjson").write_text(
            '{"ts":"2025-09-24T06:59:31Z","campaign_id":"C","user_id":"U","event_type":"click"}\n'
        )
        for arguments in (["import", str(home / "events.ndjson")], ["keys", "new", "n", "--scope", "read"]):
            done = await anyio.to_thread.run_sync(shell, *arguments)
            assert (done.exit_code, done.stderr.count("\n")) == (1, 1), done.output
            assert "by an earlier release; run: adpulse migrate" in done.stderr
    finally:
        await connection.close()


async def test_a_newer_schema_is_not_built_upon(shell: Shell, new_database: NewDatabase) -> None:
    """An earlier release reads it and has nothing to migrate, but builds no tables that the newer one does not know."""
    shell.set(database_url=await new_database("rollup"), log_level="error")
    newer = migrations.latest_version() + 1
    connection = await connect(os.environ["ADPULSE_DATABASE_URL"])
    try:
        await connection.execute("INSERT INTO schema_migrations (version, name) VALUES ($1, 'newer.sql')", newer)
        for arguments in (["migrate", "--variant", "heap"], ["rebuild"]):
            done = await anyio.to_thread.run_sync(shell, *arguments)
            assert done.exit_code == 1, arguments
            assert done.stderr.startswith(f"adpulse: the database has schema {newer}, and this release knows")
        for arguments in (["migrate"], ["report"], ["status"]):
            done = await anyio.to_thread.run_sync(shell, *arguments)
            assert done.exit_code == 0, (arguments, done.output)
            assert "run: adpulse migrate" not in done.output
        assert (await catalogue.active(connection)).name == "rollup"
    finally:
        await connection.close()


def test_the_version_is_said(shell: Shell) -> None:
    """`--version` needs no command and no database: the package's, the newest schema, the revision of a checkout."""
    shell.set(database_url="postgresql://nowhere.invalid/x")
    done = shell("--version")
    assert done.exit_code == 0
    schema = migrations.latest_version()
    assert re.fullmatch(rf"adpulse [0-9.]+(, revision [0-9a-f]{{7,}}(-dirty)?)?, schema {schema}\n", done.stdout)


async def test_an_unknown_setting_is_named(shell: Shell, url: str) -> None:
    """A typing error in the environment does not pass in silence, and does not stop the command."""
    shell.set(database_url=url, max_evnets="5")
    done = await anyio.to_thread.run_sync(shell, "variants")
    assert done.exit_code == 0
    assert "there is no setting ADPULSE_MAX_EVNETS" in done.stderr
