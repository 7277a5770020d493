"""Text from events is shown on a terminal and in a log, and never obeyed."""

import ast
import logging
import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.terminal import LogFormatter, counted, one_line, shown

NASTY = "\x1b[2J\x1b[31mX\x07\x9b1m\u202eY\r\x00"
ROOT = Path(__file__).parents[2]
# The code that says something to people; in the tables and pictures of the lab's other packages no count is 1.
SPEAKING = (
    "service/adpulse",
    "benchmarks/adbench/checks",
    "benchmarks/adbench/commands",
    "benchmarks/adbench/faults",
    "benchmarks/adbench/gate",
    "infra",
    ".ci",
)
NOUNS = (
    "batch|bucket|byte|campaign|cell|character|column|connection|day|delta|duplicate|event|file|group|hour|key|level|line|"
    "minute|parameter|partition|record|report|request|row|second|value|worker"
)
obeyed = st.text(st.characters(categories=["Cc", "Cf", "L"]))


@given(obeyed)
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    """No control character but line feed and tab; and text without any is as it was."""
    assert not [each for each in shown(text) if unicodedata.category(each) == "Cc" and each not in "\n\t"]
    assert shown("Grüße 😀 \n\t") == "Grüße 😀 \n\t"
    assert len(one_line(text).splitlines()) <= 1


def test_a_message_cannot_forge_a_line_of_the_log() -> None:
    """It stays one line; a traceback keeps its lines, without what a terminal obeys."""
    try:
        raise ValueError(NASTY)
    except ValueError as error:
        record = logging.LogRecord(
            "x", 30, "f", 1, "%s\n2026 INFO fine", (NASTY,), (ValueError, error, error.__traceback__)
        )
    message, traceback = LogFormatter().format(record).split("\n", 1)
    assert "fine" in message
    assert "Traceback" in traceback
    assert "\x1b" not in message + traceback


@pytest.mark.parametrize(
    ("number", "noun", "text"), [(0, "day", "0 days"), (1, "more key", "1 more key"), (2_000, "event", "2,000 events")]
)
def test_a_noun_agrees_with_its_number(number: int, noun: str, text: str) -> None:
    """One of a thing has no plural, none and many have."""
    assert counted(number, noun) == text


BY_HAND = re.compile(rf" (?:(?!(?:and|FROM|has|holds|whose|the|is|for|accepts) )\w+ )*?(?:{NOUNS})e?s\b(?!/s)")


def plurals_by_hand(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and noun of every f-string that puts a plural behind a count."""
    likely = re.search(rf"\}}{BY_HAND.pattern}", source)
    for node in ast.walk(ast.parse(source)) if likely else ():
        for value, text in pairwise(node.values if isinstance(node, ast.JoinedStr) else ()):
            if not isinstance(value, ast.FormattedValue) or not isinstance(text, ast.Constant):
                continue
            # A constant is never 1, and in a column the heading says what is counted.
            constant = re.fullmatch(r"[A-Z_]+", ast.unparse(value.value))
            aligned = value.format_spec is not None and ast.unparse(value.format_spec) != "f','"
            if (noun := BY_HAND.match(str(text.value))) and not constant and not aligned:
                yield text.lineno, noun[0]


def test_every_count_has_its_noun_from_one_place() -> None:
    """No text for people puts a plural behind a number by itself: it would say "1 events"."""
    assert list(plurals_by_hand('f"{count} bad events were"')) == [(1, " bad events")]
    paths = [path for folder in SPEAKING for path in (ROOT / folder).rglob("*.py")]
    assert len(paths) > 100
    assert [(path.name, *found) for path in paths for found in plurals_by_hand(path.read_text())] == []
