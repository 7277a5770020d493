"""`adpulse migrate`, `adpulse variants` and `adpulse verify`."""

import json
from typing import Annotated, Any

import typer
from rich.table import Table

from adpulse.cli import console
from adpulse.cli.console import Json, err, opened, out, run
from adpulse.database import connections, migrations
from adpulse.settings import Settings
from adpulse.variants import catalogue
from adpulse.variants import verify as audit

VariantName = Annotated[str | None, typer.Option(help="the physical design; see: adpulse variants")]


def migrate(variant: VariantName = None) -> None:
    """Bring the schema up to date; with --variant, rebuild events in another physical design. Loses nothing."""
    settings = console.settings()
    with opened(settings) as url:
        name, version = run(migrated(url, variant, settings))
    out.print(f"schema version {version}, variant {name}", highlight=False)


async def migrated(url: str, variant: str | None, settings: Settings) -> tuple[str, int]:
    connection = await connections.connect(url)
    try:
        active = await catalogue.migrate(connection, variant, default=settings.variant, dimensions=settings.dimensions)
        return active.name, await migrations.version(connection)
    finally:
        await connection.close()


def list_variants(as_json: Json = False) -> None:
    """List the physical designs, and which the database can have."""
    settings = console.settings()
    with opened(settings) as url:
        listing = run(_availability(url))
    if as_json:
        print(json.dumps(listing, indent=2))
        return
    table = Table("variant", "folder", "summary", "available")
    for entry in listing:
        table.add_row(entry["name"], entry["folder"], entry["summary"], entry["reason"] or "yes")
    out.print(table)


async def _availability(url: str) -> list[dict[str, Any]]:
    connection = await connections.connect(url)
    try:
        listing = []
        for variant in catalogue.load_all():
            reason = await catalogue.unavailable(connection, variant)
            listing.append(
                {
                    "name": variant.name,
                    "folder": variant.folder.name,
                    "summary": variant.summary,
                    "requires": variant.requires,
                    "available": reason is None,
                    "reason": reason,
                }
            )
        return listing
    finally:
        await connection.close()


def verify(as_json: Json = False) -> None:
    """Recount every stored event and compare with what the reports say. Exit status 1 when a cell is wrong."""
    settings = console.settings()
    with opened(settings) as url, err.status("recounting"):
        result = run(_verify(url))
    if as_json:
        print(json.dumps({"cells": result.cells, "wrong": result.wrong, "accuracy": result.accuracy}))
    else:
        for mismatch in result.mismatches[:20]:
            out.print(f"wrong: {mismatch}", highlight=False, markup=False, soft_wrap=True)
        # Never rounded up to 100 % while a cell is wrong.
        accuracy = min(result.accuracy, 0.999999) if result.wrong else 1.0
        out.print(f"accuracy {accuracy:.4%} ({result.cells} cells recounted)", highlight=False)
    raise typer.Exit(0 if result.exact else 1)


async def _verify(url: str) -> audit.Audit:
    connection = await connections.connect(url)
    try:
        return await audit.verify(connection, await catalogue.active(connection))
    finally:
        await connection.close()
