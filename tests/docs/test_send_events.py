"""The snippets of docs/how-to/send-events.md, as they are on the page, against a service on a bad day."""

import asyncio
import json
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from adpulse.database.connections import Connection
from adpulse.settings import Settings
from adpulse.web.app import create_app
from tests.adpulse.auth.conftest import NewKey, new_key
from tests.docs.pages import FENCE, ROOT
from tests.patience import PATIENCE_S, until
from tests.services import listening

__all__ = ["new_key"]  # a fixture

PAGE = ROOT / "docs" / "how-to" / "send-events.md"
SNIPPETS = [(kind, text) for kind, text in FENCE.findall(PAGE.read_text())]


def snippet(kind: str, words: str = "") -> str:
    """Return the only snippet of that language that holds the words."""
    (found,) = [text for each, text in SNIPPETS if each == kind and words in text]
    return found


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"there is no {program} here")


@dataclass
class Unlucky:
    """A service that, for each Idempotency-Key, loses its first reply and refuses the second request."""

    app: ASGIApp
    attempts: Counter[bytes] = field(default_factory=Counter)
    refused_at: float = 0.0
    waited_s: float = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = dict(scope.get("headers", ())).get(b"idempotency-key")
        if key is not None:
            self.attempts[key] += 1
            if self.attempts[key] == 1:

                async def nowhere(message: object) -> None: ...

                await self.app(scope, receive, nowhere)
                await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"99")]})
                await send({"type": "http.response.body", "body": b'{"acc', "more_body": True})
                raise ConnectionError("the reply is cut off")
            if self.attempts[key] == 2:
                self.refused_at = time.monotonic()
                headers = [(b"retry-after", b"1"), (b"content-length", b"0")]
                await send({"type": "http.response.start", "status": 503, "headers": headers})
                return await send({"type": "http.response.body"})
            self.waited_s = time.monotonic() - self.refused_at
        await self.app(scope, receive, send)


Run = Callable[..., Awaitable[str]]


@pytest.fixture
async def service(url: str, new_key: NewKey, tmp_path: Path) -> AsyncIterator[tuple[Unlucky, Run]]:
    """Yield an unlucky service with a key, and `await run("node", "send.mjs")` -> what that prints in a folder."""
    key = await new_key("write")
    app = create_app(Settings(database_url=url))
    unlucky = Unlucky(app)
    async with listening(unlucky, timeout_graceful_shutdown=10) as port:
        await until(lambda: app.state.writer.connected and app.state.keyring.known)
        environment = os.environ | {"ADPULSE_URL": f"http://127.0.0.1:{port}", "ADPULSE_KEY": key}

        async def run(*command: str) -> str:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=tmp_path,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            async with asyncio.timeout(PATIENCE_S):
                said, complained = await process.communicate()
            assert process.returncode == 0, complained.decode()
            return said.decode()

        yield unlucky, run


async def stored(connection: Connection) -> int:
    return await connection.fetchval("SELECT count(*) FROM events")


def assert_unlucky(service: Unlucky, waits: bool = True) -> None:
    """Assert that one batch was sent three times, and that the client waited as long as it was told."""
    assert list(service.attempts.values()) == [3]
    assert service.waited_s >= 1 or not waits


@needs("curl")
async def test_curl(service: tuple[Unlucky, Run], connection: Connection, tmp_path: Path) -> None:
    """A batch, and a file that counts once."""
    unlucky, run = service
    assert json.loads(await run("sh", "-c", snippet("sh", "-d '[")))["accepted"] == 2
    event = {"ts": "2025-09-24T06:59:31Z", "campaign_id": "C", "user_id": "U", "event_type": "click"}
    (tmp_path / "events.ndjson").write_text(f"{json.dumps(event)}\n" * 500)
    said = await run("sh", "-c", snippet("sh", "gzip -c"))
    assert json.loads(said[said.rindex("{") :])["duplicates"] == 500, "the first reply was lost, not the events"
    assert_unlucky(unlucky)
    assert await stored(connection) == 502


async def test_python(service: tuple[Unlucky, Run], connection: Connection, tmp_path: Path) -> None:
    """The rejected event is named with its reason, as the page says, and the others are stored once."""
    unlucky, run = service
    (tmp_path / "send.py").write_text(snippet("python"))
    said = (await run(sys.executable, "send.py")).strip()
    assert said == "U7 range must be between 0 and 1000000.0"
    assert f"`{said}`" in PAGE.read_text()
    assert_unlucky(unlucky)
    assert await stored(connection) == 999


@needs("node")
async def test_javascript(service: tuple[Unlucky, Run], connection: Connection, tmp_path: Path) -> None:
    """The same in Node.js."""
    unlucky, run = service
    (tmp_path / "send.mjs").write_text(snippet("javascript"))
    assert (await run("node", "send.mjs")).strip() == "U2 format"
    assert_unlucky(unlucky)
    assert await stored(connection) == 1


@needs("javac")
async def test_java(service: tuple[Unlucky, Run], connection: Connection, tmp_path: Path) -> None:
    """The same in Java."""
    unlucky, run = service
    (tmp_path / "Send.java").write_text(snippet("java"))
    status, _, answer = (await run("java", "Send.java")).partition(" ")
    assert (status, json.loads(answer)["duplicates"]) == ("200", 2)
    assert_unlucky(unlucky)
    assert await stored(connection) == 2


def test_no_language_is_left_out() -> None:
    """Every snippet of a program is run above; of what is not run, the page says so."""
    programs = [kind for kind, text in SNIPPETS if kind not in ("toml", "ini", "html") and "export " not in text]
    assert sorted(programs) == ["java", "javascript", "python", "sh", "sh", "sh"]  # one of sh makes a key
    said = " ".join(PAGE.read_text().split())
    assert "Vector and Fluent Bit were written from their documentation and were not run" in said
