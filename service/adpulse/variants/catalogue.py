"""The physical designs in sql/variants: their files and headers, and which is in force."""

import logging
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

import asyncpg

from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.database.sql import SQL_DIR

log = logging.getLogger(__name__)

_HEADER = re.compile(r"^-- (?P<key>[a-z]+): +(?P<text>.*)$")
_CONTINUED = re.compile(r"^-- {2,}(?P<text>\S.*)$")

# An entry of the header `tables`: a name, and its column of time in brackets.
_TABLE = re.compile(r"(\w+)(?: \((\w+)\))?")

# psql's command that includes a file, by its path from the folder of the file that has the line.
_INCLUDE = re.compile(r"^\\ir (\S+)$", re.MULTILINE)

# The parameters of report.sql that are null in a report without group and filter.
_NULLS = {"$6": "NULL::text", "$7": "NULL::jsonb"}


class Statement(NamedTuple):
    """A statement that answers reports, with the first `parameters` of the seven.

    `planned_once`: one plan is good for all their values.
    """

    text: str
    parameters: int = 7
    planned_once: bool = False


@dataclass(frozen=True)
class Variant:
    """One folder of sql/variants. `name` is the folder's without the number."""

    folder: Path
    header: dict[str, str]

    @property
    def name(self) -> str:
        """Return the variant's key in commands, results and metric labels."""
        return self.folder.name.split("_", 1)[1]

    @property
    def summary(self) -> str:
        """Return the summary in one line."""
        return self.header["summary"]

    @property
    def requires(self) -> str:
        """Return the requirement: `(nothing)`, `extension NAME` or `postgres >= N`."""
        return self.header["requires"]

    @property
    def has_dimensions(self) -> bool:
        """Return True if it keeps roll-ups by the declared dimensions; its upkeep follows when these change."""
        return "rollup_dimension" in self.tables

    @property
    def moves_online(self) -> bool:
        """Return True if it can be built beside another, as plain tables and functions (adpulse.variants.online)."""
        return not self.requires.startswith("extension")

    @property
    def archives(self) -> bool:
        """Return True if a day's raw events may go: the day is a partition, and roll-ups go on answering for it."""
        return self.header.get("archive") == "by the day"

    @cached_property
    def tables(self) -> dict[str, str | None]:
        """Return the tables it keeps beside `events`, in the order that its report names them, each with its column of
        time; None where it has none.
        """
        listed = _TABLE.findall(self.header.get("tables", ""))
        return {table: column or None for table, column in listed}

    @cached_property
    def rollups(self) -> str | None:
        """Return the query for both sides of every stored sum (adpulse.variants.rollups); None without roll-ups."""
        path = self.folder / "rollups.sql"
        return path.read_text().rstrip().removesuffix(";") if path.exists() else None

    @cached_property
    def rebuild(self) -> list[str] | None:
        """Return the statements that rebuild roll-ups of some days (adpulse.variants.rebuild); None without."""
        path = self.folder / "rebuild.sql"
        return statements(path.read_text()) if path.exists() else None

    @cached_property
    def report(self) -> str:
        """Return the statement that answers every report: its own, or a shared one that its header names."""
        own = self.folder / "report.sql"
        return (own if own.exists() else self.folder.parent / self.header["report"]).read_text()

    @cached_property
    def exact_report(self) -> str:
        """Return `report` with sums of money as numeric: for a total past 2^63, over which `report` raises 22003."""
        return _exact(self.report)

    def statement(self, *, by_time: bool, breakdown: bool, by_metadata: bool = False, exact: bool = False) -> Statement:
        """Return the statement of a report with a granularity (`by_time`), or with a group or filter (`breakdown`).

        `by_metadata`: it asks for metadata or event types. `exact`: with sums of money as numeric, as `exact_report`.
        """
        if by_metadata:
            return Statement(_exact(self._metadata) if exact else self._metadata)
        if exact:
            return Statement(self.exact_report)
        if breakdown:
            return Statement(self.report)
        return self._totals if self._totals.planned_once or not by_time else Statement(self.report)

    @cached_property
    def _metadata(self) -> str:
        """Return metadata.sql, or else the report."""
        own = self.folder / "metadata.sql"
        return own.read_text() if own.exists() else self.report

    @cached_property
    def _totals(self) -> Statement:
        """Return totals.sql, or else the report.

        Where up.sql says `totals: planned once`, one plan does for all values, if NULL is written for the parameters
        that are null without group and filter; it answers totals by time, too.
        """
        own = self.folder / "totals.sql"
        if own.exists():
            return Statement(own.read_text(), parameters=3)
        if self.header.get("totals") != "planned once":
            return Statement(self.report)
        text = self.report
        for parameter, null in _NULLS.items():
            text = text.replace(parameter, null)
        return Statement(text, parameters=5, planned_once=True)

    @cached_property
    def maintenance(self) -> tuple[float, list[str]] | None:
        """Return the seconds between rounds and the statements of a round; None without maintenance."""
        path = self.folder / "maintain.sql"
        if not path.exists():
            return None
        text = path.read_text()
        return float(read_header(text)["every"]), statements(text)

    def script(self, verb: str) -> str:
        """Return the text of `up.sql` or `down.sql`, with the files that it includes in their places."""
        return _included(self.folder / f"{verb}.sql")


