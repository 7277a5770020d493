"""Keep what a release leaves in a database, for test_upgrade.py: its schema and roll-ups with data, and its answers.

    .venv/bin/python tests/adpulse/variants/releases/keep.py NAME /path/of/that/release/bin/adpulse [--variant NAME]

Writes NAME.sql and NAME.json beside this file. Needs PostgreSQL 15 from Debian's packages: what a newer one dumps, an
older one cannot read.
"""

import json
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from adbench.harness.service import started
from adpulse.database.embedded import Cluster

FOLDER = Path(__file__).parent
BINARIES = Path("/usr/lib/postgresql/15/bin")
WINDOWS = (("2025-09-20", "2025-09-25"), ("2025-09-21T10:30:00Z", "2025-09-24T13:07:00Z"))
SHAPES: tuple[dict[str, Any], ...] = (
    {},
    {"campaign_id": "C1"},
    {"granularity": "hour"},
    {"granularity": "day", "timezone": "Asia/Kolkata"},
    {"group_by": "campaign_id"},
    {"group_by": "geo"},
    {"group_by": "event_type"},
    {"filter": "geo:IN"},
)
EVENTS = [
    {
        "ts": f"2025-09-{21 + number % 4}T{number % 24:02}:{number * 7 % 60:02}:31.5Z",
        "campaign_id": f"C{number % 3}",
        "user_id": f"U{number % 11}",
        "event_type": ("impression", "click", "conversion")[number % 3 if number % 5 else 0],
        "cost": number / 1000,
        "revenue": number if number % 13 == 0 else 0,
        "metadata": {"geo": ("IN", "US", 3, "3")[number % 4], "device": "phone"} if number % 6 else {},
        **({"event_id": str(UUID(int=number))} if number % 10 == 0 else {}),
    }
    for number in range(300)
]


def questions() -> list[dict[str, Any]]:
    """Return the parameters of every report that is kept."""
    return [{"start": start, "end": end, **shape} for (start, end), shape in product(WINDOWS, SHAPES)]


def portable(dump: str) -> str:
    """Return a dump without meta-commands, which are psql's, comments, and the schema `public`, which is there."""
    lines = [line for line in dump.splitlines() if not line.startswith(("\\", "--", "CREATE SCHEMA public")) and line]
    return "\n".join(lines) + "\n"


def keep(name: str, command: list[str], variant: list[str]) -> None:
    """Fill a database with the program of the release; write its dump and its reports."""
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o711)  # as root, PostgreSQL runs under another user
        cluster = Cluster(Path(scratch) / "data", BINARIES)
        cluster.start()
        try:
            variables = {"ADPULSE_DATABASE_URL": cluster.url("postgres"), "ADPULSE_HOST": "127.0.0.1"}
            subprocess.run([*command, "migrate", *variant], env=variables, check=True)
            with started([*command, "serve"], variables, Path(scratch) / "log") as (address, _):
                # All but the last batch have been compacted when the dump is taken, and one has a key.
                for batch in range(3):
                    events = EVENTS[batch::3]
                    headers = {"Idempotency-Key": "kept"} if batch == 0 else {}
                    reply = httpx.post(f"{address}/events", json={"events": events}, headers=headers)
                    assert reply.json()["accepted"] == len(events), reply.text
                    time.sleep(3 if batch == 1 else 0)
                dump = [str(BINARIES / "pg_dump"), "--inserts", "--no-owner", "-d", cluster.url("postgres")]
                text = subprocess.run(dump, check=True, capture_output=True, text=True).stdout
                answers = [httpx.get(f"{address}/report", params=question).json() for question in questions()]
        finally:
            cluster.stop()
    (FOLDER / f"{name}.sql").write_text(portable(text))
    kept = [
        {"question": question, "totals": answer["totals"], "rows": answer.get("rows", [])}
        for question, answer in zip(questions(), answers, strict=True)
    ]
    (FOLDER / f"{name}.json").write_text("[\n" + ",\n".join(map(json.dumps, kept)) + "\n]\n")


if __name__ == "__main__":
    keep(sys.argv[1], [sys.argv[2]], sys.argv[3:])
