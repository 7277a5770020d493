"""The built packages: complete, described for a stranger, and usable in an environment of their own."""

import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from packaging.metadata import Metadata

from adbench.harness.service import started
from adpulse.database.migrations import latest_version
from tests.servers import NewDatabase

ROOT = Path(__file__).parents[1]
REVISION = "0123456789abcdef0123456789abcdef01234567"


def build(source: Path, target: Path, *kinds: str) -> None:
    command = [str(Path(sys.executable).with_name("hatchling")), "build", "-d", str(target)]
    command += [part for kind in kinds for part in ("-t", kind)]
    variables = {**os.environ, "SOURCE_REVISION": REVISION}
    subprocess.run(command, cwd=source, env=variables, check=True, capture_output=True)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build wheel and sdist into a folder."""
    folder = tmp_path_factory.mktemp("dist")
    build(ROOT, folder, "wheel", "sdist")
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    return next(built.glob("*.whl"))


@dataclass(frozen=True)
class Installed:
    """The wheel in a virtual environment, far from the checkout."""

    home: Path

    def program(self, name: str) -> str:
        return str(self.home / "bin" / name)

    def run(self, name: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command: Sequence[str] = [self.program(name), *arguments]
        environment = {**os.environ, **variables}
        return subprocess.run(command, cwd=self.home, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Install the wheel with pip, as a stranger does; the libraries are those that are here."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(home / "bin" / "python")]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    # Folders that a .pth names are read, but not the .pth files in them: so the checkout is out of reach.
    (own,) = home.glob("lib/python*/site-packages")
    (own / "libraries.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")))
    return Installed(home)


def described(wheel: Path) -> Metadata:
    """Return the metadata of a wheel. Raise an ExceptionGroup when an index would refuse them."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Metadata.from_email(archive.read(name), validate=True)


def test_the_wheel_holds_every_sql_file(wheel: Path) -> None:
    """sql/ of the checkout lies inside the package, file by file the same."""
    sql = [path.relative_to(ROOT / "sql") for path in (ROOT / "sql").rglob("*.sql")]
    assert sql
    with zipfile.ZipFile(wheel) as archive:
        assert [path for path in sql if archive.read(f"adpulse/sql/{path}") != (ROOT / "sql" / path).read_bytes()] == []


def test_the_wheel_holds_the_page(wheel: Path) -> None:
    """The files that are served at / lie inside the package."""
    files = list((ROOT / "service/adpulse/web/static").iterdir())
    assert files
    with zipfile.ZipFile(wheel) as archive:
        assert [path for path in files if archive.read(f"adpulse/web/static/{path.name}") != path.read_bytes()] == []


def test_the_packages_have_types(wheel: Path) -> None:
    """Type checkers read the annotations of an installed package only with this mark (PEP 561)."""
    with zipfile.ZipFile(wheel) as archive:
        assert {"adpulse/py.typed", "adbench/py.typed"} <= set(archive.namelist())


