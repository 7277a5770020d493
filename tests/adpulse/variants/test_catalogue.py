"""Every folder of sql/variants is read as the contract says."""

import re
from pathlib import Path

import pglast
import pytest

from adpulse.database.errors import SchemaError
from adpulse.database.sql import SQL_DIR
from adpulse.variants.catalogue import Variant
from tests.adpulse.variants.conftest import ALL, RAW, each


def test_the_variants_are_those_of_the_design() -> None:
    """Names and order are a contract: results, palettes and metric labels are keyed by them."""
    names = [*RAW[:6], "matview", "rollup", "rollup_dims", "timescale", "citus"]
    assert [variant.name for variant in ALL] == names


@each
def test_a_header_is_complete(variant: Variant) -> None:
    """Every design says what it is, what it should show, what it needs and what it costs; some make a promise."""
    keys = [key for key in variant.header if key not in ("archive", "promises", "report", "tables", "totals")]
    assert keys == ["variant", "summary", "hypothesis", "requires", "costs"]
    assert variant.header["variant"] == variant.name
    assert all(variant.header.values())


@each
def test_the_tables_of_a_variant_are_declared(variant: Variant) -> None:
    """Tables are in the order in which the report names, and so locks, them; those with a time are audited."""
    if variant.requires != "(nothing)":
        return
    made = re.findall(r"^CREATE (?:MATERIALIZED VIEW|TABLE) (\w+)", variant.script("up"), re.MULTILINE)
    assert sorted(variant.tables) == sorted(name for name in made if not name.startswith("events") or "_by_" in name)
    named = {name: found.start() for name in variant.tables if (found := re.search(rf"\b{name}\b", variant.report))}
    # Those that it reads inside a function come after.
    assert list(variant.tables)[: len(named)] == sorted(named, key=lambda name: named[name])
    assert (variant.rollups is not None) == bool(variant.tables)


@each
def test_totals_have_only_their_parameters(variant: Variant) -> None:
    """Those that are null in totals are no part of a statement with fewer parameters."""
    statement = variant.statement(by_time=False, breakdown=False)
    numbers = {int(number) for number in re.findall(r"\$([0-9])", re.sub(r"--.*", "", statement.text))}
    assert numbers == set(range(1, statement.parameters + 1))


@each
def test_maintenance_is_split_as_psql_would(variant: Variant) -> None:
    """The service runs a maintain.sql statement by statement: the same ones that psql would see."""
    if variant.maintenance is None:
        return
    every, statements = variant.maintenance
    assert every > 0
    assert [pglast.fingerprint(statement) for statement in statements] == [
        pglast.fingerprint(part) for part in pglast.split((variant.folder / "maintain.sql").read_text())
    ]


@pytest.fixture
def design(tmp_path: Path) -> Variant:
    """Return a design without files, beside an empty folder `other`."""
    for folder in ("90_design/up/deeper", "other"):
        (tmp_path / folder).mkdir(parents=True)
    return Variant(tmp_path / "90_design", {})


def test_a_script_has_what_it_includes(design: Variant) -> None:
    """Every path starts at the folder of the file that names it, as in psql; the order stays."""
    (design.folder / "up.sql").write_text("-- first\n\\ir up/a.sql\n\\ir ../other/c.sql\n-- last\n")
    (design.folder / "up" / "a.sql").write_text("SELECT 'a';\n\\ir deeper/b.sql\n")
    (design.folder / "up" / "deeper" / "b.sql").write_text("SELECT '\\1';\n\\ir ../../../other/c.sql\n")
    (design.folder.parent / "other" / "c.sql").write_text("SELECT 'c';\n")
    lines = [line for line in design.script("up").splitlines() if line]
    assert lines == ["-- first", "SELECT 'a';", "SELECT '\\1';", "SELECT 'c';", "SELECT 'c';", "-- last"]


def test_a_file_that_is_missing_is_named(design: Variant) -> None:
    """The error names both files, also when the line is in a part."""
    (design.folder / "down.sql").write_text("\\ir up/a.sql\n")
    (design.folder / "up" / "a.sql").write_text("\\ir gone.sql\n")
    with pytest.raises(SchemaError, match=r"up/a\.sql includes gone\.sql, which does not exist"):
        design.script("down")


def test_a_line_that_only_looks_like_one_stays(design: Variant) -> None:
    """A comment, a text inside a function and another command of psql include nothing."""
    text = "-- \\ir gone.sql\nSELECT '\n  \\ir gone.sql';\n\\irregular gone.sql\n"
    (design.folder / "up.sql").write_text(text)
    assert design.script("up") == text


def test_every_part_is_included() -> None:
    """No file of a folder `up` is left out of the designs."""
    parts = set((SQL_DIR / "variants").glob("*/up/**/*.sql"))
    assert parts
    assert {path for path in parts if not any(path.read_text() in variant.script("up") for variant in ALL)} == set()
