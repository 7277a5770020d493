"""Text for people: on a terminal and in a log, text from events is shown, and never obeyed."""

import logging
import sys

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

# Control characters as Unicode's pictures of them, ESC as ␛; those of C1, and those that change the direction of
# reading, as the sign for a character that cannot be shown. Line feed and tab stay.
_SHOWN = (
    {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"}
    | {0x7F: 0x2421}
    | dict.fromkeys([*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x61C], 0xFFFD)
)
_IN_ONE_LINE = _SHOWN | {ord("\n"): 0x240A}


def shown(text: str) -> str:
    """Return `text` with a picture in place of every character that a terminal obeys; line feed and tab stay."""
    return text.translate(_SHOWN)


def one_line(text: str) -> str:
    """Return what `shown` does, with line feeds as pictures, too, so that no text can forge another line."""
    return text.translate(_IN_ONE_LINE)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, such as "1 event" or "2,000 events"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


class LogFormatter(logging.Formatter):
    """The lines of our logs. A message is one line, so that it cannot forge another; a traceback has many."""

    def __init__(self) -> None:
        super().__init__(FORMAT)

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line without its traceback."""
        return one_line(super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the traceback if there is one."""
        return shown(super().format(record))


def write(text: str) -> None:
    """Write to standard output: as it is into a file or a pipe, shown on a terminal."""
    print(shown(text) if sys.stdout.isatty() else text)
