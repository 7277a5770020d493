"""The `adpulse` command."""

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import asyncpg
import typer
from rich.table import Table

from adpulse.auth import keyring
from adpulse.cli import archive, audit, keys, report_table
from adpulse.cli.console import Json, err, out
from adpulse.cli.console import fail as _fail
from adpulse.cli.console import opened as _database
from adpulse.cli.console import run as _run
from adpulse.cli.console import settings as _settings
from adpulse.database import budget, connections, embedded
from adpulse.database.connections import UNAVAILABLE, SchemaError
from adpulse.reports import query as queries
from adpulse.reports import render
from adpulse.reports.query import QueryError
from adpulse.reports.replica import open_reports
from adpulse.reports.reporter import Report
from adpulse.settings import PREFIX, Settings, unknown_variables
from adpulse.variants import catalogue
from adpulse.web import server

app = typer.Typer(
    help="Ad events into PostgreSQL, exact campaign reports out. Settings: ADPULSE_* variables.",
    no_args_is_help=True,
    add_completion=False,
)
app.add_typer(keys.app, name="keys")
app.command()(audit.verify)
app.command()(archive.archive)
app.command()(archive.restore)
log = logging.getLogger(__name__)

Insecure = Annotated[
    bool | None,
    typer.Option("--insecure", help="without any key, let everybody in, on whatever address", show_default="off"),
]
VariantName = Annotated[str | None, typer.Option(help="the physical design; see: adpulse variants")]


@app.callback()
def _start() -> None:
    settings = _settings()
    logging.basicConfig(
        level=settings.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    for name in unknown_variables():
        err.print(f"adpulse: there is no setting {name}; it has no effect", style="yellow", highlight=False)


@app.command()
def up(
    port: Annotated[int | None, typer.Option(help="port of the service")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="home of the embedded database")] = None,
    variant: VariantName = None,
    workers: Annotated[int | None, typer.Option(help="server processes")] = None,
    insecure: Insecure = None,
) -> None:
    """Start the database, bring it up to date, and serve; SIGTERM or Ctrl-C stops it all."""
    _set(port=port, data_dir=data_dir, workers=workers, insecure=insecure)
    _exit_on_sigterm()
    settings = _settings()
    _check_port(settings)
    with _database(settings) as url:
        _set(database_url=url)
        _run(_migrate(url, variant, settings))
        _check_keys(url, settings)
        settings = _settings()
        _say_connections(settings)
        server.serve(settings)


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="port of the service")] = None,
    host: Annotated[str | None, typer.Option(help="address to listen on")] = None,
    workers: Annotated[int | None, typer.Option(help="server processes")] = None,
    insecure: Insecure = None,
) -> None:
    """Serve on the database that ADPULSE_DATABASE_URL names."""
    _set(port=port, host=host, workers=workers, insecure=insecure)
    settings = _settings()
    if settings.database_url is None:
        _fail("ADPULSE_DATABASE_URL is not set; `adpulse up` brings its own database", 2)
    _exit_on_sigterm()
    _check_port(settings)
    _check_keys(settings.database_url, settings)
    _say_connections(settings)
    server.serve(settings)


def _set(**values: Any) -> None:
    """Options win over the environment; they go through it because the server's workers are new processes."""
    for name, value in values.items():
        if value is not None:
            os.environ[PREFIX + name.upper()] = str(value)


def _exit_on_sigterm() -> None:
    # uvicorn raises the signal once more when it has stopped; by default that would kill us before the database
    # is stopped.
    def leave(number: int, frame: object) -> NoReturn:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)


