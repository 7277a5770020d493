"""`adpulse up`, `adpulse serve` and `adpulse down`."""

import asyncio
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Annotated, Any
from urllib.parse import urlsplit

import asyncpg
import typer

from adpulse.auth import keyring
from adpulse.cli import console, keys, variants
from adpulse.cli.console import DataDir, fail, opened, run
from adpulse.cli.entry import unwind_on_sigterm
from adpulse.database import budget
from adpulse.database.embedded import Cluster
from adpulse.database.errors import UNAVAILABLE, EmbeddedError, SchemaError
from adpulse.database.watch import kept_running
from adpulse.settings import PREFIX, Settings
from adpulse.web import server
from adpulse.web.worker_metrics import NoFolderError

log = logging.getLogger(__name__)

Insecure = Annotated[
    bool | None,
    typer.Option("--insecure", help="without any key, admit everybody, on every address", show_default="off"),
]


def up(
    port: Annotated[
        int | None, typer.Option(help="TCP port of the service; 0: a free one", show_default="ADPULSE_PORT, else 8080")
    ] = None,
    data_dir: DataDir = None,
    variant: variants.VariantName = None,
    workers: Annotated[
        int | None, typer.Option(help="number of server processes", show_default="ADPULSE_WORKERS, else 1")
    ] = None,
    insecure: Insecure = None,
) -> None:
    """Start the database, bring it up to date, and serve; SIGTERM or Ctrl-C stops it all."""
    _set(port=port, workers=workers, insecure=insecure)
    settings = console.settings()
    _check_port(settings)
    own = console.cluster(settings) if settings.database_url is None else None
    with _until_a_signal(), opened(settings, make=True) as url, kept_running(own) if own else nullcontext():
        _set(database_url=url)
        run(variants.migrated(url, variant, settings))
        _check_keys(url, settings)
        settings = console.settings()
        _say_where(settings, own)
        _serve(settings)


def serve(
    port: Annotated[
        int | None, typer.Option(help="TCP port of the service; 0: a free one", show_default="ADPULSE_PORT, else 8080")
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="address to listen on", show_default="ADPULSE_HOST, else 127.0.0.1")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="number of server processes", show_default="ADPULSE_WORKERS, else 1")
    ] = None,
    insecure: Insecure = None,
) -> None:
    """Serve on the database that ADPULSE_DATABASE_URL names."""
    _set(port=port, host=host, workers=workers, insecure=insecure)
    settings = console.settings()
    if settings.database_url is None:
        fail("ADPULSE_DATABASE_URL is not set; `adpulse up` brings its own database", 2)
    _check_port(settings)
    with _until_a_signal():
        _check_keys(settings.database_url, settings)
        _serve(settings)


@contextmanager
def _until_a_signal() -> Iterator[None]:
    """End with status 0 when SIGTERM or Ctrl-C stops the block."""
    unwind_on_sigterm()
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit from None


def _say_where(settings: Settings, own: Cluster | None) -> None:
    """Log the place of the data, and the addresses of service and contract. The server logs the port chosen for 0."""
    if own:
        data = str(own.data)
    else:
        parts = urlsplit(settings.database_url or "")
        # Print neither the login nor the parameters after the name of the database.
        data = f"the database {parts.path.lstrip('/') or '(default)'} on {parts.hostname or 'this machine'}"
    log.info("the data lies in %s", data)
    if settings.port:
        local = settings.host in ("0.0.0.0", "::") or keyring.is_loopback(settings.host)  # noqa: S104  # compared with
        host = "localhost" if local else f"[{settings.host}]" if ":" in settings.host else settings.host
        address = f"http://{host}:{settings.port}"
        log.info("what is happening: %s; the API: %s/docs", address, address)


def _set(**values: Any) -> None:
    """Set the options in the environment, where they win: the server's workers are new processes and read only that."""
    for name, value in values.items():
        if value is not None:
            os.environ[PREFIX + name.upper()] = str(value)


def _check_port(settings: Settings) -> None:
    """Fail before anything is started when the port is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server will
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            fail(f"cannot listen on {settings.host} port {settings.port}: {error.strerror}")


def _check_keys(url: str, settings: Settings) -> None:
    """Refuse to serve a network without keys, except on loopback or with `--insecure`.

    When the keys cannot be read, because the database is not there yet or has no schema, the service may start: it lets
    nobody in before it has read them.
    """
    if settings.insecure or keyring.is_loopback(settings.host):
        return
    try:
        stored = asyncio.run(keys.entries(url))
    except (*UNAVAILABLE, asyncpg.PostgresError, SchemaError) as error:
        log.warning("the keys cannot be read yet: %s", type(error).__name__)
        return
    if not stored:
        fail(
            f"{settings.host} is reached from the network, and there is no key: make one with `adpulse keys new`, or "
            "let everybody in with --insecure"
        )


def _serve(settings: Settings) -> None:
    _say_connections(settings)
    try:
        server.serve(settings)
    except NoFolderError as error:
        fail(str(error))


def _say_connections(settings: Settings) -> None:
    """Log how many connections these processes open, for max_connections: docs/how-to/many-services.md."""
    log.info("connections of each process (%d of them), at most: %s", settings.workers, budget.most(settings))


def down(data_dir: DataDir = None) -> None:
    """Stop an embedded database that a killed process left running. Status 1: a command still uses it."""
    settings = console.settings()
    try:
        console.cluster(settings).stop_unused()
    except EmbeddedError as error:
        fail(str(error))
