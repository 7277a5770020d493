"""Defaults of a database or a login that others set, and that no promise may rest on: drawn for each cycle.

They go into the database that is harmed, by ALTER DATABASE or ALTER ROLE … IN DATABASE, and come to every session that
begins from then on; a session that states its own is not touched by them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from adpulse.database.connections import Connection

LOGIN = "postgres"
MOST = 3  # a cycle
SHARE = 0.6  # share of cycles that have any

# The setting of the harness's own sessions, so that the defaults affect only the system under test; then values that an
# operator may have good reason to set, and what each has broken or could break.
_SETTINGS = {
    # Snapshots that are older than a lock.
    "default_transaction_isolation": ("read committed", "repeatable read", "serializable"),
    "default_transaction_deferrable": ("off", "on"),
    "default_transaction_read_only": ("off", "on"),  # no session can write
    "synchronous_commit": ("on", "off"),  # a crash loses what was acknowledged
    # A schema named like the login comes first: see SCHEMA.
    "search_path": ("public", '"$user", public', "public, pg_temp"),
    "session_replication_role": ("origin", "replica"),  # triggers do not fire
    "statement_timeout": ("0", "20ms"),
    "lock_timeout": ("0", "5ms"),
    "idle_in_transaction_session_timeout": ("0", "5ms"),
    "idle_session_timeout": ("0", "300ms"),
    "DateStyle": ("ISO, MDY", "SQL, DMY", "German"),
    "IntervalStyle": ("postgres", "sql_standard"),
    "TimeZone": ("UTC", "Asia/Kathmandu", "America/St_Johns"),
    "bytea_output": ("hex", "escape"),
    "extra_float_digits": ("1", "-15"),
    "standard_conforming_strings": ("on", "off"),
    "array_nulls": ("on", "off"),
    "transform_null_equals": ("off", "on"),
    "plan_cache_mode": ("auto", "force_generic_plan"),
    "work_mem": ("4MB", "64kB"),
    "enable_partition_pruning": ("on", "off"),
    "row_security": ("on", "off"),
}
OURS = {name: values[0] for name, values in _SETTINGS.items()}
DEFAULTS: dict[str, Sequence[str]] = {name: values[1:] for name, values in _SETTINGS.items()}
SCHEMA = LOGIN  # empty; a table that is made without naming its schema would end there


@dataclass(frozen=True)
class Default:
    """A setting for all sessions of a database (`login`: of one login in it)."""

    name: str
    value: str
    login: bool

    def __str__(self) -> str:
        return f"{self.name} = {self.value}" + (" (login)" if self.login else "")


def parse(text: str) -> Default:
    """Return the default that is written as `name = value`, for the database."""
    name, _, value = text.partition(" = ")
    if name not in DEFAULTS:
        raise ValueError(f"{name} is none of the hostile defaults")
    return Default(name, value, login=False)


def draw(seed: int, cycle: int, names: Sequence[str] = tuple(DEFAULTS)) -> list[Default]:
    """Return the defaults of a cycle: none in some, each name in turn first, up to MOST of those names."""
    chance = Random(f"defaults {seed} {cycle}")
    if not names or chance.random() >= SHARE:
        return []
    chosen = dict.fromkeys([names[cycle % len(names)], *chance.sample(names, min(MOST - 1, len(names)))])
    kept = list(chosen)[: chance.randint(1, MOST)]
    return [Default(name, chance.choice(DEFAULTS[name]), chance.random() < 0.5) for name in kept]


async def apply(connection: Connection, database: str, defaults: Sequence[Default]) -> None:
    """Set these, and no others, for sessions that begin from now on."""
    await connection.execute(f"ALTER DATABASE {database} RESET ALL")
    await connection.execute(f"ALTER ROLE {LOGIN} IN DATABASE {database} RESET ALL")
    await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    for each in defaults:
        whose = f"ROLE {LOGIN} IN DATABASE {database}" if each.login else f"DATABASE {database}"
        # A list of schemas is a list of names; everything else is one text.
        value = each.value if each.name == "search_path" else "'" + each.value + "'"
        await connection.execute(f"ALTER {whose} SET {each.name} = {value}")


async def strayed(connection: Connection) -> int:
    """Return how many relations and functions were made in the schema that is named like the login."""
    found: int = await connection.fetchval(
        "SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = n.oid)"
        " + (SELECT count(*) FROM pg_proc WHERE pronamespace = n.oid)"
        " FROM pg_namespace AS n WHERE nspname = $1",
        SCHEMA,
    )
    return found or 0
