"""`adpulse migrate` and `adpulse variants`."""

import json
from typing import Annotated, Any

import typer
from rich.table import Table

from adpulse.cli import console
from adpulse.cli.console import DataDir, Json, opened, out, run
from adpulse.database import connections, migrations
from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.settings import Settings
from adpulse.variants import catalogue
from adpulse.variants.catalogue import Variant
from adpulse.variants.migrate import migrate as migrate_to

VariantName = Annotated[
    str | None,
    typer.Option(
        help="the physical design; see: adpulse variants",
        show_default="the one in force; in a new database ADPULSE_VARIANT, else rollup_dims",
    ),
]


DropForeign = Annotated[
    bool, typer.Option("--drop-foreign", help="drop indexes, columns and such that were added to the old tables")
]


def migrate(variant: VariantName = None, drop_foreign: DropForeign = False, data_dir: DataDir = None) -> None:
    """Bring the schema up to date; with --variant, rebuild events in another physical design. Loses nothing.

    What others have added to the old tables is refused, and listed.
    """
    settings = console.settings()
    with opened(settings, make=True) as url:
        name, version = run(migrated(url, variant, settings, drop_foreign=drop_foreign))
    out.print(f"schema version {version}, variant {name}")


async def migrated(url: str, variant: str | None, settings: Settings, *, drop_foreign: bool = False) -> tuple[str, int]:
    """Migrate, and return the name of the variant in force and the schema version."""
    connection = await connections.connect(url)
    try:
        active = await migrate_to(
            connection,
            variant,
            default=settings.variant,
            dimensions=settings.dimensions,
            drop_foreign=drop_foreign,
        )
        return active.name, await migrations.version(connection)
    finally:
        await connection.close()


def list_variants(as_json: Json = False, data_dir: DataDir = None) -> None:
    """List the physical designs: which of them the database can have, and which is in force."""
    settings = console.settings()
    if settings.database_url is None and not console.cluster(settings).exists():
        listing = [_described(variant, _unknown(variant), active=False) for variant in catalogue.load_all()]
    else:
        with opened(settings) as url:
            listing = run(_availability(url))
    if as_json:
        print(json.dumps(listing, indent=2))
        return
    table = Table("variant", "folder", "summary", "available")
    for entry in listing:
        available = "in force" if entry["active"] else entry["reason"] or "yes"
        table.add_row(entry["name"], entry["folder"], entry["summary"], available)
    out.print(table)


async def _availability(url: str) -> list[dict[str, Any]]:
    connection = await connections.connect(url)
    try:
        active = await _active(connection)
        return [
            _described(variant, await catalogue.unavailable(connection, variant), active=variant.name == active)
            for variant in catalogue.load_all()
        ]
    finally:
        await connection.close()


async def _active(connection: Connection) -> str | None:
    """Return the name of the design in force, or None before the first migration."""
    try:
        return (await catalogue.active(connection)).name
    except SchemaError:
        return None


def _unknown(variant: Variant) -> str | None:
    """Return why a design is not available, when no database can be asked yet."""
    return None if variant.requires == "(nothing)" else f"needs {variant.requires}; there is no database yet to ask"


def _described(variant: Variant, reason: str | None, *, active: bool) -> dict[str, Any]:
    return {
        "name": variant.name,
        "folder": variant.folder.name,
        "summary": variant.summary,
        "requires": variant.requires,
        "available": reason is None,
        "reason": reason,
        "active": active,
    }
