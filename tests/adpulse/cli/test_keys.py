"""`adpulse keys`: secrets are shown once, and errors are one line."""

import json
import re

import anyio
import pytest
from typer.testing import Result

from adpulse.auth import key_store, keys
from adpulse.cli import keys as cli_keys
from adpulse.database import connections
from tests.adpulse.cli.conftest import Shell
from tests.servers import NewDatabase


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
    heading, row = (
        [cell.strip() for cell in line[1:-1].split(line[0])]
        for line in table.splitlines()
        if first["key_id"] in line or " made " in line
    )
    assert dict(zip(heading, row, strict=True))["made"] == first["created_at"]
    assert (row[heading.index("public")], row[heading.index("revoked")]) == ("", "")
    assert all(text in table for text in (first["key_id"], "[red]", "write, read", first["created_at"]))
    for secret in (key, key.rsplit("_", 1)[1], second["key"]):
        assert secret not in listed.stdout + table
    assert (await keys("revoke", first["key_id"])).exit_code == 0
    again = await keys("revoke", first["key_id"])
    assert (again.exit_code, again.stderr) == (1, "adpulse: there is no key with this id in use\n")
    assert json.loads((await keys("list", "--json")).stdout)[0]["revoked_at"]


async def test_a_table_of_many_keys_is_cut_off(shell: Shell, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Revoked keys are left out first, and the rest is said."""
    shell.set(database_url=url)
    monkeypatch.setattr(cli_keys, "MOST_ROWS", 2)
    connection = await connections.connect(url)
    made = [keys.make(f"key {number}", ["read"], None, None, None)[1] for number in range(4)]
    for key in made:
        await key_store.add(connection, key)
    await key_store.revoke(connection, made[0].key_id)
    await connection.close()
    listed = await anyio.to_thread.run_sync(shell, "keys", "list")
    assert [key.key_id in listed.stdout for key in made] == [False, True, True, False]
    assert listed.stderr == "2 more keys, revoked ones last; --json lists all\n"


@pytest.mark.parametrize("kind", [("--scope", "read"), ("--public",)])
async def test_a_key_can_be_made_where_there_is_no_database(shell: Shell, url: str, kind: tuple[str, ...]) -> None:
    """The command that stores it elsewhere holds no secret; a second run is refused."""
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
