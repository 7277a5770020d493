"""`adpulse keys`: make, list and revoke keys."""

import json
import shlex
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.table import Column, Table

from adpulse.auth import key_store, keys
from adpulse.cli import console
from adpulse.cli.console import DataDir, Json, err, fail, opened, out, run
from adpulse.cli.report_table import whole
from adpulse.database import connections
from adpulse.terminal import counted

app = typer.Typer(help="Make, list and revoke keys to the service.", no_args_is_help=True)

T = TypeVar("T")

MOST_ROWS = 1_000  # rows of a table: each takes a millisecond or more

ClientName = Annotated[str, typer.Argument(help="name of the client", show_default=False)]
Scopes = Annotated[
    list[str] | None,
    typer.Option(help="write, read or metrics; repeat for several", show_default="write with --public, else required"),
]
Public = Annotated[
    bool,
    typer.Option("--public", help="a key for pages, which may only write, for its campaigns, at a bounded rate"),
]
Campaigns = Annotated[list[str] | None, typer.Option(help="only this campaign; repeat for several", show_default="all")]
EventsPerS = Annotated[
    float | None,
    typer.Option(
        min=0.001,
        help="most events a second, in each process",
        show_default="ADPULSE_KEY_EVENTS_PER_S; 100 with --public",
    ),
]
RequestsPerS = Annotated[
    float | None,
    typer.Option(
        min=0.001,
        help="most requests a second, in each process",
        show_default="ADPULSE_KEY_REQUESTS_PER_S; 100 with --public",
    ),
]
Offline = Annotated[
    bool, typer.Option("--offline", help="store nothing; say which command stores it, without its secret")
]
Stored = Annotated[str | None, typer.Option(help="ID:SHA256 of a key that was made with --offline")]


@app.command("new")
def new_key(
    name: ClientName,
    scope: Scopes = None,
    public: Public = False,
    campaign: Campaigns = None,
    events_per_s: EventsPerS = None,
    requests_per_s: RequestsPerS = None,
    offline: Offline = False,
    stored: Stored = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Make a key and print it once. The database stores only its hash."""
    try:
        text, key = keys.make(
            name, scope or (["write"] if public else []), campaign, events_per_s, requests_per_s, stored, public=public
        )
    except ValueError as error:
        fail(str(error), 2)
    if not offline:
        settings = console.settings()
        with opened(settings) as url:
            run(_with_connection(url, lambda connection: key_store.add(connection, key)))
    if as_json:
        print(json.dumps({**key.described(), "key": text, "command": key.command()}))
        return
    if text is not None:
        print(text)
    said = f"to store it: adpulse {shlex.join(key.command())}" if offline else f"key {key.key_id} can be used"
    err.print(said, soft_wrap=True)


# The order of the members in JSON.
_HEADINGS = {
    "key_id": "id",
    "name": "name",
    "scopes": "scopes",
    "campaigns": "campaigns",
    "events_per_s": "events/s",
    "requests_per_s": "requests/s",
    "public": "public",
    "created_at": "made",
    "revoked_at": "revoked",
    "last_used_on": "last used",
}


@app.command("list")
def list_keys(as_json: Json = False, data_dir: DataDir = None) -> None:
    """List keys, also revoked ones, with what each may do. The keys themselves are not shown. JSON has all keys."""
    settings = console.settings()
    with opened(settings) as url:
        stored = run(entries(url))
    if as_json:
        print(json.dumps([entry.described() for entry in stored], indent=2))
        return
    table = Table(*(Column(heading, no_wrap=heading == "id") for heading in _HEADINGS.values()))
    first = stored if len(stored) <= MOST_ROWS else sorted(stored, key=lambda entry: entry.revoked_at is not None)
    for entry in first[:MOST_ROWS]:
        described = entry.described()
        cells = ["yes" if described[name] is True else described[name] for name in _HEADINGS]
        words = [", ".join(cell) if isinstance(cell, list) else str(cell) for cell in (c or "" for c in cells)]
        table.add_row(*words)
    whole(table, out)
    if len(stored) > MOST_ROWS:
        err.print(
            f"{counted(len(stored) - MOST_ROWS, 'more key')}, revoked ones last; --json lists all", soft_wrap=True
        )


@app.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="the id of the key, from `keys list`")], data_dir: DataDir = None
) -> None:
    """Revoke a key for ever. Running services notice within ADPULSE_KEYS_RELOAD_S. Status 1: no such key."""
    settings = console.settings()
    with opened(settings) as url:
        if not run(_with_connection(url, lambda connection: key_store.revoke(connection, key_id))):
            fail("there is no key with this id in use")
    err.print(f"key {key_id} is revoked", soft_wrap=True)


async def entries(url: str) -> list[key_store.Entry]:
    """Return every key of a database. Raise what asyncpg raises."""
    return await _with_connection(url, key_store.entries)


async def _with_connection(url: str, work: Callable[[connections.Connection], Awaitable[T]]) -> T:
    connection = await connections.connect(url)
    try:
        return await work(connection)
    finally:
        await connection.close()
