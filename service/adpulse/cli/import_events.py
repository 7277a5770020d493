"""`adpulse import`: events of files into the database, or through a service."""

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from adpulse.cli import console, import_output
from adpulse.cli.console import DataDir, Json, err, fail
from adpulse.cli.import_output import Outcomes
from adpulse.database import connections
from adpulse.database.locks import MAINTENANCE_LOCK, ROUND_LOCK
from adpulse.importing import database, mapping
from adpulse.importing.chunk import RECORDS
from adpulse.importing.errors import ImportFailed
from adpulse.importing.mapping import Mapping
from adpulse.importing.rejects import Rejects
from adpulse.importing.run import Import
from adpulse.importing.service import ServiceTarget
from adpulse.importing.source import opened
from adpulse.importing.target import Target
from adpulse.maintenance.loop import run_rounds
from adpulse.settings import Settings
from adpulse.terminal import one_line
from adpulse.variants import catalogue

SOME_REJECTED = 3

# While one group is written, the next one is read in another thread. At Python's 5 ms, the writer would wait that long
# for its turn at each piece of a COPY.
_SWITCH_S = 0.0005


@dataclass(frozen=True, slots=True)
class _Job:
    """The files to be imported, and how."""

    files: list[str]
    mapping: Mapping
    settings: Settings
    name: str
    rejected: Path | None


