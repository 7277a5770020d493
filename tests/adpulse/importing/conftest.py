"""Small groups, and what an import needs."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from adpulse.importing import database, mapping, run
from adpulse.importing.rejects import Rejects
from adpulse.importing.run import Import, Outcome
from adpulse.importing.source import opened
from adpulse.importing.target import Target
from adpulse.settings import Settings

Importer = Callable[..., Awaitable[Outcome]]

GROUP = 7


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
