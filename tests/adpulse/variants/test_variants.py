"""The contract of sql/variants: one contract, many designs, the same answers."""

import itertools
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pglast
import pytest

from adpulse.database import connections, migrations
from adpulse.database.connections import Connection
from adpulse.database.sql import SQL_DIR
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue
from adpulse.variants.catalogue import Variant
from tests.adpulse.variants.conftest import ALL, COLUMNS, EPOCH, HERE, KINDS, RAW, each, edges, events, plain
from tests.servers import CLUSTERS, NewDatabase, Server, scratch_databases

ROOT = Path(__file__).parents[3]
each_here = pytest.mark.parametrize("variant", HERE, ids=lambda variant: variant.name)


def test_the_readme_has_every_variant() -> None:
    """A reader finds each folder in the table that says when to take it."""
    readme = (SQL_DIR / "README.md").read_text()
    assert [line.split("`")[1] for line in readme.splitlines() if line.startswith("| `")][5:] == [
        variant.folder.name for variant in ALL
    ]


@each
def test_every_file_parses(variant: Variant) -> None:
    """PostgreSQL's own parser reads every file, and what answers a report is one statement.

    A file that includes others has nothing else, so that no statement is in a file that only psql can read.
    """
    for path in variant.folder.rglob("*.sql"):
        text, including = re.subn(r"^\\ir .*", "", path.read_text(), flags=re.MULTILINE)
        assert bool(pglast.parse_sql(text)) != bool(including), path
    assert pglast.parse_sql(variant.script("up"))
    assert len(pglast.parse_sql(variant.report)) == 1
    assert len(pglast.parse_sql(variant.statement(by_time=False, breakdown=False).text)) == 1
    assert len(pglast.parse_sql(variant.statement(by_time=False, breakdown=True, by_metadata=True).text)) == 1
    assert {"up.sql", "down.sql"} <= {path.name for path in variant.folder.iterdir()}
    # One report, of its own or shared.
    assert (variant.folder / "report.sql").exists() != ("report" in variant.header)


@each
def test_exact_sums_differ_in_the_casts_of_money_only(variant: Variant) -> None:
    """The words by which sql/README.md says that money is cast are there, for both columns."""
    money = r"::bigint(?= AS (?:cost|revenue)_micros)"
    for by_metadata in (False, True):
        shown, exact = [
            variant.statement(by_time=True, breakdown=True, by_metadata=by_metadata, exact=exact).text
            for exact in (False, True)
        ]
        assert len(set(re.findall(r"::bigint AS (cost|revenue)_micros", shown))) == 2
        assert re.sub(money, "", shown) == exact


def test_the_raw_reports_are_one_text() -> None:
    """Variants without roll-ups differ in their tables and in nothing else."""
    assert {catalogue.find(name).header.get("report") for name in RAW} == {"raw_report.sql"}


