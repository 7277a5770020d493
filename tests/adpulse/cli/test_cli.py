"""The commands: help, JSON for programs, exit codes, and one clear line for what a user can mend."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from typer.testing import CliRunner, Result

from adpulse.auth import key_store, keys
from adpulse.cli import console, main, serve
from adpulse.database import connections, migrations
from adpulse.database.embedded import Cluster
from adpulse.settings import Settings
from adpulse.variants import catalogue
from adpulse.web import server
from tests.conftest import NewDatabase

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


class Shell:
    """Runs commands in this process, on the database and with the settings of the environment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def set(self, **variables: str) -> None:
        for name, value in variables.items():
            self._monkeypatch.setenv(f"ADPULSE_{name.upper()}", value)

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(main.app, arguments)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    # As wide as no table needs, so that no cell is wrapped.
    monkeypatch.setattr(console.out, "_width", 200)
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
    """The commands are those of this list, no more and no fewer, each with a description."""
    assert {(info.name or info.callback.__name__) for info in main.app.registered_commands} == set(COMMANDS)
    assert all(info.callback.__doc__ for info in main.app.registered_commands)


async def test_migrate_keeps_every_event(shell: Shell, url: str) -> None:
    """`migrate --variant` rebuilds in another design and back; names and folders are both understood."""
    shell.set(database_url=url)
    connection = await connections.connect(url)
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
        assert f"schema version {migrations.latest_version()}, variant {active}" in done.output
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
    connection = await connections.connect(url)
    await connection.execute(
        "INSERT INTO events (ts, campaign_id, user_id, event_type) VALUES ('2025-09-24 06:59Z', 'C', 'U', 'click')"
    )
    await connection.execute("SET adpulse.moves = 'to days'")
    await connection.execute("DELETE FROM rollup_delta")
    await connection.close()
    done = await anyio.to_thread.run_sync(shell, "verify")
    assert done.exit_code == 1
    assert "wrong:" in done.stdout
    assert "accuracy 100" not in done.stdout
    done = await anyio.to_thread.run_sync(shell, "rebuild", "--from", "2025-09-25")
    assert (done.exit_code, done.stdout) == (0, "0 days made anew\n")
    assert (await anyio.to_thread.run_sync(shell, "verify")).exit_code == 1
    done = await anyio.to_thread.run_sync(shell, "rebuild", "--from", "2025-09-24", "--to", "2025-09-24", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"days": 1, "left_out": []})
    assert (await anyio.to_thread.run_sync(shell, "verify")).exit_code == 0


async def test_verify_does_not_praise_an_empty_database(shell: Shell, url: str) -> None:
    """Verify says, with a status of its own, that an empty database has nothing to compare."""
    shell.set(database_url=url)
    done = await anyio.to_thread.run_sync(shell, "verify")
    assert done.exit_code == 3
    assert "nothing to compare" in done.stdout
    assert "100" not in done.stdout
    done = await anyio.to_thread.run_sync(shell, "verify", "--json")
    assert done.exit_code == 3
    assert json.loads(done.stdout) == {"cells": 0, "wrong": 0, "accuracy": None, "left_out": []}


async def test_variants_are_listed_for_programs(shell: Shell, url: str) -> None:
    """`variants --json` has the promised keys, one entry a folder; a variant that cannot be had has a reason."""
    shell.set(database_url=url)
    done = await anyio.to_thread.run_sync(shell, "variants", "--json")
    assert done.exit_code == 0
    listing = json.loads(done.stdout)
    assert [entry["name"] for entry in listing] == [variant.name for variant in catalogue.load_all()]
    for entry in listing:
        assert set(entry) == {"name", "folder", "summary", "requires", "available", "reason", "active"}
        assert entry["available"] is (entry["reason"] is None)
    assert [entry["name"] for entry in listing if entry["active"]] == ["rollup"]
    table = (await anyio.to_thread.run_sync(shell, "variants")).stdout
    assert all(entry["name"] in table for entry in listing)
    assert [line.split()[1] for line in table.splitlines() if "in force" in line] == ["rollup"]


