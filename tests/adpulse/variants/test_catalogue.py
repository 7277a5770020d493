"""Every folder of sql/variants is read as the contract says."""

import re

import pglast

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
