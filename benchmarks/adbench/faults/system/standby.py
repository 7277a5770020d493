"""A streaming replica of a server of ours."""

import shutil
from pathlib import Path

from adpulse.database.embedded import Cluster


class Standby(Cluster):
    """A streaming replica of `primary`, made by pg_basebackup."""

    def __init__(self, primary: Cluster, directory: Path, binaries: Path | None, **settings: str) -> None:
        super().__init__(directory, binaries, **settings)
        self._primary = primary

    def _initialise(self) -> None:
        new = self.directory / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self.programs.own(new)
        socket = self._primary.url().partition("?host=")[2]
        source = f"host={socket} user=postgres"
        self.programs.run(
            "pg_basebackup", "-d", source, "-D", str(new), "-R", "-X", "stream", "--checkpoint=fast", "--no-sync"
        )
        (new / ".s.PGSQL.5432.lock").unlink(missing_ok=True)  # the primary's socket lies in its data directory
        new.rename(self.data)
