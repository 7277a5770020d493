"""`adpulse verify` and `adpulse rebuild`: wrong roll-ups are found, named and mended."""

import json

import anyio

from adpulse.database import connections
from tests.adpulse.cli.conftest import Shell


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
