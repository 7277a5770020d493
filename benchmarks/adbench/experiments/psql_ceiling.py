"""The ceiling of HTTP ingest: two parallel streams of `psql \\copy` into the same tables."""

import csv
import json
import shutil
import time
from contextlib import ExitStack, suppress
from itertools import islice
from pathlib import Path
from typing import Any

from adbench.harness.process import child, tail
from adbench.workload.copy_loader import COLUMNS
from adbench.workload.dataset import BLOCK, Dataset
from adbench.workload.request_bodies import events
from adpulse.database.errors import EmbeddedError
from adpulse.database.programs import embedded_binaries
from adpulse.settings import Settings

STREAMS = 2
COPIES = 12  # of a block of events each, in a stream


class CeilingError(RuntimeError):
    """psql is missing, or it failed; the text says what it said."""


def write_csv(data: Dataset, folder: Path) -> None:
    """Write STREAMS files of BLOCK rows each."""
    source = events(data, STREAMS * BLOCK)
    for stream in range(STREAMS):
        with (folder / f"{stream}.csv").open("w", newline="") as file:
            csv.writer(file).writerows(map(_csv_row, islice(source, BLOCK)))


def _csv_row(event: dict[str, Any]) -> list[Any]:
    values = event | {
        "cost_micros": round(event["cost"] * 1e6),
        "revenue_micros": round(event["revenue"] * 1e6),
        "metadata": json.dumps(event["metadata"], separators=(",", ":")),
    }
    return [values.get(column) for column in COLUMNS]


def find_psql(settings: Settings) -> Path:
    """Return the psql of the embedded PostgreSQL, or the one on the PATH. Raise CeilingError."""
    with suppress(EmbeddedError):  # with a database that is named, the embedded one need not be installed
        beside = (settings.postgres_bin or embedded_binaries()) / "psql"
        if beside.is_file():
            return beside
    found = shutil.which("psql")
    if found is None:
        raise CeilingError("there is no psql: install PostgreSQL's client programs")
    return Path(found)


def copy_in(psql: Path, url: str, folder: Path, logs: Path) -> float:
    """Return events a second of STREAMS sessions of psql that copy their file COPIES times, a commit each."""
    columns = ", ".join(COLUMNS)
    began = time.perf_counter()
    with ExitStack() as stack:
        sessions = []
        for stream in range(STREAMS):
            command = f"\\copy events ({columns}) from '{folder / f'{stream}.csv'}' csv"
            arguments = [str(psql), "-X", "-q", "-v", "ON_ERROR_STOP=1", url]
            for _ in range(COPIES):
                arguments += ["-c", command]
            log = logs / f"psql-{stream}.log"
            sessions.append((stack.enter_context(child(arguments, log)), log))
        for session, log in sessions:
            if session.wait(300) != 0:
                raise CeilingError(f"psql failed:\n{tail(log)}")
    return STREAMS * COPIES * BLOCK / (time.perf_counter() - began)
