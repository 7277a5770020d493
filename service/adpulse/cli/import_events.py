"""`adpulse import`: events of files into the database, or through a service."""

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import typer

from adpulse.cli import console, import_output
from adpulse.cli import import_options as options
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
    files: options.Files,
    preset: options.Preset = None,
    mapping_file: options.MappingFile = None,
    map_: options.Columns = None,
    set_: options.Constants = None,
    word: options.Words = None,
    unit: options.Units = None,
    format_: options.TimeFormat = None,
    timezone: options.TimeZone = None,
    metadata: options.MetadataColumns = None,
    kind: options.Kind = None,
    delimiter: options.Delimiter = None,
    quote: options.Quote = None,
    decimal: options.DecimalSign = None,
    encoding: options.Encoding = None,
    header: options.Header = None,
    url: options.ServiceUrl = None,
    key_file: options.KeyFile = None,
    rejected_: options.RejectedFile = None,
    name: options.Name = "",
    dry_run: options.DryRun = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Import files of events: CSV, TSV, NDJSON, JSON, Parquet; plain, gzip or zstd.

    A file counts once, however often it is imported, and an import that broke off goes on where it stopped. Status 3:
    some lines were rejected, and are in a file of their own.
    """
    sys.setswitchinterval(_SWITCH_S)
    given = options.fields(map_, set_, word, unit, format_, timezone) | options.metadata(metadata)
    given["file"] = options.file_format(kind, delimiter, quote, decimal, encoding, header)
    try:
        built = mapping.build(preset, mapping_file, given)
        job = _Job(files, built, console.settings(), name, rejected_)
        if dry_run:
            understood = [_try(file, job, as_json=as_json) for file in files]
            raise typer.Exit(SOME_REJECTED if any(understood) else 0)
        outcomes = _into_service(job, url, key_file) if url else _into_database(job)
    except ImportFailed as error:
        fail(one_line(str(error)), 2 if error.usage else 1)
    import_output.report(outcomes, as_json=as_json)
    raise typer.Exit(SOME_REJECTED if any(each.rejected for each, _ in outcomes.values()) else 0)


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