def import_(
    files: Annotated[list[str], typer.Argument(help="files to import; - reads standard input", metavar="FILE…")],
    preset: Annotated[str | None, typer.Option(help="a known format: " + ", ".join(mapping.presets()))] = None,
    mapping_file: Annotated[Path | None, typer.Option("--mapping", help="a TOML file with the mapping")] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=COLUMN, such as ts=event_time; repeat for several")
    ] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="FIELD=VALUE, the same for all events")] = None,
    word: Annotated[
        list[str] | None, typer.Option(help='WORD=TYPE, such as "Ad Viewed=impression"; repeat for several')
    ] = None,
    unit: Annotated[
        list[str] | None, typer.Option(help="FIELD=UNIT: units, cents, micros, cpm, cpm_cents or cpm_micros")
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option("--format", help="of ts: rfc3339, seconds, millis, micros, or a pattern: %Y%m%d %H%M%S"),
    ] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA time zone of times without an offset")] = None,
    metadata: Annotated[
        str | None, typer.Option(help="columns for metadata: rest, none, or a list with commas", show_default="rest")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="csv, ndjson, json or parquet", show_default="detected")] = None,
    delimiter: Annotated[str | None, typer.Option(help=r"of CSV, such as ; or \t", show_default="detected")] = None,
    quote: Annotated[str | None, typer.Option(help='of CSV; "": quotes mean nothing', show_default='"')] = None,
    decimal: Annotated[str | None, typer.Option(help="the decimal sign of amounts: . or ,", show_default=".")] = None,
    encoding: Annotated[
        str | None, typer.Option(help="of CSV", show_default="UTF-8, or by its byte order mark")
    ] = None,
    header: Annotated[
        str | None, typer.Option(help="names of columns, with commas, of CSV without a line of them")
    ] = None,
    url: Annotated[str | None, typer.Option(help="send to the service at this address; default: the database")] = None,
    key_file: Annotated[Path | None, typer.Option(help="file with the key for --url")] = None,
    rejected_: Annotated[
        Path | None,
        typer.Option("--rejected", help="file for rejected lines", show_default="FILE.rejected.ndjson, in this folder"),
    ] = None,
    name: Annotated[
        str, typer.Option(help="counts as another file under another name, although the content is the same")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="show how the first rows are understood; store nothing")
    ] = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Import files of events: CSV, TSV, NDJSON, JSON, Parquet; plain, gzip or zstd.

    A file counts once, however often it is imported, and an import that broke off goes on where it stopped. Status 3:
    some lines were rejected, and are in a file of their own.
    """
    sys.setswitchinterval(_SWITCH_S)
    options = _options(map_, set_, word, unit, format_, timezone, metadata)
    shape: dict[str, Any] = {"kind": kind, "quote": quote, "decimal": decimal, "encoding": encoding}
    shape["delimiter"] = delimiter and delimiter.replace("\\t", "\t")
    shape["header"] = header and [each.strip() for each in header.split(",")]
    options["file"] = {option: value for option, value in shape.items() if value is not None}
    try:
        found = mapping.build(preset, mapping_file, options)
        job = _Job(files, found, console.settings(), name, rejected_)
        if dry_run:
            understood = [_try(file, job, as_json=as_json) for file in files]
            raise typer.Exit(SOME_REJECTED if any(understood) else 0)
        outcomes = _into_service(job, url, key_file) if url else _into_database(job)
    except ImportFailed as error:
        fail(one_line(str(error)), 2 if error.usage else 1)
    import_output.report(outcomes, as_json=as_json)
    raise typer.Exit(SOME_REJECTED if any(each.rejected for each, _ in outcomes.values()) else 0)


def _options(
    map_: list[str] | None,
    set_: list[str] | None,
    word: list[str] | None,
    unit: list[str] | None,
    format_: str | None,
    timezone: str | None,
    metadata: str | None,
) -> dict[str, Any]:
    """Return the options as a mapping has them in TOML."""
    fields: dict[str, dict[str, Any]] = {}
    for option, member, given in (("--map", "column", map_), ("--set", "value", set_), ("--unit", "unit", unit)):
        for text in given or []:
            field, value = _pair(option, text)
            fields.setdefault(field, {})[member] = value
    if word:
        fields.setdefault("event_type", {})["words"] = dict(_pair("--word", text) for text in word)
    if format_ is not None:
        fields.setdefault("ts", {})["format"] = format_
    if timezone is not None:
        fields.setdefault("ts", {})["timezone"] = timezone
    options: dict[str, Any] = dict(fields)
    if metadata is not None:
        options["metadata"] = metadata if metadata in ("rest", "none") else metadata.split(",")
    return options


def _pair(option: str, text: str) -> tuple[str, str]:
    left, sign, right = text.rpartition("=") if option == "--word" else text.partition("=")
    if not sign or not left:
        fail(f"{option} {text}: it needs a = between two names", 2)
    return left, right


def _try(file: str, job: _Job, *, as_json: bool) -> bool:
    """Show how the first rows of a file are understood, and store nothing; return True if some are rejected."""
    with opened(file) as source:
        work = Import(source, job.mapping, job.settings)
        chunk = work.read(RECORDS)
        judged = work.judge(chunk)
    return import_output.preview(file, chunk, judged, as_json=as_json)


def _into_database(job: _Job) -> Outcomes:
    with console.opened(job.settings) as url:

        async def work() -> Outcomes:
            async with database.opened(url) as target:
                outcomes = await _import_all(job, target)
            await _compact(url)
            return outcomes

        return console.run(work())


def _into_service(job: _Job, url: str, key_file: Path | None) -> Outcomes:
    try:
        key = key_file.read_text().strip() if key_file else None
    except OSError as error:
        fail(f"the key cannot be read: {error.strerror}", 2)
    return console.run(_import_all(job, ServiceTarget(url, key)))


async def _import_all(job: _Job, target: Target) -> Outcomes:
    outcomes: Outcomes = {}
    for file in job.files:
        stem = "stdin" if file == "-" else Path(file).name
        rejects = Rejects(job.rejected or Path(f"{stem}.rejected.ndjson"))
        try:
            with opened(file) as source, import_output.progress(source.name, source.size) as show:
                work = Import(source, job.mapping, job.settings)
                outcome = await work.run(target, rejects, name=job.name, on_progress=partial(show, source))
        finally:
            rejects.close()
        outcomes[file] = outcome, rejects.path if rejects.count else None
    return outcomes


async def _compact(url: str) -> None:
    """Run upkeep on the imported events if no service does."""
    connection = await connections.connect(url, "adpulse import")
    try:
        if await connection.fetchval("SELECT pg_try_advisory_lock($1)", MAINTENANCE_LOCK):
            await connection.execute("SELECT pg_advisory_lock_shared($1)", ROUND_LOCK)
            with err.status("adding up"):
                await run_rounds(connection, await catalogue.active(connection))
    finally:
        await connection.close()
