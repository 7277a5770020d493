"""Around every command: its text is UTF-8 under every locale, output that cannot be written is one line, and a signal
unwinds it.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_PRINTS = r"""
import locale, sys
from types import SimpleNamespace
from adpulse.cli.entry import start
printed = lambda: print(locale.getpreferredencoding(False), "\u20ac \U0001f600")
sys.modules["commands"] = SimpleNamespace(app=printed)
start("adpulse", "commands")
"""


def run(program: str, environment: dict[str, str] | None = None, **streams: Any) -> subprocess.CompletedProcess[bytes]:
    streams = {"stdout": subprocess.PIPE, **streams}
    return subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **(environment or {})}, stderr=subprocess.PIPE, **streams
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_one_line() -> None:
    """Whenever it is noticed, also when only the end of the command writes what it has printed."""
    with Path("/dev/full").open("wb") as full:
        done = run(_PRINTS, stdout=full)
    assert done.returncode == 1
    assert done.stderr.decode().splitlines() == ["adpulse: [Errno 28] No space left on device"]


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    """A reader such as `| head -1` changes the exit status, and prints no line."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = run(_PRINTS, stdout=writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},  # as a locale with Latin-1
        {"LC_ALL": "C.UTF-8"},
    ],
    ids=str,
)
def test_files_and_output_are_utf8_under_every_locale(environment: dict[str, str]) -> None:
    """SQL, mappings and results hold more than ASCII."""
    done = run(_PRINTS, environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().lower() == "utf-8 € 😀\n"


def test_characters_that_an_encoding_lacks_are_escaped() -> None:
    """Characters that the encoding of the output lacks are escaped."""
    done = run(_PRINTS, {"PYTHONIOENCODING": "latin-1"})
    assert done.stdout.decode("latin-1").split(" ", 1)[1] == "\\u20ac \\U0001f600\n"


_WAITS = """
import asyncio, contextlib, time

@contextlib.contextmanager
def begun():
    try:
        print("begun", flush=True)
        yield
    finally:
        print("unwound", flush=True)

def sleep():
    with begun():
        while True:  # a signal that comes just before a sleep does not end it, but is noticed after it
            time.sleep(0.1)

async def query():
    with begun():
        await asyncio.sleep(600)

async def both():
    async with asyncio.TaskGroup() as group:
        group.create_task(query())

app = {"command": sleep, "tasks": lambda: asyncio.run(both())}.get(STAGE)
if STAGE == "import":
    sleep()
import typer
run, app = app, typer.Typer()
app.command()(lambda: run())
"""


@pytest.mark.parametrize("stage", ["import", "command", "tasks"])
@pytest.mark.parametrize(
    ("number", "ignored", "status"),
    [(signal.SIGINT, False, 130), (signal.SIGTERM, False, 143), (signal.SIGTERM, True, 143)],
    ids=["Ctrl-C", "SIGTERM", "SIGTERM in the background of a script"],
)
def test_a_signal_unwinds(tmp_path: Path, stage: str, number: int, ignored: bool, status: int) -> None:
    """A command ends what it has begun, at every stage, without a traceback; a Ctrl-C that is ignored stays so."""
    (tmp_path / "commands.py").write_text(f"STAGE = {stage!r}\n{_WAITS}")
    handler = "signal.SIG_IGN" if ignored else "signal.default_int_handler"
    program = f"import signal, sys; signal.signal(signal.SIGINT, {handler}); sys.path.insert(0, {str(tmp_path)!r})\n"
    program += "from adpulse.cli.entry import start; start('adpulse', 'commands')"
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", program], **pipes) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        if ignored:
            process.send_signal(signal.SIGINT)
        process.send_signal(number)
        assert process.communicate() == ("unwound\n", "")
    assert process.returncode == status
