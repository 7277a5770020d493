"""The built wheel: complete, and usable without the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from adpulse.database.migrations import latest_version
from tests.conftest import NewDatabase

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it into a folder."""
    folder = tmp_path_factory.mktemp("wheel")
    hatchling = Path(sys.executable).with_name("hatchling")
    subprocess.run([hatchling, "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_every_sql_file(installed: Path) -> None:
    """sql/ of the checkout lies inside the package, file by file the same."""
    sql = [path.relative_to(ROOT / "sql") for path in (ROOT / "sql").rglob("*.sql")]
    assert sql
    assert [
        path for path in sql if (installed / "adpulse/sql" / path).read_bytes() != (ROOT / "sql" / path).read_bytes()
    ] == []


def test_the_wheel_holds_the_page(installed: Path) -> None:
    """The files that are served at / lie inside the package."""
    inside = {path.name: path.read_bytes() for path in (installed / "adpulse/web/static").iterdir()}
    assert inside == {path.name: path.read_bytes() for path in (ROOT / "service/adpulse/web/static").iterdir()}
    assert "index.html" in inside


def test_the_wheel_says_where_the_notebooks_are(installed: Path, tmp_path: Path) -> None:
    """`adbench figures` has nothing to run there: it says so in a line, and fails."""
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-c", "from adbench.cli import app; app(['figures'])"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == (
        "adbench: the notebooks are in the repository, not in the installed package: run this in a checkout\n"
    )


async def test_the_wheel_migrates_a_database(installed: Path, new_database: NewDatabase, tmp_path: Path) -> None:
    """`adpulse migrate` of the wheel, far from the checkout, builds the schema from the SQL that the wheel carries."""
    program = (
        "from adpulse.database.sql import SQL_DIR; print(SQL_DIR); from adpulse.cli.main import app; app(['migrate'])"
    )
    environment = {**os.environ, "PYTHONPATH": str(installed), "ADPULSE_DATABASE_URL": await new_database(None)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
    version = f"schema version {latest_version()}, variant rollup_dims"
    assert done.stdout.splitlines() == [str(installed / "adpulse/sql"), version]
