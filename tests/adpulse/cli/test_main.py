"""All commands: help, exit statuses, and one clear line for what a user can mend."""

import re
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from adpulse.cli import main
from adpulse.database import migrations
from tests.adpulse.cli.conftest import Shell

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
