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
import threading
from importlib import import_module
from types import FrameType

INTERRUPTED = 128 + signal.SIGINT


def start(name: str, module: str) -> None:
    """Import a module, which takes a second or two, and run its command line `app`.

    Exit with status 1 and a line when the system refuses a file, such as for a full disk.
    """
    unwind_on_sigterm()
    _use_utf8()
    try:
        try:
            import_module(module).app()
        except KeyboardInterrupt:  # before the commands run, which turn it into this status
            sys.exit(INTERRUPTED)
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except SystemExit as ended:
        if ended.code == INTERRUPTED and _terminated.is_set():
            sys.exit(128 + signal.SIGTERM)
        raise
    except OSError as error:
        if sys.stdout is not None:
            # Otherwise Python would try to write the rest of the buffer when it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno != errno.EPIPE:  # the reader has closed the pipe
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
        if stream is not None:  # a closed one is None
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # of what PYTHONIOENCODING lacks


def unwind_on_sigterm() -> None:
    """Let SIGTERM do what Ctrl-C does: end the block that runs, or its tasks, so that each stops what it has started.

    An exception from a signal handler would break off a running event loop, and its transports, at any place: there,
    asyncio's way for Ctrl-C is used. An ignored Ctrl-C, as in the background of a script, stays without effect.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        signal.signal(signal.SIGINT, signal.default_int_handler)  # for asyncio, which adds to no other
    signal.signal(signal.SIGTERM, _interrupt)


_terminated = threading.Event()


def _interrupt(number: int, frame: FrameType | None) -> None:
    _terminated.set()
    as_ctrl_c = signal.getsignal(signal.SIGINT)
    if callable(as_ctrl_c):
        as_ctrl_c(number, frame)
