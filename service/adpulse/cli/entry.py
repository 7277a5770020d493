"""The frame of every command.

Text is UTF-8. Output that cannot be written is one line. A signal unwinds all that has been begun.
"""

import codecs
import contextlib
import errno
import locale
import os
import signal
import sys
from importlib import import_module
from typing import NoReturn


def start(name: str, module: str) -> None:
    """Run the command line that is `app` in a module; it is imported here, which takes a second or two.

    Exit with status 1 and a line when the system refuses a file, such as for a full disk.
    """
    leave_on_signals()
    _use_utf8()
    try:
        try:
            import_module(module).app()
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


def leave_on_signals(status: int | None = None) -> None:
    """Let Ctrl-C and SIGTERM unwind the program with this exit status; by default, 128 and the number of the signal.

    So each block that has started something, such as the embedded PostgreSQL, stops it. A signal that is ignored, as
    Ctrl-C is in the background of a script, stays so.
    """

    def leave(number: int, frame: object) -> NoReturn:
        raise SystemExit(128 + number if status is None else status)

    for each in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(each) is not signal.SIG_IGN:
            signal.signal(each, leave)
