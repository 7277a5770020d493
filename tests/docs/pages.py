"""The pages of documentation, and the commands that exist: what the tests of the documentation share."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from typer.main import get_command

from adbench import cli as bench_cli
from adpulse.cli import main

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(part for each in ("docs", "sql", "benchmarks") for part in (ROOT / each).rglob("*.md"))]
PROGRAMS = {"adpulse": get_command(main.app), "adbench": get_command(bench_cli.app)}
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def _makefile() -> tuple[set[str], set[str]]:
    """Return the make targets, and the variables that can be given."""
    text = (ROOT / "Makefile").read_text()
    return set(re.findall(r"^([a-z]+):", text, re.MULTILINE)), set(re.findall(r"^([A-Z]+) +\?=", text, re.MULTILINE))


def unknown_command(words: list[str], *, group: bool = False) -> list[str]:
    """Return what is unknown in a command of ours or of make; with `group`, a group of commands may be named alone."""
    if words[0] == "make":
        targets, variables = _makefile()
        given = [word.partition("=") for word in words[1:]]
        return [name for name, sign, _ in given if name not in (variables if sign else targets)]
    options = {word.partition("=")[0] for word in words if word.startswith("--")} - {"--help"}
    command, known = PROGRAMS[words[0]], set()
    for before, word in pairwise(words):
        known |= {option for each in command.params for option in each.opts}  # a group's own options come first
        subcommands = getattr(command, "commands", {})
        if subcommands and not word.startswith("-") and not (before.startswith("-") and before in known):
            if word not in subcommands:
                return [word]
            command = subcommands[word]
    known |= {option for each in command.params for option in each.opts}
    alone = hasattr(command, "commands") and words[-1] != "--help" and not group
    return sorted(options - known) + ([" ".join(words)] if alone else [])