def test_the_sql_is_lint_clean() -> None:
    """Squawk finds nothing; .squawk.toml lists the rules left out, and why."""
    squawk = Path(sys.executable).with_name("squawk")
    files = sorted(str(path) for path in SQL_DIR.rglob("*.sql"))
    done = subprocess.run([squawk, *files], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


_OBJECTS = """
SELECT 'relation' AS kind, relname || ' ' || relkind::text AS name
FROM pg_class WHERE relnamespace = 'public'::regnamespace
UNION ALL
SELECT 'function', oid::regprocedure || CASE WHEN prokind = 'f' THEN md5(pg_get_functiondef(oid)) ELSE '' END
FROM pg_proc WHERE pronamespace = 'public'::regnamespace
-- What an extension brought stays: others in the database may use it.
AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e')
UNION ALL
SELECT 'type', typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
UNION ALL
SELECT 'trigger', tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE relnamespace = 'public'::regnamespace
ORDER BY 1, 2
"""


@each_here
async def test_down_takes_away_what_up_made(new_database: NewDatabase, variant: Variant) -> None:
    """After up and down the schema is as before, also once there are events and maintenance has run."""
    connection = await connections.connect(await new_database(None))
    await migrations.migrate(connection)
    before = await connection.fetch(_OBJECTS)
    await connection.execute(variant.script("up"))
    await connection.copy_records_to_table("events", records=events(200), columns=COLUMNS)
    await run_round(connection, variant)
    await connection.execute(variant.script("down"))
    assert await connection.fetch(_OBJECTS) == before
    await connection.close()


def psql(server: Server, url: str, *arguments: str) -> str:
    """Return what psql prints. Every file must run in it, and not only in our driver."""
    binary = "psql" if CLUSTERS else server.cluster.programs.folder / "psql"
    command = [binary, url, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@each_here
async def test_every_file_runs_in_psql(server: Server, new_database: NewDatabase, variant: Variant) -> None:
    """up, report (through report.psql), maintain and down, with the psql of the server's version."""
    url = await new_database(None)
    connection = await connections.connect(url)
    await migrations.migrate(connection)
    folder = variant.folder
    psql(server, url, "-f", str(folder / "up.sql"))
    await connection.copy_records_to_table("events", records=events(200), columns=COLUMNS)
    rows = sorted(events(200), key=lambda event: event[0])
    assert sum(row[5] == "C1" for row in rows)

    def ask(**variables: str) -> str:
        given = {"variant": variant.name, "start": str(EPOCH), "stop": str(EPOCH + timedelta(days=4)), **variables}
        flags = [flag for name, value in given.items() for flag in ("-v", f"{name}={value}")]
        return psql(server, url, *flags, "-f", "sql/report.psql")

    def first(printed: str) -> str:
        """Return the row of sums without its note; a row that is only a note says that raw events were read."""
        row, *notes = printed.strip().splitlines()
        assert notes in ([], ["||0|0|0|0|0|raw"])
        return row.removesuffix("|")

    def totals(chosen: list[Any]) -> str:
        kinds = [sum(row[4] == kind for row in chosen) for kind in KINDS]
        return "|".join(map(str, ["", "", *kinds, sum(row[1] for row in chosen), sum(row[2] for row in chosen)]))

    for _ in range(2):  # before and after maintenance
        assert first(ask()) == totals(rows)
        assert first(ask(campaigns="{C1}")) == totals([row for row in rows if row[5] == "C1"])
        geo = [row for row in rows if orjson.loads(row[7]).get("geo") == "IN"]
        assert first(ask(filters='{"geo": "IN"}')) == totals(geo)
        assert "Planning Time" in ask(explain="1", granularity="day", dimension="geo")
        if variant.maintenance is not None:
            psql(server, url, "-f", str(folder / "maintain.sql"))
    psql(server, url, "-f", str(folder / "down.sql"))
    await connection.close()


async def live(connection: Connection, variant: Variant) -> None:
    """Do what happens to a table in production: loads, upkeep in between, late events, corrections."""
    await connection.execute("SELECT prepare_days($1, $1)", EPOCH.date() + timedelta(days=1))
    await connection.copy_records_to_table("events", records=events(900, 1), columns=COLUMNS)
    await run_round(connection, variant)
    await connection.copy_records_to_table("events", records=events(300, 2), columns=COLUMNS)
    await run_round(connection, variant)
    await connection.execute("DELETE FROM events WHERE user_id = 'U7'")
    await connection.execute("DELETE FROM events WHERE campaign_id = 'C6'")
    await run_round(connection, variant)
    await connection.copy_records_to_table("events", records=events(300, 3), columns=COLUMNS)
    await connection.execute("UPDATE events SET cost_micros = cost_micros + 1 WHERE user_id = 'U8'")
    # Past UTC and back: what adds to a timestamptz depends on the session's zone, which Citus takes in no UPDATE.
    later = "(ts AT TIME ZONE 'UTC' + interval '1 minute') AT TIME ZONE 'UTC'"
    await connection.execute(f"UPDATE events SET ts = {later} WHERE user_id = 'U9'")


def questions() -> list[tuple[Any, ...]]:
    """Return the seven parameters, in every combination of their kinds of value."""
    cut = (EPOCH + timedelta(minutes=17), EPOCH + timedelta(days=2, minutes=43))
    spans = [
        (EPOCH - timedelta(days=1), EPOCH + timedelta(days=5)),
        cut,
        (EPOCH + timedelta(days=1, minutes=7), EPOCH + timedelta(days=1, minutes=9)),
        (EPOCH + timedelta(days=30), EPOCH + timedelta(days=31)),
    ]
    steps = [(None, "UTC"), ("minute", "Asia/Kolkata"), ("hour", "UTC"), ("month", "Asia/Kolkata")]
    steps += [(step, zone) for step in ("hour", "day", "week") for zone in ("Asia/Kolkata", "Australia/Lord_Howe")]
    groups = [None, "campaign_id", "event_type", "geo", "slot"]
    filters = [None, '{"geo": "IN"}', '{"geo": "3"}', '{"slot": "true", "geo": "3.0"}']
    campaigns = [None, ["C1"], ["C2", "C6", "C9", "nobody"]]
    found = [
        (chosen, *span, step, edges(*span, step, zone), group, chosen_filter)
        for span, (step, zone), group, chosen_filter, chosen in itertools.product(
            spans[:2], steps, groups, filters, campaigns
        )
    ]
    more = ['{"geo": null}', '{"geo": {"not": ["IN", null]}}', '{"event_type": "click"}', '{"slot": "[\\"IN\\"]"}']
    found += [(None, *cut, None, None, group, each) for group, each in itertools.product(groups, more)]
    # A narrow and an empty window need no calendar.
    found += [
        (chosen, *span, None, None, group, chosen_filter)
        for span, group, chosen_filter, chosen in itertools.product(spans[2:], groups, filters, campaigns)
    ]
    return found


@each_here
async def test_a_report_takes_the_seven_parameters_of_the_contract(new_database: NewDatabase, variant: Variant) -> None:
    """Prepared with the types of the contract, $5 is the name of a time zone as well as the service's buckets."""
    connection = await connections.connect(await new_database(variant.name))
    await connection.copy_records_to_table("events", records=events(300), columns=COLUMNS)
    await connection.execute(
        f"PREPARE report (text[], timestamptz, timestamptz, text, text, text, jsonb) AS {variant.report}"
    )
    window = (EPOCH + timedelta(minutes=17), EPOCH + timedelta(days=2, minutes=43))

    async def ask(step: str, zone: str) -> list[Any]:
        values = "NULL, '{:%FT%TZ}', '{:%FT%TZ}', '{}', '{}', 'campaign_id', NULL".format(*window, step, zone)
        return sorted(map(tuple, await connection.fetch(f"EXECUTE report ({values})")))

    for step, zone in itertools.product(("minute", "hour", "day", "week", "month"), ("Europe/Berlin", "Asia/Kolkata")):
        assert await ask(step, zone) == await ask(step, edges(*window, step, zone)) != [], f"{step} in {zone}"
    await connection.close()


async def answers(connection: Connection, variant: Variant) -> list[list[Any]]:
    """Return the sorted rows of every question, each asked with the statement that the service uses for it."""
    await connection.execute("SET plan_cache_mode = force_custom_plan")
    await connection.execute("SET jit = off")
    found = []
    for question in questions():
        dimension, filters = question[5:]
        statement = variant.statement(
            by_time=question[3] is not None,
            breakdown=any((dimension, filters)),
            by_metadata=bool(filters) or dimension not in (None, "campaign_id"),
        )
        rows = await connection.fetch(statement.text, *question[: statement.parameters])
        found.append(sorted(plain(rows), key=repr))
    return found


@pytest.fixture(scope="module")
async def expected(server: Server) -> AsyncIterator[list[list[Any]]]:
    """Yield the control's rows; test_equality.py compares the control with a recount in Python."""
    async with scratch_databases(server) as new:
        connection = await connections.connect(await new("heap"))
        await live(connection, catalogue.find("heap"))
        yield await answers(connection, catalogue.find("heap"))
        await connection.close()


@pytest.mark.parametrize(
    "variant", [variant for variant in HERE if variant.name != "heap"], ids=lambda variant: variant.name
)
async def test_every_variant_gives_the_same_rows(
    new_database: NewDatabase, variant: Variant, expected: list[list[Any]]
) -> None:
    """Every question that the contract allows has one answer in every design, to the micro."""
    assert sum(map(bool, expected)) > len(expected) / 2
    connection = await connections.connect(await new_database(variant.name))
    await live(connection, variant)
    for question, got, wanted in zip(questions(), await answers(connection, variant), expected, strict=True):
        assert got == wanted, question
    await connection.close()


@pytest.mark.skipif("citus" not in CLUSTERS, reason="is of a cluster: docs/how-to/scale-out.md")
async def test_workers_neither_compile_nor_divide_a_report(new_database: NewDatabase) -> None:
    """A session's settings do not reach them, so their databases have them, for as long as the design is in force."""
    connection = await connections.connect(await new_database("citus"))
    asked = "SELECT DISTINCT result FROM run_command_on_workers($1)"
    settings = "SELECT concat_ws(' ', current_setting('jit'), current_setting('max_parallel_workers_per_gather'))"
    assert await connection.fetch(asked, settings) == [("off 0",)]
    await connection.execute(catalogue.find("citus").script("down"))
    await connection.execute("SET citus.max_cached_conns_per_worker = 0")  # a session keeps what it began with
    await connection.fetch(asked, settings)
    assert ("off 0",) not in await connection.fetch(asked, settings)
    await connection.close()