def _included(path: Path) -> str:
    """Return the text of a file as psql runs it: the files of its lines `\\ir path` in their places.

    Raises SchemaError if one is missing.
    """

    def part(line: re.Match[str]) -> str:
        named = path.parent / line[1]
        if not named.is_file():
            raise SchemaError(f"{path} includes {line[1]}, which does not exist")
        return _included(named)

    return _INCLUDE.sub(part, path.read_text())


def _exact(report: str) -> str:
    for column in ("cost_micros", "revenue_micros"):
        report = report.replace(f"::bigint AS {column}", f" AS {column}")
    return report


def read_header(text: str) -> dict[str, str]:
    """Read the `-- key: text` lines at the top of a file; a more indented comment line goes on with the last key."""
    header: dict[str, str] = {}
    key = None
    for line in text.splitlines():
        if match := _HEADER.match(line):
            key = match["key"]
            header[key] = match["text"].strip()
        elif key and (match := _CONTINUED.match(line)):
            header[key] += " " + match["text"].strip()
        else:
            break
    return header


def statements(text: str) -> list[str]:
    """Split a file into its statements: each ends with a semicolon at the end of a line, as psql would run them."""
    bare = re.sub(r"^\s*--.*$", "", text, flags=re.MULTILINE)
    return [part.strip() for part in re.split(r";[ \t]*$", bare, flags=re.MULTILINE) if part.strip()]


@cache
def load_all() -> tuple[Variant, ...]:
    """Return every variant, in the order of the folders. They are read once: the service asks every second."""
    folders = sorted(path for path in (SQL_DIR / "variants").iterdir() if path.is_dir())
    return tuple(Variant(folder, read_header((folder / "up.sql").read_text())) for folder in folders)


def find(name: str) -> Variant:
    """Return the variant of that name or folder. Raises SchemaError naming those there are."""
    variants = load_all()
    for variant in variants:
        if name in (variant.name, variant.folder.name):
            return variant
    known = ", ".join(variant.name for variant in variants)
    raise SchemaError(f"there is no variant {name!r}; there are: {known}")


async def unavailable(connection: Connection, variant: Variant) -> str | None:
    """Return why the variant cannot be built in this database; None when it can."""
    if match := re.fullmatch(r"extension (\w+)", variant.requires):
        if not await connection.fetchval("SELECT 1 FROM pg_available_extensions WHERE name = $1", match[1]):
            return f"needs the extension {match[1]}, which this server does not have"
        # The extensions that variants need define settings, which exist once the server has loaded the library.
        loaded = "SELECT 1 FROM pg_settings WHERE starts_with(name, $1) LIMIT 1"
        if not await connection.fetchval(loaded, f"{match[1]}."):
            return f"needs the extension {match[1]}, which this server has not loaded (shared_preload_libraries)"
        return None
    if match := re.fullmatch(r"postgres >= (\d+)", variant.requires):
        major = connection.get_server_version().major
        return None if major >= int(match[1]) else f"needs PostgreSQL {match[1]}; this is {major}"
    return None


async def active(connection: Connection) -> Variant:
    """Return the variant that built the `events` table. Raises SchemaError before the first migration."""
    try:
        name = await connection.fetchval("SELECT name FROM public.active_variant")
    except asyncpg.UndefinedTableError:
        name = None
    if name is None:
        raise SchemaError("the database is not set up yet; run: adpulse migrate")
    return find(name)
