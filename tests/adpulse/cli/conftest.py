"""A shell for the tests of commands, and the report of three events."""

import asyncio
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner, Result

from adpulse.cli import console, main, report
from adpulse.cli.console import Terminal
from tests.services import Client


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


EVENT = {"ts": "2025-09-24T06:59:31Z", "campaign_id": "C", "user_id": "U", "event_type": "impression", "cost": 1234.5}
DAY = ("--start", "2025-09-24", "--end", "2025-09-25")


async def run(url: str, *arguments: str) -> Result:
    """Run the command in a thread of its own: it brings its own event loop."""
    runner = CliRunner(env={"ADPULSE_DATABASE_URL": url, "ADPULSE_LOG_LEVEL": "error"})
    return await asyncio.to_thread(runner.invoke, main.app, ["report", *arguments])


@pytest.fixture
async def filled(client: Client, url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Store three events; return the database's URL."""
    events = [EVENT, EVENT | {"ts": "2025-09-24T08:00:00Z", "event_type": "click"}, EVENT | {"campaign_id": "D"}]
    assert (await client.post("/events", json={"events": events})).status_code == 200
    monkeypatch.setattr(report, "out", Terminal(width=60))
    return url
