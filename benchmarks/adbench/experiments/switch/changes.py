"""Changes of a database in use, one after another, each by the command that people use: `adpulse migrate`."""

import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, cycle
from pathlib import Path
from threading import Event

from adbench.experiments.switch.pauses import Span
from adbench.harness.process import child, tail
from adbench.harness.service import adpulse
from adpulse.database import migrations
from adpulse.database.connections import Connection
from adpulse.variants.catalogue import Variant, find

# A schema version that today's service, designs and upkeep work on: where a database begins that is to be migrated.
EARLIER = 36
MIGRATIONS = "migrations"
BETWEEN_S = 1.0
GIVE_UP_S = 120.0  # a change that waits for ever must not hold the lab for ever

_SWITCH = re.compile(r"the switch took (\d+) ms")


@dataclass(frozen=True)
class Made:
    """A change: what it was, when, how long its last transaction kept everybody (ms, of a move), and why it failed."""

    name: str
    span: Span
    switch_ms: float | None
    failure: str | None


async def build(connection: Connection, variant: Variant) -> list[str]:
    """Build the variant in an empty database at schema version EARLIER; return the migrations that it lacks."""
    later = []
    await connection.execute(
        "CREATE TABLE schema_migrations (version int PRIMARY KEY, name text NOT NULL, "
        "applied_at timestamptz NOT NULL DEFAULT now())"
    )
    for number, name, text in migrations.migrations():
        if number > EARLIER:
            later.append(name)
            continue
        await connection.execute(text)
        await connection.execute("INSERT INTO schema_migrations (version, name) VALUES ($1, $2)", number, name)
    await connection.execute(variant.script("up"))
    await connection.execute("INSERT INTO active_variant (name) VALUES ($1)", variant.name)
    await connection.execute("SELECT grant_roles()")
    return later


def make(url: str, route: Sequence[str], span: Span, log: Path, stop: Event) -> list[Made]:
    """Apply the missing migrations, then move along the route again and again, while the longest move still fits.

    The first change starts with the span; `stop` ends them early.
    """
    stop.wait(span.start - time.time())
    made: list[Made] = []
    here = find(route[-1]).name  # the route is a circle
    for name in chain([None], cycle(route)):
        longest = max(each.span.seconds for each in made) if len(made) > len(route) else 0.0
        if stop.is_set() or time.time() + 1.5 * longest > span.stop:
            break
        made.append(_change(url, here, name, log))
        here = name or here
        if made[-1].failure:
            break
        stop.wait(BETWEEN_S)
    return made


def _change(url: str, here: str, name: str | None, log: Path) -> Made:
    command = [adpulse(), "migrate", *(["--variant", name] if name else [])]
    began = time.time()
    failure = None
    with child(command, log, {"ADPULSE_DATABASE_URL": url, "ADPULSE_LOG_LEVEL": "info"}) as process:
        try:
            if status := process.wait(GIVE_UP_S):
                failure = f"ended with status {status}:\n{tail(log)}"
        except subprocess.TimeoutExpired:
            failure = f"not over after {GIVE_UP_S:.0f} s:\n{tail(log)}"
    span = Span(began, time.time())
    # The last switch in the log: earlier attempts were given up.
    took = _SWITCH.findall(log.read_text(errors="replace"))
    return Made(f"{here} to {name}" if name else MIGRATIONS, span, float(took[-1]) if took else None, failure)
