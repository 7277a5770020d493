"""What comes from events is shown on a terminal and in a log, never obeyed."""

import io
import logging
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table

from adpulse.cli.console import Terminal
from adpulse.terminal import LogFormatter, one_line, shown

NASTY = "\x1b[2J\x1b[31mX\x07\x9b1m\u202eY\r\x00"
obeyed = st.text(st.characters(categories=["Cc", "Cf", "L"]))


@given(obeyed)
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    """No control character but line feed and tab; and text without any is as it was."""
    assert not [each for each in shown(text) if unicodedata.category(each) == "Cc" and each not in "\n\t"]
    assert shown("Grüße 😀 \n\t") == "Grüße 😀 \n\t"
    assert len(one_line(text).splitlines()) <= 1


@pytest.mark.parametrize("place", ["line", "table", "styled"])
def test_the_console_shows_it(place: str) -> None:
    """The console shows it in lines, in tables and in rich's own colours, which still work."""
    file = io.StringIO()
    console = Terminal(file=file, force_terminal=True, width=120, color_system="truecolor")
    if place == "table":
        table = Table("campaign")
        table.add_row(NASTY)
        console.print(table)
    else:
        console.print(NASTY, style="red" if place == "styled" else None, markup=False, highlight=False)
    printed = file.getvalue()
    assert "\x1b[2J" not in printed
    assert "␛[2J" in printed
    assert not set("\x07\x9b\u202e\r\x00") & set(printed)
    assert ("\x1b[31m" in printed) == (place == "styled")


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
