"""`adpulse status`: the contents of the database, its design, and its keys."""

import json
from collections.abc import Iterator
from typing import Any

from rich import box
from rich.table import Table

from adpulse.cli import console
from adpulse.cli.console import DataDir, Json, opened, out, run
from adpulse.cli.report_table import whole
from adpulse.database import connections
from adpulse.maintenance import status as state
from adpulse.settings import Settings
from adpulse.terminal import counted, one_line

_HIDDEN = "not to be seen by this login"
_STALE_S = 10.0  # upkeep writes its heartbeat every second


def status(as_json: Json = False, data_dir: DataDir = None) -> None:
    """Show the design in force, events, days, sizes, upkeep, dimensions, keys and replicas; count no large table."""
    settings = console.settings()
    with opened(settings) as url:
        values = run(_read(url, settings))
    if as_json:
        print(json.dumps(values, indent=2))
        return
    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    for name, text in _lines(values):
        table.add_row(name, text)
    whole(table, out)


async def _read(url: str, settings: Settings) -> dict[str, Any]:
    connection = await connections.connect(url, "adpulse status")
    try:
        return await state.read(connection, settings)
    finally:
        await connection.close()


def _lines(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield a name and a text for each line."""
    version, schema = values["version"], values["schema"]
    revision = f", revision {version['revision']}" if version["revision"] else ""
    yield "version", f"{version['adpulse']}{revision}, PostgreSQL {version['postgres']}"
    here, known = schema["version"], schema["newest"]
    note = f" of {known}; run: adpulse migrate" if here < known else ""
    note = f", of a newer release; this one knows {known}" if here > known else note
    yield "schema", f"{here}{note}"
    yield "variant", f"{values['variant']['name']}, since {values['variant']['since'][:16].replace('T', ' ')} UTC"
    yield "events", _events(values["events"])
    yield "days", _days(values["days"], values["retention"])
    yield "database", f"{values['database']['name']}, {size(values['database']['bytes'])}"
    for table in values["tables"]:
        if table["data_bytes"] + table["index_bytes"] >= 100_000 or table["name"] == "events":
            yield f"  {table['name']}", f"{size(table['data_bytes'])}, its indexes {size(table['index_bytes'])}"
    yield "upkeep", _upkeep(values["upkeep"])
    yield "dimensions", _listed(values["dimensions"], _dimension)
    yield "keys", _listed(values["keys"], _key, "none: open to this machine alone")
    yield "replicas", _listed(values["replicas"], _replica)


def _events(events: dict[str, Any] | None) -> str:
    if events is None:
        return _HIDDEN
    return f"about {events['count']:,} (an estimate)" if events["estimated"] else f"{events['count']:,}"


def _days(days: dict[str, Any] | None, retention: dict[str, Any]) -> str:
    if days is None:
        text = "not known without reading all events"
    elif days["first"] is None:
        text = "none with a partition" if days["others"] else "none"
    else:
        count = "" if days["count"] is None else f"{days['count']:,}: "
        text = f"{count}{days['first']} to {days['last']}"
    text += ", and events of other days" if days and days["others"] else ""
    text += f"; raw events before {retention['kept_from'][:10]} are gone" if retention["kept_from"] else ""
    return text + (f"; {retention['archived_days']:,} archived" if retention["archived_days"] else "")


def _upkeep(upkeep: dict[str, Any] | None) -> str:
    if upkeep is None:
        return _HIDDEN
    age_s, deltas, behind = upkeep["beat_age_s"], upkeep["deltas"], upkeep["events_behind"]
    text = "never ran" if age_s is None else f"last seen {max(age_s, 0):,.0f} s ago"
    text += " (no service runs)" if age_s is None or age_s > _STALE_S else ""
    text += "" if deltas is None else f"; {_bounded(deltas, 'delta')} not in the roll-ups yet"
    return text + ("" if behind is None else f", {_bounded(behind, 'event')} not in those of dimensions")


def _bounded(count: int, noun: str) -> str:
    return f"more than {counted(state.MOST, noun)}" if count > state.MOST else counted(count, noun)


def _listed(parts: list[dict[str, Any]] | None, line: Any, nothing: str = "none") -> str:
    if parts is None:
        return _HIDDEN
    return "\n".join(one_line(line(part)) for part in parts) or nothing


def _dimension(dimension: dict[str, Any]) -> str:
    notes = ", being built" if dimension["building"] else ""
    notes += ", the rest as (other)" if dimension["folded"] else ""
    return f"{dimension['key']}: {counted(dimension['values'], 'value')}{notes}"


def _key(key: dict[str, Any]) -> str:
    revoked = f", revoked {key['revoked_at'][:10]}" if key["revoked_at"] else ""
    only = f", {counted(len(key['campaigns']), 'campaign')}" if key["campaigns"] else ""
    used = f", last used {key['last_used_on']}" if key["last_used_on"] else ", never used"
    return f"{key['key_id']} {key['name']}: {', '.join(key['scopes'])}{only}{used}{revoked}"


def _replica(replica: dict[str, Any]) -> str:
    behind = f", {size(replica['bytes_behind'])} behind" if replica["bytes_behind"] is not None else ""
    lag = f", {replica['lag_s']:.1f} s" if replica["lag_s"] is not None else ""
    return f"{replica['name']}: {replica['state'] or 'not to be seen by this login'}{behind}{lag}"


def size(count: int) -> str:
    """Return a number of bytes in words, such as 1.2 GB."""
    value, units = float(count), ["bytes", "kB", "MB", "GB", "TB"]
    while value >= 1_000 and len(units) > 1:
        value /= 1_000
        units.pop(0)
    return f"{value:,.0f} {units[0]}" if units[0] == "bytes" else f"{value:,.1f} {units[0]}"
