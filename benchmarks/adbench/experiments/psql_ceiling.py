"""The ceiling of ingest: two parallel streams of `psql \\copy` into bare daily partitions, without any trigger."""

import csv
import json
import shutil
import time
from contextlib import ExitStack, suppress
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from adbench.errors import LabError
from adbench.harness import databases
from adbench.harness.process import child, tail
from adbench.workload.copy_loader import COLUMNS
from adbench.workload.dataset import BLOCK, Dataset
from adbench.workload.request_bodies import events
from adpulse.database.errors import EmbeddedError
from adpulse.database.programs import embedded_binaries
from adpulse.settings import Settings

STREAMS = 2
COPIES = 12  # COPYs of a stream, a block of events each
# Its tables are the default's, without the column that only roll-ups of dimensions need.
LAYOUT = "rollup"
INTO = "bare daily partitions"

_DROP_TRIGGERS = """
SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass)
FROM pg_trigger JOIN pg_partition_tree('events') ON relid = tgrelid
WHERE NOT tgisinternal AND tgparentid = 0
"""

# For each stream: the file of each UTC day.
Streams = list[dict[date, Path]]


def write_csv(data: Dataset, folder: Path) -> Streams:
    """Write BLOCK rows for each of STREAMS streams, a file a UTC day."""
    source, streams = events(data, STREAMS * BLOCK), []
    for stream in range(STREAMS):
        by_day: dict[str, list[list[Any]]] = {}
        for event in islice(source, BLOCK):
            by_day.setdefault(event["ts"][:10], []).append(_csv_row(event))
        files = {date.fromisoformat(day): folder / f"{stream}-{day}.csv" for day in by_day}
        for path, rows in zip(files.values(), by_day.values(), strict=True):
            with path.open("w", newline="") as file:
                csv.writer(file).writerows(rows)
        streams.append(files)
    return streams


def _csv_row(event: dict[str, Any]) -> list[Any]:
    values = event | {
        "cost_micros": round(event["cost"] * 1e6),
        "revenue_micros": round(event["revenue"] * 1e6),
        "metadata": json.dumps(event["metadata"], separators=(",", ":")),
    }
    return [values.get(column) for column in COLUMNS]


async def bare_partitions(server: str, name: str, streams: Streams) -> str:
    """Make a database with a bare partition for each day of the streams; return its URL. Raise ScratchError."""
    url = await databases.migrated(server, name, LAYOUT)
    days = [day for files in streams for day in files]
    async with databases.connected(url) as connection:
        await connection.execute("SELECT prepare_days($1, $2)", min(days), max(days))
        for (drop,) in await connection.fetch(_DROP_TRIGGERS):
            await connection.execute(drop)
    return url


def find_psql(settings: Settings) -> Path:
    """Return the psql of the embedded PostgreSQL, or the one on the PATH. Raise LabError."""
    with suppress(EmbeddedError):  # with a database that is named, the embedded one need not be installed
        beside = (settings.postgres_bin or embedded_binaries()) / "psql"
        if beside.is_file():
            return beside
    found = shutil.which("psql")
    if found is None:
        raise LabError("there is no psql: install PostgreSQL's client programs")
    return Path(found)


def copy_in(psql: Path, url: str, streams: Streams, logs: Path) -> float:
    """Return events a second of one psql a stream that copies its files COPIES times, a commit each.

    Raise LabError when one fails.
    """
    columns = ", ".join(COLUMNS)
    began = time.perf_counter()
    with ExitStack() as stack:
        sessions = []
        for stream, files in enumerate(streams):
            copies = [f"\\copy events_p{day:%Y%m%d} ({columns}) from '{path}' csv" for day, path in files.items()]
            arguments = [str(psql), "-X", "-q", "-v", "ON_ERROR_STOP=1", url]
            for command in copies * COPIES:
                arguments += ["-c", command]
            log = logs / f"psql-{stream}.log"
            sessions.append((stack.enter_context(child(arguments, log)), log))
        for session, log in sessions:
            if session.wait(300) != 0:
                raise LabError(f"psql failed:\n{tail(log)}")
    return STREAMS * COPIES * BLOCK / (time.perf_counter() - began)
