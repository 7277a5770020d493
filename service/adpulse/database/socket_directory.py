"""The directory of the embedded server's socket."""

import hashlib
import os
import re
import socket
import stat
from pathlib import Path

from adpulse.database.errors import EmbeddedError
from adpulse.database.programs import Programs

# A socket's path may have 103 bytes on some systems; its directory goes through a URL and a list with commas.
_FITS = re.compile(r"[A-Za-z0-9/._-]{1,88}", re.ASCII)


class SocketDirectory:
    """The private directory of the socket: the data directory, or one in /tmp where the data's path does not fit."""

    def __init__(self, data: Path, programs: Programs) -> None:
        self._data = data
        self._programs = programs
        self.path = data if _FITS.fullmatch(str(data)) else _in_tmp(data)

    def make(self) -> None:
        """Make the directory, private: a process that can use the socket is the superuser.

        Raises EmbeddedError when there is one that others may use.
        """
        if self.path == self._data:
            return
        try:
            self.path.mkdir(mode=0o700)
            self._programs.own(self.path)
        except FileExistsError:
            found = self.path.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != self._programs.uid or found.st_mode & 0o077:
                raise EmbeddedError(f"{self.path} was not made by this service; remove it") from None

    def remove(self) -> None:
        """Remove the directory of a server that has stopped, unless it is the data directory."""
        if self.path != self._data:
            self.path.rmdir()

    def accept(self) -> bool:
        """Return True if a server listens at the socket or is starting."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1.0)
            try:
                probe.connect(str(self.path / ".s.PGSQL.5432"))
            except (ConnectionRefusedError, FileNotFoundError):
                return False
            except OSError:  # the server is slow to answer
                return True
        return True

    def locks(self) -> list[Path]:
        """Return the lock files of sockets in the directory."""
        return list(self.path.glob(".s.PGSQL.*.lock"))


def _in_tmp(data: Path) -> Path:
    # Do not use tempfile.gettempdir(): it depends on the environment, and every command must find the same socket.
    return Path("/tmp") / f"adpulse-{hashlib.sha256(os.fsencode(data)).hexdigest()[:24]}"  # noqa: S108 — private, see make