def test_the_source_gives_the_same_wheel(built: Path, wheel: Path, tmp_path: Path) -> None:
    """A build from the sdist, as distributions do it, gives the same wheel byte for byte."""
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        # Python 3.11.2, which Debian 12 has, knows no filters; 3.12 and 3.13 warn without one.
        archive.extractall(tmp_path, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    (source,) = tmp_path.iterdir()
    build(source, tmp_path / "again", "wheel")
    assert (tmp_path / "again" / wheel.name).read_bytes() == wheel.read_bytes()


def test_the_description_is_whole_far_from_the_repository(wheel: Path) -> None:
    """Every link and picture of README has an address, at the revision of this version; none is lost."""
    metadata = described(wheel)
    assert metadata.project_urls is not None
    assert metadata.description is not None
    home, revision = metadata.project_urls["Source"], f"v{metadata.version}"
    links = re.findall(r"\]\(([^)]*)\)", (ROOT / "README.md").read_text())
    paths = [link for link in links if not re.match(r"\w+:|#", link)]
    assert paths
    assert all((ROOT / path.partition("#")[0]).exists() for path in paths)
    found = re.findall(r"\]\(([^)]*)\)", metadata.description)
    assert len(found) == len(links)
    assert [link for link in found if not re.match(r"https?://|#", link)] == []
    ours = [link.removeprefix(f"{home}/").split("/", 2) for link in found if link.startswith(f"{home}/")]
    assert [path for _, _, path in ours] == paths
    assert {revision for _, revision, _ in ours} == {revision}
    assert {path for kind, _, path in ours if kind == "raw"} == {path for path in paths if path.endswith(".png")}


def test_the_supported_pythons_are_said_once(wheel: Path) -> None:
    """The classifiers begin with the oldest Python that the package accepts, and leave none out."""
    metadata = described(wheel)
    minors = [int(found[1]) for each in metadata.classifiers or [] if (found := re.search(r":: 3\.(\d+)$", each))]
    assert minors == list(range(minors[0], minors[-1] + 1))
    assert str(metadata.requires_python) == f">=3.{minors[0]}"


async def test_the_wheel_migrates_a_database(installed: Installed, new_database: NewDatabase) -> None:
    """`adpulse migrate` of the wheel builds the schema from the SQL that the wheel carries."""
    done = installed.run("python", "-c", "from adpulse.database.sql import SQL_DIR; print(SQL_DIR)")
    assert Path(done.stdout.strip()).is_relative_to(installed.home)
    done = installed.run("adpulse", "migrate", ADPULSE_DATABASE_URL=await new_database(None))
    assert done.stdout.splitlines() == [f"schema version {latest_version()}, variant rollup_dims"]


def test_the_journey_of_a_stranger(installed: Installed, home: Path) -> None:
    """Start with nothing but the wheel: events in, a report out, another design, a recount."""
    variables = {"ADPULSE_DATA_DIR": str(home / "data")}
    event = {"ts": "2025-09-24T06:59:31Z", "campaign_id": "C", "user_id": "U", "event_type": "click", "cost": 0.25}
    day = "/report?start=2025-09-24&end=2025-09-25"
    with started([installed.program("adpulse"), "up"], variables, home / "up.log") as (address, _):
        reply = httpx.post(f"{address}/events", json={"events": [event]})
        assert reply.json().get("accepted") == 1, reply.text
        assert httpx.get(f"{address}{day}").json()["totals"]["cost"] == 0.25
        assert "swagger-ui" in httpx.get(f"{address}/docs").text
    done = installed.run("adpulse", "migrate", "--variant", "btree_gin", **variables)
    assert done.stdout.endswith("variant btree_gin\n"), done.stderr
    done = installed.run("adpulse", "verify", **variables)
    assert done.returncode == 0, done.stderr
    assert installed.run("adpulse", "down", **variables).returncode == 0


def test_a_built_package_knows_its_revision(installed: Installed) -> None:
    """A wheel and an image name the revision that they were built from."""
    done = installed.run("adpulse", "--version")
    assert REVISION in done.stdout, done.stderr


def test_the_wheel_says_where_the_notebooks_are(installed: Installed) -> None:
    """`adbench figures` has nothing to run there: it says so in a line, and fails."""
    done = installed.run("adbench", "figures")
    assert done.returncode == 2
    assert done.stderr == (
        "adbench: the notebooks are in the repository, not in the installed package: run this in a checkout\n"
    )


def test_an_extra_can_be_installed_by_its_name(installed: Installed) -> None:
    """`pip install 'adpulse[archive]'` asks an index for what the extra brings, and not for adpulse."""
    pip = [sys.executable, "-m", "pip", "--python", installed.program("python"), "install", "--no-index", "--no-deps"]
    done = subprocess.run([*pip, "adpulse[archive]"], capture_output=True, text=True)
    assert f"already satisfied: adpulse[archive] in {installed.home}" in done.stdout, done.stderr
