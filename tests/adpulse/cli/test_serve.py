"""`adpulse up` and `adpulse serve`: where a service says it is, and when it refuses to start."""

from pathlib import Path

import anyio
import pytest

from adpulse.auth import key_store, keys
from adpulse.cli import serve
from adpulse.database import connections
from adpulse.database.embedded import Cluster
from adpulse.settings import Settings
from adpulse.web import server
from tests.adpulse.cli.conftest import Shell


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
    monkeypatch.setattr(serve, "unwind_on_sigterm", lambda: None)
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
    """It lets nobody in until it has read the keys (tests/adpulse/auth/test_guard.py), so it may start."""
    served: list[Settings] = []
    monkeypatch.setattr(server, "serve", served.append)
    monkeypatch.setattr(serve, "unwind_on_sigterm", lambda: None)
    shell.set(database_url="postgresql://127.0.0.1:1/none", host="0.0.0.0", port="0")
    assert shell("serve").exit_code == 0
    assert served
    assert "the keys cannot be read yet" in caplog.text