def _check_port(settings: Settings) -> None:
    """Fail before anything is started when the port is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server will
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            _fail(f"cannot listen on {settings.host} port {settings.port}: {error.strerror}")


def _check_keys(url: str, settings: Settings) -> None:
    """Nobody serves a network without keys by mistake.

    When the keys cannot be read, because the database is not there yet or has no schema, the service may start: it lets
    nobody in before it has read them.
    """
    if settings.insecure or keyring.is_loopback(settings.host):
        return
    try:
        found = asyncio.run(keys.entries(url))
    except (*UNAVAILABLE, asyncpg.PostgresError, SchemaError) as error:
        log.warning("the keys cannot be read yet: %s", type(error).__name__)
        return
    if not found:
        _fail(
            f"{settings.host} is reached from the network, and there is no key: make one with `adpulse keys new`, or "
            "let everybody in with --insecure"
        )


def _say_connections(settings: Settings) -> None:
    """What whoever sets max_connections must know of these processes: docs/how-to/many-services.md."""
    log.info("connections of each process (%d of them), at most: %s", settings.workers, budget.most(settings))


@app.command()
def down() -> None:
    """Stop an embedded database that a killed process left running."""
    settings = _settings()
    embedded.Cluster(settings.data_dir, settings.postgres_bin).stop()


@app.command()
def migrate(variant: VariantName = None) -> None:
    """Bring the schema up to date; with --variant, rebuild events in another physical design. Loses nothing."""
    settings = _settings()
    with _database(settings) as url:
        name, version = _run(_migrate(url, variant, settings))
    out.print(f"schema version {version}, variant {name}", highlight=False)


async def _migrate(url: str, variant: str | None, settings: Settings) -> tuple[str, int]:
    connection = await connections.connect(url)
    try:
        active = await catalogue.migrate(connection, variant, default=settings.variant, dimensions=settings.dimensions)
        return active.name, await connections.version(connection)
    finally:
        await connection.close()


@app.command("variants")
def list_variants(as_json: Json = False) -> None:
    """List the physical designs, and which the database can have."""
    settings = _settings()
    with _database(settings) as url:
        listing = _run(_availability(url))
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


@app.command()
def report(
    campaign: Annotated[list[str] | None, typer.Option(help="a campaign; repeat for several; none: all")] = None,
    start: Annotated[str, typer.Option(help="-1h, 2025-09-24 or RFC 3339")] = "-1h",
    end: Annotated[str | None, typer.Option(help="as --start; default: now")] = None,
    granularity: Annotated[str | None, typer.Option(help="minute, hour, day, week or month")] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA time zone")] = None,
    group_by: Annotated[str | None, typer.Option(help="campaign_id, event_type or a metadata key")] = None,
    filter_: Annotated[list[str] | None, typer.Option("--filter", help="key:value; repeat for several")] = None,
    metrics: Annotated[str | None, typer.Option(help="which columns, such as impressions,ctr,unique_users")] = None,
    order_by: Annotated[str | None, typer.Option(help="order of groups: a metric or group, then :asc or :desc")] = None,
    limit: Annotated[str | None, typer.Option(help="most groups; the rest is one row")] = None,
    compare: Annotated[str | None, typer.Option(help="previous: with the window before")] = None,
    as_json: Json = False,
) -> None:
    """Print a report as a table: the same question and the same answer as GET /report.

    With --granularity also the course of every metric; with --group-by too, of every group.
    """
    given = {"start": start, "end": end, "granularity": granularity, "timezone": timezone, "group_by": group_by}
    given |= {"metrics": metrics, "order_by": order_by, "limit": limit, "compare": compare}
    items = [(name, value) for name, value in given.items() if value is not None]
    items += [("campaign_id", value) for value in campaign or []] + [("filter", value) for value in filter_ or []]
    settings = _settings()
    try:
        query = queries.parse(items, datetime.now(UTC), settings)
        with _database(settings) as url:
            answer = _run(_report(url, query, settings))
    except QueryError as error:
        _fail(f"{error.field.replace('_', '-')} {error}", 2)
    if as_json:
        print(render.to_json(answer).decode())
    else:
        report_table.show(answer, out)


async def _report(url: str, query: queries.Query, settings: Settings) -> Report:
    reports = await open_reports(url, settings, 1, "adpulse report")
    try:
        return await reports.report(query)
    except asyncpg.QueryCanceledError:
        _fail(f"the report took longer than {settings.report_timeout_ms} ms; take a shorter window")
    finally:
        await reports.close()
