"""A mistake of a user is one line on the error stream that says what to do, with exit status 2."""

import ast
import errno
import re
import subprocess
import sys
from importlib.metadata import metadata, requires
from pathlib import Path

import asyncpg
import pytest
import typer
from packaging.requirements import Requirement
from rich.console import Console

from adbench.commands.options import failing_clearly, finish
from adbench.experiments.experiment import BusyError, Experiment
from adbench.extras import COMMANDS, EXTRAS
from adbench.records.model import Check
from adpulse.settings import Settings
from tests.adbench.records.test_records import result

LAB = Path(__file__).parents[3] / "benchmarks" / "adbench"


def said(error: BaseException, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(typer.Exit) as ended, failing_clearly():
        raise error
    assert ended.value.exit_code == 2
    text = capsys.readouterr().err
    assert text.startswith("adbench: ")
    assert text.count("\n") == 1
    return text


FULL = [OSError(errno.ENOSPC, "No space left on device"), asyncpg.DiskFullError("could not extend file")]


@pytest.mark.parametrize("error", [*FULL, ExceptionGroup("tasks", [ExceptionGroup("tasks", FULL[1:])])])
def test_a_full_disk(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    """A full disk is one line: of this machine or of the server, also from a task that runs beside others."""
    assert "disk is full" in said(error, capsys)


@pytest.mark.parametrize("package", sorted(EXTRAS))
def test_a_missing_package_names_its_extra(package: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing package names its extra and the command that brings it, to a checkout as to an installed wheel."""
    text = said(ModuleNotFoundError("No module", name=f"{package}.part"), capsys)
    assert f"pip install 'adpulse[{EXTRAS[package]}]'" in text
    assert f'extra == "{EXTRAS[package]}"' in str(requires("adpulse")).replace("'", '"')


def test_a_module_of_ours_that_is_missing_is_our_fault() -> None:
    """A missing module of ours is a traceback, because no user can mend it."""
    with pytest.raises(ModuleNotFoundError), failing_clearly():
        raise ModuleNotFoundError("No module", name="adbench.nothing")


@pytest.mark.parametrize("package", ["numpy", "simpy"])
def test_the_command_itself_without_a_package(package: str) -> None:
    """A package that is needed before any command runs is named with the extra that the command needs."""
    program = f"import sys; sys.modules['{package}'] = None; import adbench.cli"
    for words, extra in (
        (["demo"], "bench"),
        ([], "bench"),
        *((["--target", "x", name], COMMANDS[name]) for name in COMMANDS),
    ):
        done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True)
        assert done.returncode == 2
        install = f"it comes with the extra `{extra}`: pip install 'adpulse[{extra}]'"
        assert done.stderr == f"adbench: {package} is not installed; {install}\n"


@pytest.mark.parametrize("extra", sorted(set(COMMANDS.values())))
def test_the_extra_of_a_command_brings_all_it_needs(extra: str) -> None:
    """One installation is enough: it includes `bench`, which every command needs."""
    brought: dict[str, set[str]] = {name: set() for name in ("bench", extra)}
    for requirement in map(Requirement, requires("adpulse") or []):
        for name, packages in brought.items():
            if requirement.marker and requirement.marker.evaluate({"extra": name}):
                packages.add(requirement.name)
    assert brought["bench"] < brought[extra]


def test_every_package_of_an_extra_is_known() -> None:
    """Each package that the lab imports, and that a plain installation lacks, has an extra here."""
    plain = {"adbench", "adpulse", "asyncpg", "fastapi", "orjson", "pydantic", "rich", "typer", "uvicorn", "uvloop"}
    plain |= {"pydantic_settings", "httptools", "prometheus_client", "starlette"} | set(sys.stdlib_module_names)
    used = {
        name.split(".")[0]
        for path in LAB.rglob("*.py")
        if not {"faults", "fuzz"} & set(path.parts)  # tools of the developers, with their packages
        for node in ast.walk(ast.parse(path.read_text()))
        for name in (
            [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert used - plain <= set(EXTRAS)


def test_two_runs_at_once(tmp_path: Path) -> None:
    """The second says that there is a first, and which; when that has ended, it may run."""
    settings, console = Settings(data_dir=tmp_path), Console(quiet=True)
    second = Experiment("load-smoke", settings, console)
    with Experiment("demo", settings, console), pytest.raises(BusyError, match=r"process \d+\) works in"), second:
        pass
    with second:
        assert second.scratch == tmp_path / "scratch"


def test_every_text_names_an_extra_that_there_is() -> None:
    """`pip install 'adpulse[…]'` on a page or in a message: the name of the project, and one of its extras."""
    root = LAB.parents[1]
    texts = [*root.glob("*.md"), *(root / "docs").rglob("*.md"), *LAB.parent.glob("*.md")]
    texts += [*(root / "service").rglob("*.py"), *LAB.rglob("*.py")]
    named = {found for path in texts for found in re.findall(r"install '(.+?)\[([\w,-]+)\]'", path.read_text())}
    assert {name for name, _ in named} == {"adpulse"}
    assert {extra for _, extra in named} <= set(metadata("adpulse").get_all("Provides-Extra", []))


def test_a_path_and_a_check_are_printed_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Brackets in a folder's name or a check's detail mean nothing, and a result is not lost behind a traceback."""
    path = tmp_path / "[/red]" / ":smile:" / "result.json"
    found = result().model_copy(update={"checks": [Check(name="accuracy", passed=True, detail="[/red] of [100]")]})
    with pytest.raises(typer.Exit) as ended:
        finish(found, path, lambda _: "a table", json=False)
    assert ended.value.exit_code == 0
    assert capsys.readouterr().out == f"a table\n✓ accuracy: [/red] of [100]\nresults: {path}\n"


def test_an_interrupt_before_the_command_has_begun() -> None:
    """It takes a moment to import everything: Ctrl-C then is no traceback either."""
    program = """
import os, signal, sys
class Interrupt:
    def find_spec(self, name, *_):
        if name == "adbench.commands.gate":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupt())
signal.signal(signal.SIGINT, signal.default_int_handler)  # it may be ignored here
from adbench.__main__ import main
main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130, "")
