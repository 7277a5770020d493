"""Text from events is shown on a terminal and in a log, and never obeyed."""

import logging
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from adpulse.terminal import LogFormatter, one_line, shown

NASTY = "\x1b[2J\x1b[31mX\x07\x9b1m\u202eY\r\x00"
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
