"""`adpulse archive`: bad options and a missing extra are one line, before anything is touched."""

import sys
from pathlib import Path

import anyio
import pytest

from adpulse.archive import parquet
from tests.adpulse.cli.conftest import Shell


async def test_without_the_extra_one_line_names_it(
    url: str,
    tmp_path: Path,
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing has been touched by then."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    parquet._schema.cache_clear()
    shell.set(database_url=url)
    done = await anyio.to_thread.run_sync(shell, "archive", "--older-than", "90d", "--to", str(tmp_path / "new"))
    assert done.exit_code == 2
    assert "pip install 'adpulse[archive]'" in done.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "arguments",
    [[], ["--older-than", "90d", "--before", "2026-03-01"], ["--older-than", "soon"], ["--before", "2999-01-01"]],
    ids=" ".join,
)
def test_an_archive_needs_a_limit(shell: Shell, tmp_path: Path, arguments: list[str]) -> None:
    """One of two ways, and days that are over."""
    done = shell("archive", "--to", str(tmp_path), *arguments)
    assert done.exit_code == 2
    assert done.stderr.startswith("adpulse: ")
