"""Small groups, and what an import needs."""

import csv
import io
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from adpulse.database.connections import Connection
from adpulse.importing import database, mapping, run
from adpulse.importing.chunk import Chunk
from adpulse.importing.outcome import Outcome
from adpulse.importing.rejects import Rejects
from adpulse.importing.run import Import, rejected
from adpulse.importing.source import opened
from adpulse.importing.target import Target
from adpulse.ingest import copy_format
from adpulse.settings import Settings

EVENT = {"ts": "2025-09-24T06:59:31Z", "campaign_id": "C1", "user_id": "U1", "event_type": "click", "cost": 0.25}

Importer = Callable[..., Awaitable[Outcome]]

GROUP = 7
HEADER = "ts,campaign_id,user_id,event_type,cost\n"


@pytest.fixture
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make groups of 7 records, so that a few dozen lines are several."""
    monkeypatch.setattr(run, "RECORDS", GROUP)


async def import_into(target: Target, path: Path, *, name: str = "", **options: Any) -> Outcome:
    """Import a file with a mapping as TOML has it; rejected lines go beside it."""
    rejects = Rejects(path.with_suffix(".rejected"))
    try:
        with opened(str(path)) as source:
            work = Import(source, mapping.build(None, None, options), Settings())
            return await work.run(target, rejects, name=name, on_progress=lambda outcome: None)
    finally:
        rejects.close()


@pytest.fixture
def import_file(url: str, small_groups: None) -> Importer:
    """Import a file into the database of `url`."""

    async def importer(path: Path, **options: Any) -> Outcome:
        async with database.opened(url) as target:
            return await import_into(target, path, **options)

    return importer


def read(path: Path, **options: Any) -> tuple[Chunk, list[Any], list[tuple[int, str | None, str]]]:
    """Return the records of a file, its events, and the line, field and code of those rejected."""
    with opened(str(path)) as source:
        work = Import(source, mapping.build(None, None, options), Settings())
        chunk = Chunk()
        while more := work.read(3):
            chunk += more
        judged = work.judge(chunk)
    bad = [(chunk.lines[each["index"]], each["field"], each["code"]) for each in rejected(chunk, judged)]
    return chunk, [copy_format.unpack(row) for row in judged.batch.rows], bad


def text_of(**dialect: Any) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, [*EVENT, "note"], **dialect)
    writer.writeheader()
    writer.writerow({**EVENT, "note": "a,b;c"})
    return out.getvalue()


def rows(first: int, last: int) -> str:
    return "".join(f"2025-09-24T06:{n // 60:02}:{n % 60:02}Z,C{n % 3},U{n},click,0.01\n" for n in range(first, last))


async def counted(connection: Connection) -> tuple[int, int]:
    """Return how many events there are, and how many different ones."""
    record = await connection.fetchrow("SELECT count(*), count(DISTINCT user_id) FROM events")
    assert record is not None
    return record[0], record[1]