@pytest.mark.parametrize(
    ("arguments", "variables", "code", "message"),
    [
        (["verify"], {"database_url": "postgresql://127.0.0.1:1/x"}, 1, "adpulse: cannot use the database: "),
        (["verify"], {"port": "many"}, 2, "adpulse: ADPULSE_PORT: "),
        (["verify"], {"postgres_bin": "/nowhere"}, 1, "adpulse: there is no pg_ctl in /nowhere"),
        (["serve"], {}, 2, "adpulse: ADPULSE_DATABASE_URL is not set"),
        (["report", "--start", "soon"], {}, 2, "adpulse: start is not a time"),
        (["rebuild", "--to", "soon"], {}, 2, "adpulse: --to is not a date"),
        (["rebuild", "--from", "2025-09-24", "--to", "2025-09-23"], {}, 2, "adpulse: --from is after --to"),
    ],
    ids=["database away", "bad setting", "no binaries", "nothing to serve", "bad question", "bad date", "no day"],
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


def test_the_version_is_said(shell: Shell) -> None:
    """`--version` needs no command and no database: the package's, the newest schema, the revision of a checkout."""
    shell.set(database_url="postgresql://nowhere.invalid/x")
    done = shell("--version")
    assert done.exit_code == 0
    schema = migrations.latest_version()
    assert re.fullmatch(rf"adpulse [0-9.]+(, revision [0-9a-f]{{7,}}(-dirty)?)?, schema {schema}\n", done.stdout)


@pytest.mark.parametrize(
    ("host", "url", "said"),
    [
        (
            "127.0.0.1",
            None,
            ["the data lies in {own}", "what is happening: http://localhost:1234; the API: http://localhost:1234/docs"],
        ),
        (
            "::",
            None,
            ["the data lies in {own}", "what is happening: http://localhost:1234; the API: http://localhost:1234/docs"],
        ),
        (
            "10.0.0.7",
            "postgresql://me:secret@db.example/ads?sslmode=require&password=secret",
            [
                "the data lies in the database ads on db.example",
                "what is happening: http://10.0.0.7:1234; the API: http://10.0.0.7:1234/docs",
            ],
        ),
    ],
)
def test_up_says_where_to_look(
    host: str, url: str | None, said: list[str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The address of the page and of the contract, and where the data lies; nothing of a login."""
    settings = Settings(host=host, port=1234, database_url=url, data_dir=tmp_path)
    own = None if url else Cluster(tmp_path)
    with caplog.at_level("INFO", logger=serve.__name__):
        serve._say_where(settings, own)
    assert caplog.messages == [line.format(own=tmp_path.resolve() / "data") for line in said]


async def test_an_unknown_setting_is_named(shell: Shell, url: str) -> None:
    """A typing error in the environment does not pass in silence, and does not stop the command."""
    shell.set(database_url=url, max_evnets="5")
    done = await anyio.to_thread.run_sync(shell, "variants")
    assert done.exit_code == 0
    assert "there is no setting ADPULSE_MAX_EVNETS" in done.stderr


# ── Keys ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_key_is_made_listed_and_revoked(shell: Shell, url: str) -> None:
    """The key alone is on stdout, once; the list has all but its secret; what is revoked stays listed, and revoked."""
    shell.set(database_url=url)

    async def keys(*arguments: str) -> Result:
        return await anyio.to_thread.run_sync(shell, "keys", *arguments)

    made = await keys("new", "shop", "--scope", "write", "--scope", "read", "--campaign", "C", "--events-per-s", "50")
    assert made.exit_code == 0, made.output
    key = made.stdout.strip()
    assert re.fullmatch("adp_wr_[0-9a-f]{12}_[0-9a-f]{64}", key)
    assert key not in made.stderr
    second = json.loads((await keys("new", "[red]", "--scope", "metrics", "--json")).stdout)
    assert second["key"].startswith(f"adp_m_{second['key_id']}_")
    listed = await keys("list", "--json")
    [first, other] = json.loads(listed.stdout)
    assert (first["name"], first["scopes"], first["campaigns"]) == ("shop", ["write", "read"], ["C"])
    assert (first["events_per_s"], first["requests_per_s"], first["revoked_at"]) == (50, None, None)
    assert other["key_id"] == second["key_id"]
    page = json.loads((await keys("new", "page", "--public", "--campaign", "C", "--json")).stdout)
    assert page["key"].startswith(f"adp_p_{page['key_id']}_")
    assert (page["scopes"], page["events_per_s"], page["requests_per_s"], page["public"]) == (["write"], 100, 100, True)
    table = (await keys("list")).stdout
    assert all(text in table for text in (first["key_id"], "[red]", "write, read", first["created_at"]))
    for secret in (key, key.rsplit("_", 1)[1], second["key"]):
        assert secret not in listed.stdout + table
    assert (await keys("revoke", first["key_id"])).exit_code == 0
    again = await keys("revoke", first["key_id"])
    assert (again.exit_code, again.stderr) == (1, "adpulse: there is no key with this id in use\n")
    assert json.loads((await keys("list", "--json")).stdout)[0]["revoked_at"]


@pytest.mark.parametrize("kind", [("--scope", "read"), ("--public",)])
async def test_a_key_can_be_made_where_there_is_no_database(shell: Shell, url: str, kind: tuple[str, ...]) -> None:
    """What stores it elsewhere holds no secret; twice is refused."""
    shell.set(database_url="postgresql://127.0.0.1:1/none")
    bounds = ("--campaign", "it's C", "--requests-per-s", "0.5")
    made = json.loads(shell("keys", "new", "a b", *kind, *bounds, "--offline", "--json").stdout)
    secret = made["key"].rsplit("_", 1)[1]
    assert secret not in " ".join(made["command"])
    shell.set(database_url=url)
    stored = await anyio.to_thread.run_sync(shell, *made["command"])
    assert stored.exit_code == 0, stored.output
    assert stored.stdout == ""
    connection = await connections.connect(url)
    [entry] = await key_store.entries(connection)
    await connection.close()
    assert entry.key.sha256 == keys.digest(made["key"].encode())
    assert entry.key.described() == {name: made[name] for name in entry.key.described()}
    twice = await anyio.to_thread.run_sync(shell, *made["command"])
    assert (twice.exit_code, twice.stderr) == (1, "adpulse: there is a key with this id already\n")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["new", "n", "--scope", "admin"], 2, "a key has one or more of the scopes"),
        (["new", "n", "--scope", "read", "--stored", "x"], 2, "--stored takes ID:SHA256"),
        (["new", "n"], 2, "a key has one or more of the scopes"),
        (["new", "n", "--public"], 2, "a public key has the scope write and no other, and one or more campaigns"),
        (["new", "n", "--public", "--scope", "read", "--campaign", "C"], 2, "a public key has the scope write"),
        (["list"], 1, "cannot use the database"),
        (["revoke", "x"], 1, "cannot use the database"),
    ],
)
def test_wrong_keys_are_one_line(shell: Shell, arguments: list[str], code: int, message: str) -> None:
    """Wrong keys are one line, as for every command."""
    shell.set(database_url="postgresql://127.0.0.1:1/none")
    done = shell("keys", *arguments)
    assert done.exit_code == code
    assert done.stderr.startswith(f"adpulse: {message}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["new", "list", "revoke"])
def test_every_command_for_keys_explains_itself(shell: Shell, command: str) -> None:
    """Every command for keys has a description of itself and of its options."""
    done = shell("keys", command, "--help")
    assert done.exit_code == 0
    assert "Usage:" in done.output


async def test_a_database_without_a_table_for_keys_says_so(shell: Shell, new_database: NewDatabase) -> None:
    """A database without a table for keys says so, and what to run."""
    shell.set(database_url=await new_database(None))
    done = await anyio.to_thread.run_sync(shell, "keys", "list")
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "run: adpulse migrate" in done.stderr


@pytest.mark.parametrize(
    ("host", "options", "made", "starts"),
    [
        ("127.0.0.1", (), False, True),
        ("0.0.0.0", (), False, False),
        ("0.0.0.0", ("--insecure",), False, True),
        ("0.0.0.0", (), True, True),
    ],
)
async def test_a_network_address_needs_a_key(
    shell: Shell,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    options: tuple[str, ...],
    made: bool,
    starts: bool,
) -> None:
    """`serve` refuses to start there without a key, and says what to do; a revoked one counts: it lets nobody in."""
    served: list[Settings] = []
    monkeypatch.setattr(server, "serve", served.append)
    monkeypatch.setattr(serve, "_exit_on_sigterm", lambda: None)
    for name in ("ADPULSE_HOST", "ADPULSE_PORT", "ADPULSE_INSECURE"):
        monkeypatch.setenv(name, "")  # what the command sets is gone after the test
    shell.set(database_url=url)
    if made:
        connection = await connections.connect(url)
        key = keys.make("n", ["write"], None, None, None)[1]
        await key_store.add(connection, key)
        await key_store.revoke(connection, key.key_id)
        await connection.close()
    done = await anyio.to_thread.run_sync(shell, "serve", "--host", host, "--port", "0", *options)
    assert done.exit_code == (0 if starts else 1), done.output
    assert bool(served) is starts
    if starts:
        assert served[0].insecure is bool(options)
    else:
        assert "make one with `adpulse keys new`" in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_database_that_is_away_keeps_no_service_from_starting(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It lets nobody in until it has read the keys (tests/adpulse/auth/test_keys.py), so it may start."""
    served: list[Settings] = []
    monkeypatch.setattr(server, "serve", served.append)
    monkeypatch.setattr(serve, "_exit_on_sigterm", lambda: None)
    shell.set(database_url="postgresql://127.0.0.1:1/none", host="0.0.0.0", port="0")
    assert shell("serve").exit_code == 0
    assert served
    assert "the keys cannot be read yet" in caplog.text
