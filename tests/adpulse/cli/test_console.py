"""Text from events is shown by the console, and never obeyed."""

import io

import pytest
from rich.table import Table

from adpulse.cli.console import Terminal
from tests.adpulse.test_terminal import NASTY


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
