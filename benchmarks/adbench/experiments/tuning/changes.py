"""The changes that are compared with the default: settings, code of the service, settings and tables of PostgreSQL.

No change makes an acknowledged event less safe: fsync, synchronous_commit and full_page_writes stay on.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from adbench.errors import LabError
from adpulse.settings import PREFIX, Settings

WORKERS = 2


class TuningError(LabError):
    """A change could not be made; the text says which."""


@dataclass(frozen=True, eq=False)
class Change:
    """One thing that differs from the default."""

    name: str
    expected: str
    variables: Mapping[str, str] = field(default_factory=dict)  # of the service's environment
    workers: int = WORKERS
    code: str = ""  # run at the start of every process of the service
    server: Mapping[str, str] = field(default_factory=dict)  # PostgreSQL's settings
    schema: Callable[[str], str] | None = None  # from the variant's up.sql to another

    @property
    def database(self) -> str:
        """Return the name of the database: one for each physical design."""
        return f"adpulse_tuning_{re.sub('[^a-z]+', '_', self.name)}" if self.schema else "adpulse_tuning"

    def check(self) -> None:
        """Raise TuningError unless it would change something: a name that has moved since would compare nothing."""
        if unknown := self.variables.keys() - {f"{PREFIX}{name}".upper() for name in Settings.model_fields}:
            raise TuningError(f"{self.name}: the service has no setting {', '.join(sorted(unknown))} any more")
        if self.code:
            done = subprocess.run([sys.executable, "-c", self.code], capture_output=True, text=True)
            if done.returncode:
                raise TuningError(f"{self.name} cannot be made any more: {done.stderr.strip().splitlines()[-1]}")


def _text_kind(up: str) -> str:
    return up.replace("event_type event_type NOT NULL", "event_type text NOT NULL")


def _contract_order(up: str) -> str:
    """Return the columns of events as the contract lists them, where those of fixed width come first."""
    found = re.search(r"(?<=CREATE TABLE events \(\n)(.*?)(?=\n\) PARTITION)", up, re.DOTALL)
    if found is None:
        return up
    order = ("ts", "campaign_id", "user_id", "event_type", "cost_", "revenue_", "metadata", "event_id")
    lines = [line.strip().rstrip(",") for line in found[0].splitlines() if not line.strip().startswith("--")]
    lines.sort(key=lambda line: next(place for place, name in enumerate(order) if line.startswith(name)))
    return up[: found.start()] + ",\n".join(f"  {line}" for line in lines) + up[found.end() :]


_NO_GC = (
    "import gc; from adpulse.web import worker; assert worker.gc is gc and worker.GC_THRESHOLDS; "
    "gc.freeze = gc.set_threshold = lambda *_: None"
)
_NO_TURNS = "from adpulse.ingest import writer; assert writer.TURNS; writer.TURNS = 0"
_LINGER = (
    "import asyncio; from adpulse.ingest.writer import Writer; assert Writer._gather; "
    "Writer._gather = lambda self: asyncio.sleep(0.002)"
)
_TWO_PIECES = "from adpulse.web.server import Protocol; del Protocol._start_asgi_task"

DEFAULT = Change("default", "")
CHANGES = (
    Change("the same", "nothing: this is the control"),
    Change("1 writer", "larger groups; nobody writes while it commits", {"ADPULSE_WRITERS": "1"}),
    Change("3 writers", "smaller groups", {"ADPULSE_WRITERS": "3"}),
    Change("groups of 1,000", "a commit for each large batch", {"ADPULSE_GROUP_EVENTS": "1000"}),
    Change("groups of 50,000", "fewer commits, if that much ever waits", {"ADPULSE_GROUP_EVENTS": "50000"}),
    Change("1 process", "decoding has one core at most", workers=1),
    Change("3 processes", "more than there are cores", workers=3),
    Change("a linger of 2 ms", "larger groups, and nobody is answered before", code=_LINGER),
    Change("no turns before a group", "smaller groups of single events (decision 0014)", code=_NO_TURNS),
    Change("Python's own collector", "a few per cent slower (decision 0014)", code=_NO_GC),
    Change("answers in two pieces", "single events slower (decision 0014)", code=_TWO_PIECES),
    Change("commit_delay 200 us", "fewer flushes", server={"commit_delay": "200", "commit_siblings": "1"}),
    Change("wal_buffers 64 MB", "no waiting for room in the WAL buffers", server={"wal_buffers": "64MB"}),
    Change("wal_compression", "less WAL for more processor time", server={"wal_compression": "pglz"}),
    Change("open_datasync", "a flush without a call of its own", server={"wal_sync_method": "open_datasync"}),
    Change("max_wal_size 128 MB", "a checkpoint every few seconds", server={"max_wal_size": "128MB"}),
    Change("event_type as text", "wider rows, cheaper conversion", schema=_text_kind),
    Change("columns as in the contract", "padding between them", schema=_contract_order),
)
