"""The frame of every command: text is UTF-8, and output that cannot be written is one line."""

import codecs
import contextlib
import errno
import locale
import os
import sys
from collections.abc import Callable


def start(name: str, command: Callable[[], object]) -> None:
    """Run a command line. Exit with status 1 and a line when the system refuses a file, such as for a full disk."""
    _use_utf8()
    try:
        try:
            command()
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except OSError as error:
        if sys.stdout is not None:
            # Or Python would try at its end to write what is left in the buffer.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno != errno.EPIPE:  # a reader that has seen enough
            with contextlib.suppress(OSError):
                print(f"{name}: {error}", file=sys.stderr)
        sys.exit(1)


def _use_utf8() -> None:
    """Start again in UTF-8 mode under another locale: files of the package, mappings and results are UTF-8."""
    if not sys.flags.utf8_mode and codecs.lookup(locale.getencoding()).name != "utf-8":
        os.environ["PYTHONUTF8"] = "1"  # for the processes that a command starts, too
        program = [sys.executable, *sys.orig_argv[1:]]
        os.execv(program[0], program)  # noqa: S606  # this program, as it was called
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # it is closed
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # of what PYTHONIOENCODING lacks
